using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Engine;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>
/// A namespace is checkpointed and restored over and over, on one runtime and the next, while its timers tick and are read: over all its
/// lives nothing is lost and nothing doubled.
/// </summary>
[TestFixture(StressKernel.Linux), TestFixture(StressKernel.Portable), TestFixture(StressKernel.Simulated), NonParallelizable]
internal sealed class CheckpointUnderLoadTest(StressKernel kernel)
{
    private static readonly RestorePolicy[] Policies = [RestorePolicy.Suspend, RestorePolicy.Criu, RestorePolicy.Gvisor];

    private readonly Moment _moment = new();
    private Dictionary<long, Ledger> _ledgers = [];
    private RuntimeNamespace _ns = null!;
    private bool _done;

    [Test]
    public void StopAndRestore_OverAndOver_TheSumOverAllLivesIsForward() => Run(seed: 1, lives: 400);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_StopAndRestore_TheSumOverAllLivesIsForward([Range(1, 10)] int seed) => Run(seed, lives: 10_000);

    private void Run(int seed, int lives)
    {
        using var world = new StressWorld(kernel);
        TimeRuntime[] hosts = [world.Runtime, world.StartAnother()];
        Volatile.Write(ref _ns, hosts[0].CreateNamespace("a", ClockOffsets.Of(Duration.FromHours(-5), Duration.FromHours(5), Duration.FromHours(7))));
        _ledgers = StressWorld.ArmTimers(_ns).Concat(OneShots(_ns)).ToDictionary(static t => t.Timer.Id, static t => t.Ledger);
        _done = false;
        world.Start(() => ReadUntilDone(new Random(seed)));
        var images = new List<NamespaceImage>();
        NamespaceImage last;
        try
        {
            last = Live(hosts, new Random(seed + 1), lives, images);
        }
        finally
        {
            Volatile.Write(ref _done, true);
        }

        world.Join();
        Judge(images, last);
        TestContext.Out.WriteLine($"{lives} lives, {images.Count} images on the way, {_ledgers.Values.Sum(static l => l.Pieces)} deliveries and reads");
    }

    /// <summary>Each fires once, some of them between a checkpoint and its restore.</summary>
    private static IEnumerable<(NamespaceTimer Timer, Ledger Ledger)> OneShots(RuntimeNamespace ns)
    {
        for (var i = 1; i <= 100; i++)
        {
            var timer = ns.CreateTimer(ClockIds.All[i % 5]);
            var deadline = ns.Read(timer.Clock).Plus(i * 1_234_567);
            timer.Set(TimerSetting.At(deadline));
            yield return (timer, new Ledger(timer.Id, deadline.Nanoseconds, long.MaxValue));
        }
    }

    private NamespaceImage Live(TimeRuntime[] hosts, Random random, int lives, List<NamespaceImage> images)
    {
        for (var life = 1; ; life++)
        {
            using var ticks = new SemaphoreSlim(0);
            Subscribe(random, ticks);
            for (var wanted = random.Next(6); wanted > 0; wanted--)
            {
                Assert.That(ticks.Wait(EngineTest.Patience), "the ticks have stopped");
            }

            if (random.Next(2) == 0)
            {
                images.Add(_ns.Checkpoint());
            }

            var image = _ns.Checkpoint(stop: true);
            if (life == lives)
            {
                return image;
            }

            image = random.Next(2) == 0 ? image : ImageFormat.Decode(ImageFormat.Encode(image));
            Volatile.Write(ref _ns, hosts[random.Next(hosts.Length)].Restore(image, Policies[random.Next(Policies.Length)]));
        }
    }

    /// <summary>Observers for some timers; the rest is left to the reader. One is always told, so that ticks flow.</summary>
    private void Subscribe(Random random, SemaphoreSlim ticks)
    {
        foreach (var (id, ledger) in _ledgers)
        {
            if (id == 2 || random.Next(2) == 0)
            {
                _ns.FindTimer(id)!.Ticks.Subscribe(new LedgerObserver(ledger, _moment, isAlone: false, id == 2 ? () => ticks.Release() : null));
            }
        }
    }

    /// <summary>Reads whatever namespace lives.</summary>
    private void ReadUntilDone(Random random)
    {
        while (!Volatile.Read(ref _done))
        {
            try
            {
                var id = 1 + random.Next(_ledgers.Count);
                if (Volatile.Read(ref _ns).FindTimer(id)!.TryRead(out Tick tick) == ReadStatus.Ticks)
                {
                    _ledgers[id].Read(tick, default);
                }
            }
            catch (ObjectDisposedException)
            {
                // Stopped meanwhile: there is another one, or will be.
            }
        }
    }

    private void Judge(List<NamespaceImage> images, NamespaceImage last)
    {
        var faults = _ledgers.Values.SelectMany(static l => l.Faults)
            .Concat(_ledgers.Values.Select(l => l.CloseWith(last)).OfType<string>())
            .Concat(_ledgers.Values.SelectMany(l => images.Select(l.CutBy)).OfType<string>())
            .ToList();
        Assert.That(faults, Is.Empty, string.Join('\n', faults.Take(10)));
    }
}
