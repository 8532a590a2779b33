using System.Diagnostics;
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
    private enum Move
    {
        None,
        Advance,
        Suspend,
        SetRealtime,
        Settle,
    }

    private readonly object _turn = new(); // held by the one thread whose move is under way; taken before _gate
    private readonly object _gate = new(); // guards everything below; the engine and that one thread wait on it
    private readonly SharedReadings _clocks;
    private readonly Alarms _alarms = new();
    private Move _move;
    private long _amountNs; // Advance: what is left. Suspend: the gap. SetRealtime: the clock's new reading
    private int _engineThread; // managed id, 0 while it is not known
    private Func<bool>? _holdsTime; // true on a thread that the engine waits for
    private bool _attached;
    private bool _idle; // the engine sleeps in Wait; what could wake it may be there already
    private bool _interrupted;
    private bool _clockSet;
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
        CheckRange(start, nameof(start), start);
        _clocks = new SharedReadings(start);
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
                return _idle && !HasCause();
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
    public void Advance(Duration by) => Run(Move.Advance, Span(by), nameof(by), by);

    /// <summary>
    /// Lets the machine sleep: REALTIME and BOOTTIME jump, MONOTONIC stands, and the engine learns of a resume. Returns when it has
    /// served everything that became due. From any thread but the engine's.
    /// </summary>
    /// <param name="by">How long the machine slept; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or a clock would pass <see cref="ClockOffsets.MaxReadingSeconds"/>.</exception>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void Suspend(Duration by) => Run(Move.Suspend, Span(by), nameof(by), by);

    /// <summary>
    /// Sets the wall clock, forward or back, as <c>clock_settime</c>; the engine learns of it also when the clock reads that already.
    /// Returns when the engine has served everything that became due. From any thread but the engine's.
    /// </summary>
    /// <param name="now">From 1970-01-01T00:00:00Z to <see cref="ClockOffsets.MaxReadingSeconds"/> after it.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void SetRealtime(Instant now) => Run(Move.SetRealtime, ClockTime.FromInstant(now).Nanoseconds, nameof(now), now);

    /// <summary>
    /// Returns when the engine has nothing left to do at this moment: it waits, no alarm is due and no interrupt is pending. From
    /// any thread but the engine's. At once without an engine.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called from the engine's thread, as by an observer.</exception>
    /// <exception cref="ObjectDisposedException">The kernel is disposed, or was meanwhile.</exception>
    public void Settle() => Run(Move.Settle, 0, "", null);

    /// <inheritdoc/>
    public ClockReadings Read() => _clocks.Read();

    /// <inheritdoc/>
    public ClockTime Read(ClockBase clock)
    {
        Alarms.CheckClock(clock);
        return _clocks.Read()[clock];
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
                if (HasCause())
                {
                    return TakeCauses();
                }

                if (_move != Move.None)
                {
                    Step();
                    if (_move == Move.None)
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
            _interrupted = true;
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
            _clockSet = false;
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

    private void Run(Move move, long amountNs, string parameter, object? value)
    {
        if (Environment.CurrentManagedThreadId == Volatile.Read(ref _engineThread))
        {
            throw new InvalidOperationException(
                $"{move} was called on the engine's own thread, as by an observer in OnNext or a continuation that runs there. It would wait for itself; call it from another thread.");
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
            CheckRange(After(move, amountNs), parameter, value);
            (_move, _amountNs) = (move, amountNs);
            try
            {
                Finish();
            }
            finally
            {
                _move = Move.None;
            }
        }
    }

    // Whoever finds the engine without work moves the clocks, the caller or the engine itself; the engine alone serves alarms.
    private void Finish()
    {
        while (_move != Move.None)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_attached)
            {
                Jump();
                _move = Move.None;
            }
            else if (_idle && !HasCause())
            {
                Step();
            }
            else
            {
                WakeEngine();
                Monitor.Wait(_gate);
            }
        }
    }

    // One step of the move that is under way, while no alarm is due and nothing else waits for the engine.
    private void Step()
    {
        Debug.Assert(!HasCause(), "The clocks move only while the engine has nothing to do.");
        if (_move == Move.Advance && _amountNs > 0)
        {
            var now = _clocks.Read();
            var step = Math.Min(_amountNs, _alarms.UntilNext(now));
            Debug.Assert(step > 0, "An alarm that is not due lies ahead.");
            _clocks.Write(now.Plus(step));
            _amountNs -= step;
        }
        else if (_move is Move.Suspend or Move.SetRealtime)
        {
            Jump();
            _move = Move.Settle;
        }
        else
        {
            _move = Move.None;
        }
    }

    private void Jump()
    {
        _clocks.Write(After(_move, _amountNs));
        _clockSet |= _move is Move.Suspend or Move.SetRealtime;
    }

    private ClockReadings After(Move move, long amountNs)
    {
        var now = _clocks.Read();
        return move switch
        {
            Move.Advance => now.Plus(amountNs),
            Move.Suspend => now with { Realtime = now.Realtime.Plus(amountNs), Boottime = now.Boottime.Plus(amountNs) },
            Move.SetRealtime => now with { Realtime = new ClockTime(amountNs) },
            _ => now,
        };
    }

    private bool HasCause() => _interrupted || _clockSet || _alarms.AnyDue(_clocks.Read());

    private bool TakeCauses()
    {
        var clockSet = _clockSet;
        _alarms.TakeDue(_clocks.Read());
        _clockSet = _interrupted = false;
        return clockSet;
    }

    private void WakeEngine()
    {
        if (_idle && HasCause())
        {
            Monitor.PulseAll(_gate);
        }
    }

    private static long Span(Duration by) => by >= Duration.Zero
        ? ClockTime.SaturatingNanoseconds(by)
        : throw new ArgumentOutOfRangeException(nameof(by), by, "Time does not pass backwards; SetRealtime sets the wall clock back.");

    private static void CheckRange(in ClockReadings readings, string parameter, object? value)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            if (readings[clock].Nanoseconds is < 0 or >= (ClockOffsets.MaxReadingSeconds + 1) * ClockTime.NanosecondsPerSecond)
            {
                throw new ArgumentOutOfRangeException(
                    parameter, value, $"{clock} would read {readings[clock]}; it must stay within 0 and {ClockOffsets.MaxReadingSeconds} s.");
            }
        }
    }
}
