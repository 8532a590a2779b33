using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>What a user can do to the clocks of a <see cref="SimulatedKernel"/>.</summary>
internal enum SimulatedMove
{
    /// <summary>Nothing is under way.</summary>
    None,

    /// <summary>All clocks move on, from alarm to alarm.</summary>
    Advance,

    /// <summary>REALTIME and BOOTTIME jump by a span.</summary>
    Suspend,

    /// <summary>REALTIME jumps to a point.</summary>
    SetRealtime,

    /// <summary>Nothing moves; the engine comes to rest.</summary>
    Settle,
}

/// <summary>
/// The clocks and alarms of a <see cref="SimulatedKernel"/>, the move that is under way, and what there is to wake the engine for. It
/// knows no thread: its user sees to it that one at a time is here, but for <see cref="Read"/>.
/// </summary>
/// <param name="start">The clocks, checked.</param>
internal sealed class SimulatedMachine(ClockReadings start)
{
    private readonly SharedReadings _clocks = new(start);
    private readonly Alarms _alarms = new();
    private volatile SimulatedMove _move;
    private long _amountNs; // Advance: what is left. Suspend: the gap. SetRealtime: the clock's new reading
    private volatile bool _interrupted;
    private volatile bool _clockSet;

    /// <summary>True while there is a move to take steps of.</summary>
    public bool IsMoving => _move != SimulatedMove.None;

    /// <summary>True while the clocks move on from alarm to alarm. From any thread.</summary>
    public bool IsAdvancing => _move == SimulatedMove.Advance;

    /// <summary>True when there is something to wake the engine for.</summary>
    public bool HasCause => _interrupted || _clockSet || _alarms.AnyDue(_clocks.Read());

    /// <summary>The clocks. From any thread, without a lock.</summary>
    public ClockReadings Read() => _clocks.Read();

    /// <summary>Replaces an alarm.</summary>
    public void SetAlarm(ClockBase clock, ClockTime deadline) => _alarms.Set(clock, deadline);

    /// <summary>Wakes the engine for nothing.</summary>
    public void Interrupt() => _interrupted = true;

    /// <summary>Forgets that the clocks were set: nobody is there to learn of it.</summary>
    public void ForgetClockSet() => _clockSet = false;

    /// <summary>Clears what there is to wake the engine for.</summary>
    /// <returns>True when the clock was set.</returns>
    public bool TakeCauses()
    {
        var clockSet = _clockSet;
        _alarms.TakeDue(_clocks.Read());
        _clockSet = _interrupted = false;
        return clockSet;
    }

    /// <summary>Starts a move; no step is taken.</summary>
    /// <param name="move">What to do.</param>
    /// <param name="amountNs">Advance, Suspend: a span of at least 0. SetRealtime: the clock's new reading. In nanoseconds.</param>
    /// <param name="parameter">The user's parameter that is at fault when a clock would leave its range.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentOutOfRangeException">A clock would leave its range. No move is started.</exception>
    public void Begin(SimulatedMove move, long amountNs, string parameter, object? value)
    {
        CheckRange(After(move, amountNs), parameter, value);
        (_move, _amountNs) = (move, amountNs);
    }

    /// <summary>
    /// Takes one step, while there is nothing to wake the engine for: to the next alarm or to the end of the move. The move is over
    /// when a step finds nothing more to do, so that what its end makes due is served first.
    /// </summary>
    public void Step()
    {
        Debug.Assert(!HasCause, "The clocks move only while the engine has nothing to do.");
        if (_move == SimulatedMove.Advance && _amountNs > 0)
        {
            var now = _clocks.Read();
            var step = Math.Min(_amountNs, _alarms.UntilNext(now));
            Debug.Assert(step > 0, "An alarm that is not due lies ahead.");
            _clocks.Write(now.Plus(step));
            _amountNs -= step;
        }
        else if (_move is SimulatedMove.Suspend or SimulatedMove.SetRealtime)
        {
            Jump();
            _move = SimulatedMove.Settle;
        }
        else
        {
            _move = SimulatedMove.None;
        }
    }

    /// <summary>
    /// Takes a step of an advance that ends at a deadline, or none when one is due. False when there is something else to do. By the one
    /// thread that may take steps; others may interrupt meanwhile.
    /// </summary>
    public bool TryStep(ReadOnlySpan<long> next, out ClockReadings now)
    {
        now = _clocks.Read();
        if (_interrupted || _clockSet || _move != SimulatedMove.Advance)
        {
            return false;
        }

        var until = long.MaxValue;
        foreach (var clock in ClockOffsets.Bases)
        {
            var deadline = new ClockTime(next[(int)clock]);
            until = deadline.IsNever ? until : Math.Min(until, deadline.Since(now[clock]));
        }

        if (until > _amountNs)
        {
            return false;
        }

        if (until > 0)
        {
            now = now.Plus(until);
            _clocks.Write(now);
            _amountNs -= until;
        }

        return true;
    }

    /// <summary>Does the rest of the move at once, past every alarm.</summary>
    public void Finish()
    {
        Jump();
        _move = SimulatedMove.None;
    }

    /// <summary>Gives the rest of the move up.</summary>
    public void Abandon() => _move = SimulatedMove.None;

    /// <summary>Refuses readings below 0 or beyond <see cref="ClockOffsets.MaxReadingSeconds"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first clock that is out of range.</exception>
    public static void CheckRange(in ClockReadings readings, string parameter, object? value)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            if (readings[clock].Nanoseconds is < 0 or > ClockOffsets.MaxReadingSeconds * ClockTime.NanosecondsPerSecond)
            {
                throw new ArgumentOutOfRangeException(
                    parameter, value, $"{clock} would read {readings[clock]}; it must stay within 0 and {ClockOffsets.MaxReadingSeconds} s.");
            }
        }
    }

    private void Jump()
    {
        _clocks.Write(After(_move, _amountNs));
        _clockSet |= _move is SimulatedMove.Suspend or SimulatedMove.SetRealtime;
    }

    private ClockReadings After(SimulatedMove move, long amountNs)
    {
        var now = _clocks.Read();
        return move switch
        {
            SimulatedMove.Advance => now.Plus(amountNs),
            SimulatedMove.Suspend => now with { Realtime = now.Realtime.Plus(amountNs), Boottime = now.Boottime.Plus(amountNs) },
            SimulatedMove.SetRealtime => now with { Realtime = new ClockTime(amountNs) },
            _ => now,
        };
    }
}
