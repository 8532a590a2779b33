using System.Reactive.Disposables;
using System.Reactive.Linq;
using NodaTime;
using TimeNs.Bench.Load;
using TimeNs.Bench.Native;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Bench.RealTime;

/// <summary>TimeNs and its peers in real time.</summary>
internal static class LatenessSources
{
    private const int Priority = 50;
    private const long NsPerMs = 1_000_000;

    /// <summary>Longer than a wake-up takes.</summary>
    private static readonly Duration s_spin = Duration.FromNanoseconds(100_000);

    private const long NsPerTick = 100;
    private static readonly Lazy<bool> s_realtimeAllowed = new(TryRealtime);

    public static LatenessSource Plain { get; } = OfRuntime("TimeNs", static () => new TimeRuntimeOptions());

    public static LatenessSource Realtime =>
        OfRuntime("TimeNs, SCHED_FIFO", static () => new TimeRuntimeOptions { RealtimePriority = Priority }, RealtimeMissing);

    public static LatenessSource Spin => OfRuntime(
        "TimeNs, SCHED_FIFO, spin", static () => new TimeRuntimeOptions { RealtimePriority = Priority, SpinBeforeDeadline = s_spin }, RealtimeMissing);

    public static LatenessSource Timerfd { get; } = new(
        "timerfd a timer + epoll", static (plan, start, timers) => new TimerfdLoop(plan, start, timers, 0), IsExact: true, Peers.TimerfdMissing);

    public static LatenessSource TimerfdRealtime => new(
        "timerfd a timer + epoll, SCHED_FIFO", static (plan, start, timers) => new TimerfdLoop(plan, start, timers, Priority), IsExact: true,
        Peers.TimerfdMissing ?? RealtimeMissing);

    public static LatenessSource SystemTimer { get; } = new("System.Threading.Timer", StartSystem, IsExact: false);

    public static LatenessSource Periodic { get; } = new("PeriodicTimer", StartPeriodic, IsExact: false);

    public static LatenessSource Interval { get; } = new("Observable.Timer, its default scheduler", StartInterval, IsExact: false);

    /// <summary>All of them, TimeNs first.</summary>
    public static IReadOnlyList<LatenessSource> All() => [.. Judged(), Periodic, Interval];

    /// <summary>Those that rows of the table of goals speak of.</summary>
    public static IReadOnlyList<LatenessSource> Judged() => [Plain, Realtime, Spin, Timerfd, TimerfdRealtime, SystemTimer];

    private static string? RealtimeMissing => s_realtimeAllowed.Value ? null : "SCHED_FIFO is not allowed to this user";

    /// <summary>Asked on a thread of its own, which ends.</summary>
    private static bool TryRealtime()
    {
        var allowed = false;
        var thread = new Thread(() => allowed = OperatingSystem.IsLinux() && LinuxCalls.TrySetRealtime(Priority));
        thread.Start();
        thread.Join();
        return allowed;
    }

    private static LatenessSource OfRuntime(string name, Func<TimeRuntimeOptions> options, string? missing = null) =>
        new(name, (plan, start, timers) => StartRuntime(options(), plan, start, timers), IsExact: true, missing);

    private static TimeRuntime StartRuntime(TimeRuntimeOptions options, LatenessPlan plan, long startNs, LatenessTimer[] timers)
    {
        var runtime = TimeRuntime.Start(options);
        var ns = runtime.CreateNamespace("bench");
        for (var i = 0; i < timers.Length; i++)
        {
            var timer = ns.CreateTimer(ClockId.Monotonic);
            timer.Ticks.Subscribe(new Observer(timers[i]));
            timers[i].Begin(startNs + plan.PhasesNs[i]);
            timer.Set(TimerSetting.At(new ClockTime(startNs + plan.PhasesNs[i]), Duration.FromNanoseconds(plan.IntervalNs), cancelOnSet: false));
        }

        return runtime;
    }

    /// <summary>In whole milliseconds, as Timer takes them: what was asked for is what it is held to.</summary>
    private static CompositeDisposable StartSystem(LatenessPlan plan, long startNs, LatenessTimer[] timers)
    {
        var all = new CompositeDisposable(timers.Length);
        for (var i = 0; i < timers.Length; i++)
        {
            var now = Pause.NowNs();
            var dueMs = (startNs + plan.PhasesNs[i] - now) / NsPerMs;
            timers[i].Begin(now + dueMs * NsPerMs);
            all.Add(new Timer(static state => ((LatenessTimer)state!).Fired(1), timers[i], dueMs, plan.IntervalNs / NsPerMs));
        }

        return all;
    }

    /// <summary>Each begins when a one-shot at its phase makes it.</summary>
    private static CompositeDisposable StartPeriodic(LatenessPlan plan, long startNs, LatenessTimer[] timers)
    {
        var all = new CompositeDisposable(timers.Length);
        for (var i = 0; i < timers.Length; i++)
        {
            var timer = timers[i];
            all.Add(new Timer(
                _ =>
                {
                    var periodic = new PeriodicTimer(plan.Interval);
                    timer.Begin(Pause.NowNs() + plan.IntervalNs);
                    all.Add(periodic);
                    _ = Loop(periodic, timer);
                },
                null, (startNs + plan.PhasesNs[i] - Pause.NowNs()) / NsPerMs, Timeout.Infinite));
        }

        return all;
    }

    private static async Task Loop(PeriodicTimer periodic, LatenessTimer timer)
    {
        while (await periodic.WaitForNextTickAsync())
        {
            timer.Fired(1);
        }
    }

    private static CompositeDisposable StartInterval(LatenessPlan plan, long startNs, LatenessTimer[] timers)
    {
        var all = new CompositeDisposable(timers.Length);
        for (var i = 0; i < timers.Length; i++)
        {
            var timer = timers[i];
            var now = Pause.NowNs();
            var due = TimeSpan.FromTicks((startNs + plan.PhasesNs[i] - now) / NsPerTick);
            timer.Begin(now + due.Ticks * NsPerTick);
            all.Add(Observable.Timer(due, plan.Interval).Subscribe(_ => timer.Fired(1)));
        }

        return all;
    }

    private sealed class Observer(LatenessTimer timer) : IObserver<Tick>
    {
        public void OnNext(Tick value) => timer.Fired(value.Expirations);

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
            // Nothing is owed.
        }
    }
}
