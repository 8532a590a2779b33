using System.Runtime.CompilerServices;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Runtime;

/// <content>One turn of the engine: wait, find out what is due, tell.</content>
internal sealed partial class TimerEngine
{
    /// <summary>One turn of the engine: wait, expire, deliver.</summary>
    private void Turn()
    {
        var steps = !_more && !_mustWait && _simulated is { IsAdvancing: true };
        var waits = !_more && !steps;
        var clockSet = waits && Wait();
        if (Serve(clockSet, waits, steps))
        {
            DeliverBatch();
            Announce();
            EndBatch();
            Dispatcher.Drain();
        }
    }

    /// <summary>Finds out who is to be told of what. False when there is nobody.</summary>
    // A frame of its own, as Deliver: what it leaves on the stack would keep timers alive while the engine waits.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Serve(bool clockSet, bool waited, bool steps)
    {
        lock (Gate)
        {
            while (_quiescing != 0)
            {
                Monitor.Wait(Gate);
            }

            if (_stopping)
            {
                return false;
            }

            _more = _mustWait = false;
            Volatile.Write(ref _news, 0);
            ClockReadings host;
            if (steps)
            {
                _mustWait = !TryStep(out host);
            }
            else
            {
                host = ReadAfterWait(clockSet);
            }

            if (!_mustWait)
            {
                _wakeups += waited || steps ? 1 : 0;
                Expire(host);
                _place = NothingClaimed;
            }

            if (_mustWait || _simulated is not { IsAdvancing: true })
            {
                SetAlarms(host);
            }

            return !_mustWait;
        }
    }

    /// <summary>In simulated time: moves the clocks to what is due next. False when that is the kernel's to do.</summary>
    private bool TryStep(out ClockReadings host)
    {
        if (Table.HasWakeups || _notices.Count != 0)
        {
            host = ReadHost();
            return true;
        }

        // A step goes on all clocks alike: there is no clock set to notice.
        host = Kernel.Read();
        return _simulated!.TryStep(Table.UntilNext(host), ref host);
    }

    private void Expire(in ClockReadings host)
    {
        var expired = Table.ExpireAndCollect(host, _batch, MostExpirations);
        _expirations += expired;
        if (_notices.Count != 0 && !(expired == MostExpirations && AnyDueBy(_noticesAfter ??= host)))
        {
            (_notices, _announcing) = (_announcing, _notices);
            _noticesAfter = null;
        }
    }

    /// <summary>True when ticks are still to come that were due at that moment: a notice comes after them.</summary>
    private bool AnyDueBy(in ClockReadings host)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            if (Table.NextDeadline(clock) <= host[clock])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A wait that tells of a clock set means a trigger (X1), also when the clock was set to what it read; but not a second one where
    /// a reading had told of it before.
    /// </summary>
    private ClockReadings ReadAfterWait(bool clockSet)
    {
        _clockWasSet |= clockSet;
        var host = ReadHost();
        if (clockSet && !_hostMoved)
        {
            Table.HostClockWasSet(host);
        }

        _hostMoved &= !clockSet;
        return host;
    }

    private void HostMoved(in ClockReadings host)
    {
        var reason = host.SuspendedTime != _lastHost.SuspendedTime ? ClockChangeReason.HostResumed : ClockChangeReason.HostClockSet;
        var movedNs = ClockTime.SubtractSaturating(host.WallOffset, _lastHost.WallOffset);
        _notices.Add(() => Log.HostClockMoved(_logger, movedNs, reason)); // nothing is locked while a logger runs
        _hostClockSets++;
        _clockWasSet = true;
        _hostMoved = true;
        _noticesAfter = null;
        _lastHost = host;
        Table.HostClockWasSet(host);
        HostClockMoved(reason);
        News();
    }
}
