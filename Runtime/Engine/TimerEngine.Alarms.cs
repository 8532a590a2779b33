using TimeNs.Clocks;

namespace TimeNs.Runtime;

/// <summary>When the kernel is to wake the engine.</summary>
/// <remarks>
/// Of each clock the engine remembers what it has asked for; a caller who arms an earlier timer asks for more by himself, and any other
/// calls nothing.
/// <code>
///   slack   deadline ────────────▶ alarm        what falls due in between is served by the same wake-up; never early, later by as much
///   spin    alarm ────────────▶ deadline        the engine watches the clock in between; never early, and not late by a wake-up
/// </code>
/// </remarks>
internal sealed partial class TimerEngine
{
    /// <summary>An alarm this near may have fired already, unseen: it is set again after every wait.</summary>
    private const long AlarmMarginNs = 1_000_000;

    /// <summary>After so many deadlines in a row that the engine watched for, it asks the kernel for its news.</summary>
    private const int MostWatches = 1000;

    private readonly long[] _alarms = [long.MaxValue, long.MaxValue, long.MaxValue]; // the deadlines that alarms are set for
    private readonly long _shiftNs; // from the deadline to the alarm
    private bool _clockWasSet; // since the alarms were set
    private bool _isNear; // a deadline is so near that the engine watches the clock for it, without an alarm
    private int _watches; // since it last waited for the kernel
    private int _news; // 1: somebody wakes the engine for other reasons than the time

    /// <summary>Under the lock, on any thread: what is due earlier than it was.</summary>
    private void SetEarlierAlarms()
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            var next = Table.NextDeadline(clock);
            if (next.Nanoseconds < _alarms[(int)clock])
            {
                SetAlarm(clock, next);
            }
        }
    }

    /// <summary>
    /// Sets every alarm that is not set as it should be. One that is due, or nearly, may have been cleared by the wait; so may any of
    /// the wall clock after it was set: it fired, and then the clock was set back to before it.
    /// </summary>
    private void SetAlarms(in ClockReadings host)
    {
        _isNear = false;
        foreach (var clock in ClockOffsets.Bases)
        {
            var next = Table.NextDeadline(clock);
            var alarm = _alarms[(int)clock];
            var mayBeCleared = alarm != long.MaxValue
                && ((_clockWasSet && clock == ClockBase.Realtime)
                    || ClockTime.AddSaturating(alarm, _shiftNs) <= ClockTime.AddSaturating(host[clock].Nanoseconds, AlarmMarginNs));
            if (IsNear(next, host[clock]))
            {
                _isNear = true;
                Volatile.Write(ref _alarms[(int)clock], next.Nanoseconds);
            }
            else if (mayBeCleared || next.Nanoseconds != alarm)
            {
                SetAlarm(clock, next);
            }
        }

        _clockWasSet = false;
    }

    private void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        // One nanosecond short of never: a deadline that exists is never turned into one that does not.
        var alarm = deadline.IsNever ? deadline : new ClockTime(Math.Min(deadline.Plus(_shiftNs).Nanoseconds, long.MaxValue - 1));
        Kernel.SetAlarm(clock, alarm);
        Volatile.Write(ref _alarms[(int)clock], deadline.Nanoseconds);
    }

    private bool IsNear(ClockTime next, ClockTime now) => _shiftNs < 0 && _watches < MostWatches && next.Since(now) <= -_shiftNs;

    /// <summary>Waits for the kernel, and then for the clock where the alarm was set early; for the clock alone when that is all there is to wait for.</summary>
    private bool Wait()
    {
        if (_isNear)
        {
            _watches++;
            WatchTheClock();
            return false; // a clock set is found by the reading that follows
        }

        _watches = 0;
        var clockSet = Kernel.Wait();
        if (_shiftNs < 0 && !clockSet)
        {
            WatchTheClock();
        }

        return clockSet;
    }

    /// <summary>The alarm came early, as it was set: waits awake for the deadline, or for news.</summary>
    private void WatchTheClock()
    {
        while (Volatile.Read(ref _news) == 0)
        {
            var now = Kernel.ReadOnce();
            var until = long.MaxValue;
            foreach (var clock in ClockOffsets.Bases)
            {
                until = Math.Min(until, ClockTime.SubtractSaturating(Volatile.Read(ref _alarms[(int)clock]), now[clock].Nanoseconds));
            }

            if (until <= 0 || until > -_shiftNs)
            {
                return;
            }
        }
    }
}
