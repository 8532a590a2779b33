using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>
/// The clocks and timers of a namespace as Rx takes them: Observable.Interval, Timer, Delay, Throttle, Timestamp and the others run
/// in the time of the namespace.
/// </summary>
/// <remarks>
/// A <see cref="TimeSpan"/> means MONOTONIC; a <see cref="DateTimeOffset"/> means REALTIME and follows the wall clock when it is
/// set. Actions run on the thread pool, never on the engine's thread; what one throws is logged and counted. It inherits
/// nothing from Rx: LocalScheduler shares one queue between clocks that disagree.
/// </remarks>
public sealed class NamespaceScheduler : IScheduler, ISchedulerPeriodic, IStopwatchProvider, IServiceProvider
{
    /// <summary>The shortest period that a TimeSpan can say; a period of zero, legal in Rx, means this.</summary>
    private static readonly TimeSpan s_shortest = new(1);

    private readonly RuntimeNamespace _namespace;
    private readonly TimerEngine _engine;

    internal NamespaceScheduler(RuntimeNamespace ns, TimerEngine engine)
    {
        _namespace = ns;
        _engine = engine;
    }

    /// <summary>CLOCK_REALTIME of the namespace, rounded down to 100 ns.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public DateTimeOffset Now => TimeSpans.ToDateTimeOffset(_namespace.ReadFast(ClockBase.Realtime));

    /// <summary>Runs an action as soon as possible.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        lock (_engine.Gate)
        {
            _namespace.CheckOpen();
        }

        var inner = new SingleAssignmentDisposable();
        _engine.Post(() => Run(inner, state, action));
        return inner;
    }

    /// <summary>Runs an action after a time on MONOTONIC; zero or less is as soon as possible.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return dueTime <= TimeSpan.Zero
            ? Schedule(state, action)
            : Arm(ClockId.Monotonic, state, action, timer => timer.ArmAfter(TimeSpans.ToNanoseconds(dueTime), 0));
    }

    /// <summary>Runs an action when REALTIME reads the moment or later, also after the clock was set.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Arm(ClockId.Realtime, state, action, timer => timer.ArmAt(TimeSpans.ToClockTime(dueTime)));
    }

    /// <summary>
    /// Runs an action once a period on MONOTONIC, in phase, never overlapping itself. Periods that pass while it still runs, or that
    /// a changed offset passes at once, give one run: back-pressure, not a growing queue.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative period.</exception>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public IDisposable SchedulePeriodic<TState>(TState state, TimeSpan period, Func<TState, TState> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        var periodNs = TimeSpans.ToNanoseconds(period == TimeSpan.Zero ? s_shortest : period);
        return new PeriodicAction<TState>(_namespace, _engine, state, periodNs, action);
    }

    /// <summary>A stopwatch on MONOTONIC.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public IStopwatch StartStopwatch() => new MonotonicStopwatch(_namespace);

    /// <summary>The capabilities that Rx looks for: <see cref="ISchedulerPeriodic"/> and <see cref="IStopwatchProvider"/>.</summary>
    public object? GetService(Type serviceType) =>
        serviceType == typeof(ISchedulerPeriodic) || serviceType == typeof(IStopwatchProvider) || serviceType == typeof(IScheduler) ? this : null;

    private CompositeDisposable Arm<TState>(
        ClockId clock, TState state, Func<IScheduler, TState, IDisposable> action, Action<CallbackTimer> arm)
    {
        var inner = new SingleAssignmentDisposable();
        CallbackTimer? timer = null;
        timer = new CallbackTimer(_namespace, _engine, clock, () =>
        {
            timer!.Dispose();
            Run(inner, state, action);
        });
        arm(timer);
        return new CompositeDisposable(timer, inner);
    }

    private void Run<TState>(SingleAssignmentDisposable inner, TState state, Func<IScheduler, TState, IDisposable> action)
    {
        if (!inner.IsDisposed)
        {
            inner.Disposable = action(this, state);
        }
    }

    private sealed class MonotonicStopwatch(RuntimeNamespace ns) : IStopwatch
    {
        private readonly ClockTime _start = ns.ReadFast(ClockBase.Monotonic);

        public TimeSpan Elapsed => TimeSpans.ToTimeSpan(ns.ReadFast(ClockBase.Monotonic).Since(_start));
    }
}
