using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers.Queue;

/// <summary>A table that has run for a while allocates nothing: not for expiry, forward and delivery, not for arming and cancelling.</summary>
[TestFixture]
[NonParallelizable]
public sealed class SteadyStateTest
{
    private const long Second = 1_000_000_000;

    [SetUp]
    public void NeedsOptimisedCode()
    {
#if DEBUG
        Assert.Ignore("Code that is not optimised boxes what optimised code does not: run in Release.");
#endif
    }

    [TestCase(100)]
    [TestCase(20_000)]
    public void Expiry_InSteadyState_AllocatesNothing(int timers)
    {
        var (table, ns, states, host) = Table(timers);
        var deliveries = new DeliveryBatch();
        var told = 0;
        foreach (var timer in states)
        {
            ns.Watch(timer, true);
        }

        Assert.That(Allocated(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                deliveries.Clear();
                host = host.Plus(Second / 1_000);
                table.ExpireAndCollect(host, deliveries);
                told += deliveries.Count;
            }
        }), Is.Zero);
        Assert.That(told, Is.GreaterThan(4 * timers), "four runs of two seconds");
    }

    [TestCase(100)]
    [TestCase(20_000)]
    public void ArmAndCancel_InSteadyState_AllocateNothing(int timers)
    {
        var (_, ns, states, host) = Table(timers);
        var random = new Random(3);
        Assert.That(Allocated(() =>
        {
            for (var i = 0; i < 3 * timers; i++)
            {
                var timer = states[random.Next(timers)];
                var value = Timespec.FromNanoseconds(random.NextInt64(1, 2 * Second));
                ns.SetTime(timer, TimerSetting.FromTimespec(SettimeFlags.None, value, default), host);
                ns.Disarm(states[random.Next(timers)], host);
            }
        }), Is.Zero);
    }

    /// <summary>Of the last time: those before make room, also for the most void entries that there are at a time.</summary>
    private static long Allocated(Action run)
    {
        for (var i = 0; i < 10; i++)
        {
            run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static (NamespaceTable Table, TimeNamespace Ns, TimerState[] Timers, ClockReadings Host) Table(int timers)
    {
        var host = new ClockReadings(new(100 * Second), new(50 * Second), new(60 * Second));
        var table = new NamespaceTable();
        var ns = table.Create("a", ClockOffsets.None, host);
        var random = new Random(timers);
        var states = Enumerable.Range(0, timers).Select(_ => ns.CreateTimer(ClockId.Monotonic, null, host)).ToArray();
        foreach (var timer in states)
        {
            ns.ArmAt(timer, host.Monotonic.Plus(random.NextInt64(Second)), random.NextInt64(Second / 2, 3 * Second / 2), host);
        }

        return (table, ns, states, host);
    }
}
