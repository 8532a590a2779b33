using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// The machine's clocks on any system that .NET runs on, with timed waits instead of kernel timers.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>MONOTONIC is <see cref="System.Diagnostics.Stopwatch"/>, REALTIME is <see cref="DateTime.UtcNow"/> (100 ns).
/// BOOTTIME is the same as MONOTONIC: .NET offers no clock beside it. Whether it counts a suspend is up to the system
/// (Windows: it does; macOS: it does not).</item>
/// <item>An alarm is served up to a millisecond late, or as late as the system's own timed waits are (Windows: 15.6 ms);
/// never early.</item>
/// <item>A clock set is found by comparing REALTIME with MONOTONIC at each reading and at least once a second. A resume
/// that moved the one against the other is found the same way. A step below 10 ms is not told from slewing: REALTIME then
/// follows the old difference, and may be off, even ahead, by that much, until the deviation passes 10 ms and counts as a
/// clock set.</item>
/// </list>
/// </remarks>
public sealed class PortableKernel : IKernel
{
    private const int RecheckMs = 1000;

    // Windows and macOS slew the wall clock and not the monotonic one; at 10 ppm this much gathers in a quarter of an hour.
    private const long ToleranceNs = 10_000_000;

    private readonly object _gate = new(); // guards what follows; the engine waits on it
    private readonly ClockReader<PortableClocks> _clocks;
    private readonly Alarms _alarms = new();
    private readonly int _recheckMs;
    private bool _interrupted;
    private bool _clockSet;
    private bool _disposed;

    /// <summary>A kernel on the machine's clocks.</summary>
    public PortableKernel()
        : this(PortableClocks.Monotonic, PortableClocks.Realtime, RecheckMs)
    {
    }

    /// <summary>A kernel on other clocks, in nanoseconds; it waits in real time all the same.</summary>
    /// <param name="monotonicNs">Never goes back. Called from any thread.</param>
    /// <param name="realtimeNs">The wall clock. Called from any thread.</param>
    /// <param name="recheckMs">The longest wait without a look at the clocks, in milliseconds, at least 1.</param>
    internal PortableKernel(Func<long> monotonicNs, Func<long> realtimeNs, int recheckMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recheckMs, 1);
        _clocks = new ClockReader<PortableClocks>(new PortableClocks(monotonicNs, realtimeNs), ToleranceNs);
        _recheckMs = recheckMs;
    }

    /// <inheritdoc/>
    public string Name => "portable";

    /// <inheritdoc/>
    /// <remarks>A reading that finds the wall clock set makes <see cref="Wait"/> return true.</remarks>
    public ClockReadings Read()
    {
        var readings = _clocks.Read(out var set);
        if (set)
        {
            lock (_gate)
            {
                _clockSet = true;
                Monitor.Pulse(_gate);
            }
        }

        return readings;
    }

    /// <inheritdoc/>
    public ClockReadings ReadOnce() => _clocks.ReadOnce();

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    public ClockTime Read(ClockBase clock)
    {
        Alarms.CheckClock(clock);
        return clock == ClockBase.Realtime ? Read().Realtime : _clocks.ReadBoottime();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed.</exception>
    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _alarms.Set(clock, deadline);
            Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was while this waited.</exception>
    public bool Wait()
    {
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                var now = Read();
                if (_alarms.TakeDue(now) | _interrupted | _clockSet)
                {
                    var clockSet = _clockSet;
                    _interrupted = _clockSet = false;
                    return clockSet;
                }

                Monitor.Wait(_gate, WaitMs(_alarms.UntilNext(now)));
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Does nothing once the kernel is disposed.</remarks>
    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Ends a wait with <see cref="ObjectDisposedException"/>. From any thread, any number of times. The clocks can still be read.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    // Rounded up: a wait that ends before the deadline would only be done again.
    private int WaitMs(long untilNextNs) => (int)Math.Min(_recheckMs, (untilNextNs / 1_000_000) + 1);
}
