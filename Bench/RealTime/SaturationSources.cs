using System.Reactive.Disposables;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodaTime;
using TimeNs.Bench.Goals;
using TimeNs.Bench.Load;
using TimeNs.Bench.Native;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Bench.RealTime;

/// <summary>How many calls of observers or callbacks a second TimeNs and its peers make when there is always one more to make.</summary>
internal static unsafe class SaturationSources
{
    private const long WarmUpNs = 300_000_000;
    private const long LeadNs = 200_000_000;
    private const long PatienceNs = 20_000_000_000;

    /// <summary>One engine, one namespace, an observer a timer.</summary>
    public static double RunRuntime(SaturationPlan plan)
    {
        DeliveryCount[] counts = [.. Enumerable.Range(0, plan.Timers).Select(static _ => new DeliveryCount())];
        var runtime = TimeRuntime.Start(Kernels.Open());
        var ns = runtime.CreateNamespace("bench");
        NamespaceTimer[] timers = [.. Enumerable.Range(0, plan.Timers).Select(_ => ns.CreateTimer(ClockId.Monotonic))];
        for (var i = 0; i < plan.Timers; i++)
        {
            timers[i].Ticks.Subscribe(counts[i]);
        }

        // Late deadlines while it arms, so that the engine does not compete for the lock.
        var firstNs = Pause.NowNs() + LeadNs + plan.Timers * 2_000L;
        for (var i = 0; i < plan.Timers; i++)
        {
            timers[i].Set(TimerSetting.At(new ClockTime(firstNs), Duration.FromNanoseconds(plan.IntervalsNs[i]), cancelOnSet: false));
        }

        var rate = Count(plan, firstNs, () => counts.Sum(static c => c.Deliveries));
        var expirations = runtime.Statistics.Expirations;
        runtime.Dispose();
        for (var i = 0; i < plan.Timers; i++)
        {
            counts[i].Verify(firstNs, plan.IntervalsNs[i]);
        }

        Check.That(expirations > 0, "nothing expired");
        return rate;
    }

    /// <summary>Timers of .NET with the shortest period there is, 1 ms; their callbacks run on the thread pool.</summary>
    public static double RunSystem(SaturationPlan plan)
    {
        DeliveryCount[] counts = [.. Enumerable.Range(0, plan.Timers).Select(static _ => new DeliveryCount())];
        using var all = new CompositeDisposable(plan.Timers);
        foreach (var count in counts)
        {
            all.Add(new Timer(static state => ((DeliveryCount)state!).Add(1, 0), count, 1, 1));
        }

        return Count(plan, Pause.NowNs(), () => counts.Sum(static c => c.Deliveries));
    }

    /// <summary>libev on a thread of its own that never waits; each watcher counts for itself.</summary>
    public static double RunLibev(SaturationPlan plan)
    {
        var loop = Libev.NewLoop();
        var watchers = (Libev.TimerWatcher*)NativeMemory.AllocZeroed((nuint)plan.Timers, (nuint)sizeof(Libev.TimerWatcher));
        for (var i = 0; i < plan.Timers; i++)
        {
            watchers[i].Callback = &OnTimer;
            watchers[i].Repeat = plan.IntervalsNs[i] / 1e9;
            Libev.Again(loop, watchers + i);
        }

        var ends = false;
        var thread = new Thread(() =>
        {
            while (!Volatile.Read(ref ends))
            {
                Libev.RunOnce(loop);
            }
        });
        thread.Start();
        var rate = Count(plan, Pause.NowNs(), () => SumOf(watchers, plan.Timers));
        Volatile.Write(ref ends, true);
        thread.Join();
        Libev.DestroyLoop(loop);
        NativeMemory.Free(watchers);
        return rate;
    }

    /// <summary>One kernel timerfd a timer, at most as many as can be opened; one thread with epoll.</summary>
    public static double RunTimerfd(SaturationPlan plan)
    {
        DeliveryCount[] counts = [.. Enumerable.Range(0, plan.Timers).Select(static _ => new DeliveryCount())];
        using var loop = new TimerfdLoop(plan.Timers, (timer, ticks) => counts[timer].Add(ticks, 0), 0);
        var firstNs = Pause.NowNs() + LeadNs;
        for (var i = 0; i < plan.Timers; i++)
        {
            loop.Set(i, firstNs, plan.IntervalsNs[i]);
        }

        return Count(plan, firstNs, () => counts.Sum(static c => c.Deliveries));
    }

    public static IMeasured Measure(SaturationPlan plan, Func<SaturationPlan, double> run) => new Figure(() => run(plan));

    /// <summary>Deliveries a second over the time that is measured, which begins when as many as there are timers have been made.</summary>
    private static double Count(SaturationPlan plan, long startNs, Func<long> deliveries)
    {
        Pause.Until(startNs + WarmUpNs);
        Await(deliveries, plan.Timers);
        var (before, from) = (deliveries(), Pause.NowNs());
        Pause.Until(from + (long)(plan.Seconds * Pause.NsPerSecond));
        Await(deliveries, before + 1);
        var (after, to) = (deliveries(), Pause.NowNs());
        Check.That(after > before, "nothing was delivered");
        return (after - before) * 1e9 / (to - from);
    }

    private static void Await(Func<long> deliveries, long count)
    {
        var patience = Pause.NowNs() + PatienceNs;
        while (deliveries() < count && Pause.NowNs() < patience)
        {
            Pause.Until(Pause.NowNs() + WarmUpNs / 10);
        }
    }

    private static long SumOf(Libev.TimerWatcher* watchers, int count)
    {
        var sum = 0L;
        for (var i = 0; i < count; i++)
        {
            sum += watchers[i].Data;
        }

        return sum;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTimer(nint loop, Libev.TimerWatcher* timer, int events) => timer->Data++;
}
