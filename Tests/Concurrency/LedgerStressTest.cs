using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// Threads read, subscribe, unsubscribe, arm, cancel, close, freeze, thaw, set offsets and checkpoint at once; each expiration is told once
/// (INV-3), in time (INV-2, INV-7), to one observer after the other (INV-6).
/// </summary>
[TestFixture(StressKernel.Linux), TestFixture(StressKernel.Portable), TestFixture(StressKernel.Simulated), NonParallelizable]
internal sealed class LedgerStressTest(StressKernel kernel)
{
    private const int Readers = 3;
    private const int StepsARound = 40;

    [Test]
    public void EverythingAtOnce_EachExpirationIsToldOnce() => Run(seed: 1, rounds: 400);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_EverythingAtOnce_EachExpirationIsToldOnce([Range(1, 10)] int seed) => Run(seed, rounds: 15_000);

    private void Run(int seed, int rounds)
    {
        using var world = new StressWorld(kernel);
        var ns = world.Runtime.CreateNamespace("a", ClockOffsets.Of(Duration.FromHours(-5), Duration.FromHours(5), Duration.FromHours(7)));
        var timers = StressWorld.ArmTimers(ns);
        var moment = new Moment();
        timers[^1].Timer.Ticks.Subscribe(new LedgerObserver(timers[^1].Ledger, moment, isAlone: true));
        var changer = new StressChanger(ns, moment, seed);
        Race(world, ns, timers[..^1], moment, changer, seed, rounds);
        var last = ns.Checkpoint(stop: true);
        Judge(timers, changer, last);
        TestContext.Out.WriteLine(
            $"{rounds * StepsARound * Readers} calls of {Readers} readers, {rounds * 4} changes, {changer.Images.Count} images, {timers.Sum(static t => t.Ledger.Pieces)} deliveries and reads");
    }

    /// <summary>The threads meet at a barrier before each round, so that their calls collide.</summary>
    private static void Race(
        StressWorld world, RuntimeNamespace ns, (NamespaceTimer, Ledger)[] timers, Moment moment, StressChanger changer, int seed, int rounds)
    {
        using var barrier = new Barrier(Readers + 1);
        for (var i = 0; i < Readers; i++)
        {
            var reader = new StressReader(ns, timers, moment, (seed * 100) + i);
            world.Start(() => Rounds(barrier, rounds, StepsARound, reader.Step, reader.Dispose));
        }

        world.Start(() => Rounds(barrier, rounds, 4, changer.Step, static () => { }));
        world.Join();
    }

    private static void Rounds(Barrier barrier, int rounds, int steps, Action step, Action end)
    {
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                for (var i = 0; i < steps; i++)
                {
                    step();
                }
            }

            end();
        }
        finally
        {
            barrier.RemoveParticipant();
        }
    }

    private static void Judge((NamespaceTimer, Ledger Ledger)[] timers, StressChanger changer, NamespaceImage last)
    {
        var faults = changer.Faults.Concat(timers.SelectMany(static t => t.Ledger.Faults))
            .Concat(timers.Select(t => t.Ledger.CloseWith(last)).OfType<string>())
            .Concat(timers.SelectMany(t => changer.Images.Select(t.Ledger.CutBy)).OfType<string>())
            .ToList();
        Assert.That(faults, Is.Empty, string.Join('\n', faults.Take(10)));
    }
}
