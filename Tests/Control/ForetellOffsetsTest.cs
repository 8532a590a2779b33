using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Control;

/// <summary>What a change of offsets is said to fire is what it fires.</summary>
[CancelAfter(60_000)]
public class ForetellOffsetsTest
{
    [Test]
    public void ForetellOffsets_RandomNamespaces_IsWhatThenHappens([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("web");
        for (var i = 0; i < 30; i++)
        {
            Set(ns.CreateTimer(ClockIds.All[random.Next(5)]), random);
        }

        ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(random.Next(100)), Timeout.InfiniteTimeSpan);
        kernel.Advance(Duration.FromSeconds(random.Next(60)));
        foreach (var read in ns.Timers.Where(_ => random.Next(2) == 0))
        {
            read.TryRead(out Tick _);
        }

        kernel.Settle();
        var unreadBefore = ns.Timers.Where(static t => t.IsReadable).Select(static t => t.Id).ToHashSet();
        var offsets = new ClockOffsets(random.Next(-100, 100) * 1_000_000_000L, random.Next(100) * 1_000_000_000L, random.Next(100) * 1_000_000_000L);
        var foretold = ns.ForetellOffsets(offsets).ToDictionary(static e => e.TimerId, static e => (e.IsCanceled, e.Expirations, Due: e.IsCanceled ? default : e.Deadline));
        ns.SetOffsets(offsets);
        kernel.Settle();
        Dictionary<long, (bool, ulong, ClockTime)> happened = [];
        foreach (var timer in ns.Timers)
        {
            if (timer.TryRead(out Tick tick) is var status && (status == ReadStatus.Canceled || (status == ReadStatus.Ticks && !unreadBefore.Contains(timer.Id))))
            {
                happened.Add(timer.Id, (tick.IsCanceled, tick.Expirations, tick.IsCanceled ? default : tick.Due));
            }
        }

        Assert.That(foretold, Is.EquivalentTo(happened), $"seed {seed}");
    }

    [Test]
    public void ForetellOffsets_Frozen_FiresNothing()
    {
        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("web");
        ns.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(1)));
        ns.Freeze();
        Assert.That(ns.ForetellOffsets(ClockOffsets.Of(monotonic: Duration.FromDays(1))), Is.Empty);
    }

    private static void Set(NamespaceTimer timer, Random random)
    {
        var value = random.Next(1, 150);
        var interval = Duration.FromSeconds(random.Next(3) == 0 ? 0 : random.Next(1, 20));
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                timer.Set(TimerSetting.After(Duration.FromSeconds(value), interval));
                break;
            default:
                timer.Set(TimerSetting.At(timer.Namespace.Read(timer.Clock).Plus(value * 1_000_000_000L), interval, random.Next(2) == 0));
                break;
        }
    }
}
