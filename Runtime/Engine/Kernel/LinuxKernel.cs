using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// The machine's own clocks and timers on 64-bit Linux: one timerfd for each clock, an eventfd for interrupts, and one epoll that
/// waits for all of them.
/// </summary>
/// <remarks>
/// <para>
/// The REALTIME timerfd is always armed with TFD_TIMER_CANCEL_ON_SET, in the far future when there is no deadline: its
/// ECANCELED is how Linux says that the wall clock was set or the machine resumed (rule X1). It is the only descriptor that is
/// ever read. The others are edge-triggered, so that an expiry is reported once by itself and a wake costs one system call.
/// </para>
/// <para>
/// Inside a kernel time namespace the clocks are that namespace's; Linux translates the alarms.
/// </para>
/// </remarks>
public sealed class LinuxKernel : IKernel
{
    private const int InterruptTag = 3; // the tags of the timers are the numbers of their ClockBase

    // The wall clock cannot be set this far (TIME_SETTOD_SEC_MAX), and a second later would be "never" (KTIME_SEC_MAX).
    private const long RealtimeFarFutureNs = 9_223_372_035 * ClockTime.NanosecondsPerSecond;

    // 219 years of uptime. Closer to KTIME_MAX a negative offset of a time namespace makes Linux fire at once (rule N4).
    private const long UptimeFarFutureNs = (1L << 62) + (1L << 61);

    // A step of the wall clock too small to be told from noise is left to ECANCELED, which misses none.
    private const long ToleranceNs = 1_000;

    private readonly ClockReader<LinuxClocks> _clocks;
    private readonly SafeFd[] _timers = new SafeFd[3];
    private readonly SafeFd? _interrupt;
    private readonly SafeFd? _epoll;
    private int _interrupted; // 1: the eventfd was signaled, and Wait has not seen it yet
    private int _clockSet;    // 1: the wall clock was set, and Wait has not told yet

    /// <summary>Opens the descriptors: five of them.</summary>
    /// <exception cref="PlatformNotSupportedException">Not 64-bit Linux.</exception>
    /// <exception cref="KernelException">The system refuses a descriptor (EMFILE, ENFILE, ENOMEM, EPERM under seccomp).</exception>
    public LinuxKernel()
    {
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("LinuxKernel needs 64-bit Linux; PortableKernel runs anywhere.");
        }

        _clocks = new ClockReader<LinuxClocks>(default, ToleranceNs);
        try
        {
            _epoll = LinuxNative.CreateEpoll();
            _interrupt = LinuxNative.CreateEvent();
            LinuxNative.AddEdge(_epoll, _interrupt, InterruptTag);
            Open(ClockBase.Realtime, LinuxNative.ClockRealtime);
            Open(ClockBase.Monotonic, LinuxNative.ClockMonotonic);
            Open(ClockBase.Boottime, LinuxNative.ClockBoottime);
            SetAlarm(ClockBase.Realtime, ClockTime.Never);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>True on 64-bit Linux. A sandbox may refuse the calls all the same; the constructor tells.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <inheritdoc/>
    public string Name => "linux";

    /// <inheritdoc/>
    /// <remarks>
    /// Three calls into the vDSO, some 75 ns. A reading that finds the wall clock set makes <see cref="Wait"/> return true.
    /// </remarks>
    public ClockReadings Read()
    {
        var readings = _clocks.Read(out var set);
        if (set)
        {
            TellClockSet();
        }

        return readings;
    }

    /// <inheritdoc/>
    /// <remarks>One call into the vDSO, some 25 ns.</remarks>
    public ClockReadings ReadOnce() => _clocks.ReadOnce();

    /// <inheritdoc/>
    /// <remarks>One call into the vDSO, some 25 ns.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    public ClockTime Read(ClockBase clock)
    {
        switch (clock)
        {
            case ClockBase.Realtime:
                return new ClockTime(LinuxNative.ReadClock(LinuxNative.ClockRealtime));
            case ClockBase.Monotonic:
                return new ClockTime(LinuxNative.ReadClock(LinuxNative.ClockMonotonic));
            default:
                Alarms.CheckClock(clock);
                return _clocks.ReadBoottime();
        }
    }

    /// <inheritdoc/>
    /// <remarks>One system call. An alarm in the far future may make <see cref="Wait"/> return after 219 years without cause.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    /// <exception cref="KernelException">The system refuses the call.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed.</exception>
    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        Alarms.CheckClock(clock);
        var timer = _timers[(int)clock];
        ObjectDisposedException.ThrowIf(timer.IsClosed, this);
        if (clock != ClockBase.Realtime)
        {
            LinuxNative.SetTimer(timer, LinuxNative.TimerAbsolute, deadline.IsNever ? default : Value(deadline, UptimeFarFutureNs));
        }
        else if (!LinuxNative.SetTimer(
            timer, LinuxNative.TimerAbsolute | LinuxNative.TimerCancelOnSet, Value(deadline, RealtimeFarFutureNs)))
        {
            // This call has taken the ECANCELED that Wait would have read (rule X3).
            if (_clocks.Remeasure())
            {
                TellClockSet();
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="KernelException">The system refuses a call.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed.</exception>
    public bool Wait()
    {
        ObjectDisposedException.ThrowIf(_epoll!.IsClosed, this);
        Span<int> tags = stackalloc int[4];
        var count = LinuxNative.Wait(_epoll, tags);
        var set = false;
        foreach (var tag in tags[..count])
        {
            if (tag == InterruptTag)
            {
                Interlocked.Exchange(ref _interrupted, 0);
            }
            else if (tag == (int)ClockBase.Realtime && !LinuxNative.TakeTicks(_timers[tag]))
            {
                set |= _clocks.Remeasure();
            }
        }

        // Each interrupt signals anew, so that the event is never read; a clock that was set comes with one.
        return (Interlocked.Exchange(ref _clockSet, 0) != 0) | set;
    }

    /// <inheritdoc/>
    /// <remarks>One system call, none while an interrupt is pending. Does nothing once the kernel is disposed.</remarks>
    /// <exception cref="KernelException">The system refuses the call.</exception>
    public void Interrupt()
    {
        if (_interrupt!.IsClosed || Interlocked.Exchange(ref _interrupted, 1) != 0)
        {
            return;
        }

        try
        {
            LinuxNative.Signal(_interrupt);
        }
        catch (ObjectDisposedException)
        {
            // It was closed in between: nobody waits any more.
        }
    }

    /// <summary>
    /// Closes the descriptors. Any number of times, but only after the engine's thread has left <see cref="Wait"/>: it does not end
    /// a wait, and the descriptors that a wait uses stay open until it ends. The clocks can still be read.
    /// </summary>
    public void Dispose()
    {
        foreach (var timer in _timers)
        {
            timer?.Dispose();
        }

        _interrupt?.Dispose();
        _epoll?.Dispose();
    }

    private void Open(ClockBase clock, int number)
    {
        var timer = LinuxNative.CreateTimer(number);
        _timers[(int)clock] = timer;
        LinuxNative.AddEdge(_epoll!, timer, (int)clock);
    }

    private void TellClockSet()
    {
        Volatile.Write(ref _clockSet, 1);
        Interrupt();
    }

    // 0 would disarm; every point up to 1 ns is past on a clock of a machine that runs.
    private static LinuxNative.TimeValue Value(ClockTime deadline, long farFutureNs)
    {
        var (seconds, nanoseconds) = Math.DivRem(Math.Clamp(deadline.Nanoseconds, 1, farFutureNs), ClockTime.NanosecondsPerSecond);
        return new LinuxNative.TimeValue { Seconds = seconds, Nanoseconds = nanoseconds };
    }
}
