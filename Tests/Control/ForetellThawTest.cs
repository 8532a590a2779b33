using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Control;

/// <summary>What a thaw is said to fire is what it fires.</summary>
[CancelAfter(60_000)]
public class ForetellThawTest
{
    [Test]
    public void ForetellThaw_RandomNamespaces_IsWhatThenHappens([Range(1, 120)] int seed)
    {
        var random = new Random(seed);
        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("web", ClockOffsets.Of(monotonic: Duration.FromSeconds(random.Next(5))));
        Fill(ns, random);
        kernel.Advance(Duration.FromSeconds(random.Next(60)));
        foreach (var touched in ns.Timers.Where(_ => random.Next(2) == 0))
        {
            _ = random.Next(2) == 0 ? (object)touched.TryRead(out Tick _) : touched.Get();
        }

        if (random.Next(3) == 0)
        {
            kernel.SetRealtime(kernel.Read().Realtime.ToInstant() + Duration.FromSeconds(random.Next(-50, 50)));
        }

        kernel.Settle();
        ns.Freeze();
        Meanwhile(kernel, ns, random);
        var policy = Policy(random);
        var before = ns.Timers.ToDictionary(static t => t.Id, t => (t.IsReadable, IsCanceled: ns.State.FindTimer(t.Id)!.IsCancelPending, Fdinfo: t.DescribeFd()));
        var foretold = ns.ForetellThaw(policy);
        Assert.That(ns.Timers.Select(static t => t.DescribeFd()), Is.EqualTo(before.Values.Select(static b => b.Fdinfo)), "nothing is changed by it");
        ns.Thaw(policy);
        kernel.Settle();
        Dictionary<long, (bool, ulong, ClockTime)> happened = [];
        foreach (var timer in ns.Timers)
        {
            var isReadable = timer.IsReadable;
            if (timer.TryRead(out Tick tick) is var status && isReadable && (!before[timer.Id].IsReadable || (status == ReadStatus.Canceled && !before[timer.Id].IsCanceled)))
            {
                happened.Add(timer.Id, (tick.IsCanceled, tick.Expirations, tick.IsCanceled ? default : tick.Due));
            }
        }

        Assert.That(foretold.ToDictionary(static e => e.TimerId, static e => (e.IsCanceled, e.Expirations, e.IsCanceled ? default : e.Deadline)), Is.EquivalentTo(happened), $"seed {seed}, {policy}");
    }

    /// <summary>What becomes readable at once is told in the order in which subscribers would be told.</summary>
    [Test]
    public void ForetellThaw_IsInTheOrderOfDelivery([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("web");
        Fill(ns, random);
        List<long> told = [];
        foreach (var timer in ns.Timers)
        {
            timer.Ticks.Subscribe(_ => told.Add(timer.Id));
        }

        kernel.Settle();
        ns.Freeze();
        kernel.Advance(Duration.FromSeconds(random.Next(60)));
        told.Clear();
        var policy = RestorePolicy.Gvisor with { Realtime = random.Next(2) == 0 ? ClockPolicy.Wall : ClockPolicy.Frozen };
        var foretold = ns.ForetellThaw(policy).Select(static e => e.TimerId).ToArray();
        ns.Thaw(policy);
        kernel.Settle();
        Assert.That(foretold, Is.EqualTo(told), $"seed {seed}");
    }

    [Test]
    public void ForetellThaw_Running_IsRefusedAsTheThawIs()
    {
        using var runtime = TimeRuntime.Start(new SimulatedKernel());
        var ns = runtime.CreateNamespace("web");
        var refused = Assert.Throws<TimeNamespaceException>(() => ns.Thaw());
        Assert.That(Assert.Throws<TimeNamespaceException>(() => ns.ForetellThaw(RestorePolicy.Suspend))!.Message, Is.EqualTo(refused!.Message));
    }

    /// <summary>What was unread, and was cancelled, before the freeze is nothing that the thaw fires.</summary>
    [Test]
    public void ForetellThaw_WhatWasReadableBefore_IsNotInIt()
    {
        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("web");
        ns.CreateTimer(ClockId.Monotonic).Set(TimerSetting.Every(Duration.FromSeconds(1)));
        ns.CreateTimer(ClockId.Realtime).Set(TimerSetting.At(Instant.FromUtc(2027, 1, 1, 0, 0), cancelOnSet: true));
        kernel.Advance(Duration.FromSeconds(1));
        ns.SetOffsets(ClockOffsets.Of(Duration.FromHours(1)));
        kernel.Settle();
        ns.Freeze();
        kernel.Advance(Duration.FromHours(1));
        Assert.That(ns.ForetellThaw(RestorePolicy.Gvisor), Is.Empty);
    }

    /// <summary>Time goes on outside, perhaps stepped, and perhaps somebody sets the clocks that stand.</summary>
    private static void Meanwhile(SimulatedKernel kernel, RuntimeNamespace ns, Random random)
    {
        kernel.Advance(Duration.FromSeconds(random.Next(100)));
        switch (random.Next(5))
        {
            case 0:
                kernel.SetRealtime(kernel.Read().Realtime.ToInstant() + Duration.FromSeconds(random.Next(-100, 100)));
                break;
            case 1:
                kernel.Suspend(Duration.FromSeconds(random.Next(50)));
                break;
            case 2:
                ns.SetOffsets(new ClockOffsets(random.Next(-50, 50) * 1_000_000_000L, random.Next(5, 50) * 1_000_000_000L, random.Next(50) * 1_000_000_000L));
                break;
            case 3:
                ns.SetRealtime(ns.Clock.GetCurrentInstant() + Duration.FromSeconds(random.Next(-50, 50)));
                break;
        }
    }

    private static RestorePolicy Policy(Random random) => new()
    {
        Realtime = random.Next(2) == 0 ? ClockPolicy.Wall : ClockPolicy.Frozen,
        Monotonic = random.Next(2) == 0 ? ClockPolicy.Frozen : ClockPolicy.Elapsed,
        Boottime = random.Next(2) == 0 ? ClockPolicy.Frozen : ClockPolicy.Elapsed,
        Missed = (MissedTicks)random.Next(3),
    };

    private static void Fill(RuntimeNamespace ns, Random random)
    {
        for (var i = 0; i < 30; i++)
        {
            Set(ns.CreateTimer(ClockIds.All[random.Next(5)]), random);
        }

        ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(random.Next(1, 100)), Timeout.InfiniteTimeSpan);
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
