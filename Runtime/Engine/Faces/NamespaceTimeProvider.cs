using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>
/// The clocks and timers of a namespace as the base library takes them: Task.Delay, PeriodicTimer, CancellationTokenSource,
/// WaitAsync and everything else that accepts a <see cref="TimeProvider"/> runs in the time of the namespace.
/// </summary>
/// <remarks>
/// Timers run on MONOTONIC, so that setting a wall clock does not move them; <see cref="GetUtcNow"/> is REALTIME. Register one
/// provider for each namespace (keyed); never replace the process-wide one. Timers made here hold delegates and are in no
/// image; a checkpoint says how many there were. When the namespace is closed they never fire: whoever awaits a Task.Delay of a
/// closed namespace waits for ever, so cancel such waits with a token of your own.
/// </remarks>
public sealed class NamespaceTimeProvider : TimeProvider
{
    private readonly RuntimeNamespace _namespace;
    private readonly TimerEngine _engine;

    internal NamespaceTimeProvider(RuntimeNamespace ns, TimerEngine engine)
    {
        _namespace = ns;
        _engine = engine;
    }

    /// <summary>1 GHz: a timestamp is a nanosecond.</summary>
    public override long TimestampFrequency => ClockTime.NanosecondsPerSecond;

    /// <summary>CLOCK_REALTIME of the namespace, rounded down to 100 ns.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public override DateTimeOffset GetUtcNow() => TimeSpans.ToDateTimeOffset(_namespace.ReadFast(ClockBase.Realtime));

    /// <summary>CLOCK_MONOTONIC of the namespace in nanoseconds.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public override long GetTimestamp() => _namespace.ReadFast(ClockBase.Monotonic).Nanoseconds;

    /// <summary>A timer on CLOCK_MONOTONIC of the namespace. The callback runs on the thread pool.</summary>
    /// <param name="callback">May run while an earlier call of it still runs. What it throws is logged and counted.</param>
    /// <param name="state">Handed to the callback.</param>
    /// <param name="dueTime">Time to the first call; zero is at once, <see cref="Timeout.InfiniteTimeSpan"/> never. No upper limit.</param>
    /// <param name="period">Time between calls; zero or <see cref="Timeout.InfiniteTimeSpan"/> for a single one. Periods that pass while nobody could be called give one call.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative time other than infinite.</exception>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ProviderTimer(_namespace, _engine, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
