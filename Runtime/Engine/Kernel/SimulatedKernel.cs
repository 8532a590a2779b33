using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// A kernel whose clocks stand until they are told to move, so that a year passes in milliseconds and one run is as the next.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Advance"/>, <see cref="Suspend"/>, <see cref="SetRealtime"/> and <see cref="Settle"/> are the user's side; each returns
/// when the engine has done everything that became due and waits again. The engine's own thread walks through the alarms
/// inside <see cref="Wait"/>, so a move costs one hand-over between threads, however many deadlines it passes, and no
/// observer ever runs on the thread that moves the clocks:
/// </para>
/// <code>
///   user      Advance(10 s) ──────────────────────────────────────────── returns
///   engine    Wait  ├ 3 s ┤ ticks  Wait  ├ 4 s ┤ ticks  Wait  ├ 3 s ┤ idle
/// </code>
/// <para>
/// Time passes only while the engine has nothing to do: an alarm that is set for the present moment, by any thread, is
/// served before the clocks move on, and an alarm at the very end of a move is served before the move returns. Moves from
/// several threads follow one after another. Without an engine the clocks are simply moved.
/// </para>
/// <para>
/// A caller must not hold a lock that an observer needs: the move waits for the observer.
/// </para>
/// </remarks>
public sealed class SimulatedKernel : IKernel
{
    private readonly object _turn = new(); // held by the one thread whose move is under way; taken before _gate
    private readonly object _gate = new(); // guards everything below; the engine and that one thread wait on it
    private readonly SimulatedMachine _machine; // reading its clocks needs no lock
    private int _engineThread; // managed id, 0 while it is not known
    private Func<bool>? _holdsTime; // true on a thread that the engine waits for
    private bool _attached;
    private bool _idle; // the engine sleeps in Wait; what could wake it may be there already
    private bool _disposed;

    /// <summary>A machine that was started 1000 s ago, on 2026-01-01T00:00:00Z.</summary>
    public SimulatedKernel()
        : this(new ClockReadings(
            ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)),
            ClockTime.FromSinceZero(Duration.FromSeconds(1000)),
            ClockTime.FromSinceZero(Duration.FromSeconds(1000))))
    {
    }

    /// <summary>A machine with these clocks.</summary>
    /// <param name="start">Each from 0 to <see cref="ClockOffsets.MaxReadingSeconds"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A clock is out of that range.</exception>
    public SimulatedKernel(ClockReadings start)
    {
        SimulatedMachine.CheckRange(start, nameof(start), start);
        _machine = new SimulatedMachine(start);
    }

    /// <inheritdoc/>
    public string Name => "simulated";

    /// <summary>True while the engine waits and nothing is there that could wake it.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _idle && !_machine.HasCause;
            }
        }
    }

    /// <summary>
    /// Moves all clocks on, through every alarm in order. Returns when the engine has served all of them, one at the very end
    /// included, and waits again. From any thread but the engine's.
    /// </summary>
    /// <param name="by">At least 0; nothing moves and the engine settles when it is 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or a clock would pass <see cref="ClockOffsets.MaxReadingSeconds"/>.</exception>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was while the clocks moved.</exception>
    public void Advance(Duration by) => Run(SimulatedMove.Advance, Span(by), nameof(by), by);

    /// <summary>
    /// Lets the machine sleep: REALTIME and BOOTTIME jump, MONOTONIC stands, and the engine learns of a resume. Returns when it has
    /// served everything that became due. From any thread but the engine's.
    /// </summary>
    /// <param name="by">How long the machine slept; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or a clock would pass <see cref="ClockOffsets.MaxReadingSeconds"/>.</exception>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void Suspend(Duration by) => Run(SimulatedMove.Suspend, Span(by), nameof(by), by);

    /// <summary>
    /// Sets the wall clock, forward or back, as <c>clock_settime</c>; the engine learns of it also when the clock reads that already.
    /// Returns when the engine has served everything that became due. From any thread but the engine's.
    /// </summary>
    /// <param name="now">From 1970-01-01T00:00:00Z to <see cref="ClockOffsets.MaxReadingSeconds"/> after it.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void SetRealtime(Instant now) => Run(SimulatedMove.SetRealtime, ClockTime.FromInstant(now).Nanoseconds, nameof(now), now);

    /// <summary>
    /// Returns when the engine has nothing left to do at this moment: it waits, no alarm is due and no interrupt is pending. From
    /// any thread but the engine's. At once without an engine.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void Settle() => Run(SimulatedMove.Settle, 0, "", null);

    /// <inheritdoc/>
    public ClockReadings Read() => _machine.Read();

    /// <inheritdoc/>
    public ClockReadings ReadOnce() => _machine.Read();

    /// <summary>True while the clocks move on from alarm to alarm.</summary>
    internal bool IsAdvancing => _machine.IsAdvancing;

    /// <summary>
    /// On the engine's thread, which is not in <see cref="Wait"/>, has nothing to do and says what it waits for: moves the clocks to the
    /// first of these deadlines without a lock and without alarms. False when there is more to it: then <see cref="Wait"/> sees to it, with
    /// alarms.
    /// </summary>
    /// <remarks>
    /// Nobody else moves the clocks meanwhile: the thread whose move it is takes a step only while the engine sleeps. An interrupt, a
    /// clock set or the end of the kernel is left to <see cref="Wait"/>.
    /// </remarks>
    /// <param name="next">The first deadline on each clock, by <see cref="ClockBase"/>.</param>
    /// <param name="now">The clocks, moved or not.</param>
    internal bool TryStep(ReadOnlySpan<long> next, out ClockReadings now) => _machine.TryStep(next, out now) && !Volatile.Read(ref _disposed);

    /// <inheritdoc/>
    public ClockTime Read(ClockBase clock)
    {
        Alarms.CheckClock(clock);
        return _machine.Read()[clock];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed.</exception>
    public void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _machine.SetAlarm(clock, deadline);
            WakeEngine();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was while this waited.</exception>
    public bool Wait()
    {
        lock (_gate)
        {
            _attached = true;
            _engineThread = Environment.CurrentManagedThreadId;
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_machine.HasCause)
                {
                    return _machine.TakeCauses();
                }

                if (_machine.IsMoving)
                {
                    _machine.Step();
                    if (!_machine.IsMoving)
                    {
                        Monitor.PulseAll(_gate);
                    }

                    continue;
                }

                _idle = true;
                Monitor.Wait(_gate);
                _idle = false;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Does nothing once the kernel is disposed.</remarks>
    public void Interrupt()
    {
        lock (_gate)
        {
            _machine.Interrupt();
            WakeEngine();
        }
    }

    /// <summary>
    /// Releases whoever waits with <see cref="ObjectDisposedException"/>. From any thread, any number of times. The clocks can still
    /// be read.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Says that an engine will come to <see cref="Wait"/>: from now on a move waits for it. What was done to the clocks before is
    /// not reported to it.
    /// </summary>
    /// <param name="engine">The engine's thread, when it is known already; else <see cref="Wait"/> tells.</param>
    /// <param name="holdsTime">True on a thread that the engine waits for before it comes back; a move would never end there.</param>
    /// <exception cref="InvalidOperationException">An engine is attached.</exception>
    internal void Attach(Thread? engine = null, Func<bool>? holdsTime = null)
    {
        lock (_gate)
        {
            if (_attached)
            {
                throw new InvalidOperationException("The simulated kernel has an engine already; one engine uses one kernel.");
            }

            _attached = true;
            _engineThread = engine?.ManagedThreadId ?? 0;
            _holdsTime = holdsTime;
            _machine.ForgetClockSet();
        }
    }

    /// <summary>
    /// Says that the engine will not come to <see cref="Wait"/> again. A move that waits for it is finished without it. From any
    /// thread, any number of times.
    /// </summary>
    internal void Detach()
    {
        lock (_gate)
        {
            _attached = false;
            _engineThread = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run(SimulatedMove move, long amountNs, string parameter, object? value)
    {
        if (Environment.CurrentManagedThreadId == Volatile.Read(ref _engineThread))
        {
            throw new InvalidOperationException(
                $"{move} was called on the engine's own thread, as by an observer in OnNext or a continuation that runs there. "
                + "It would wait for itself; call it from another thread.");
        }

        if (_holdsTime?.Invoke() == true)
        {
            throw new InvalidOperationException(
                $"{move} was called by a callback of a timer or scheduler in this simulated time, or by what continues there: time stands until it returns. Call it from another thread.");
        }

        lock (_turn)
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _machine.Begin(move, amountNs, parameter, value);
            try
            {
                WaitForEnd();
            }
            finally
            {
                _machine.Abandon();
            }
        }
    }

    // Whoever finds the engine without work takes the next step, this thread or the engine's; the engine alone serves alarms.
    private void WaitForEnd()
    {
        while (_machine.IsMoving)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_attached)
            {
                _machine.Finish();
            }
            else if (_idle && !_machine.HasCause)
            {
                _machine.Step();
            }
            else
            {
                WakeEngine();
                Monitor.Wait(_gate);
            }
        }
    }

    private void WakeEngine()
    {
        if (_idle && _machine.HasCause)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private static long Span(Duration by) => by >= Duration.Zero
        ? ClockTime.SaturatingNanoseconds(by)
        : throw new ArgumentOutOfRangeException(nameof(by), by, "Time does not pass backwards; SetRealtime sets the wall clock back.");
}
