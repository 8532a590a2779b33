using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs;

/// <content>How the clocks of a running or a frozen namespace are changed: all at once, or not at all.</content>
internal sealed partial class TimeNamespace
{
    /// <summary>New offsets, live and all at once (INV-7). O(1) in timers; only a change of REALTIME is a clock set (X1).</summary>
    /// <exception cref="OffsetRangeException">A clock would leave its range (ERANGE). Decided before EACCES, as the kernel does.</exception>
    /// <exception cref="TimeNamespaceException">EACCES: the host, or MONOTONIC or BOOTTIME back after a timer was created.</exception>
    public void SetOffsets(in ClockOffsets offsets, in ClockReadings host)
    {
        CheckOffsets(offsets, host);
        var wallSet = offsets.RealtimeNs != Offsets.RealtimeNs;
        if (_frozen is { } frozen)
        {
            _frozen = frozen with { Standing = Moved(frozen.Standing, offsets) };
        }

        Offsets = offsets;
        UpdateHeads();
        if (wallSet && _frozen is null)
        {
            ClockWasSet(ReadAt(host));
        }
    }

    /// <summary>Sets the namespace's wall clock and nothing else: always a clock set (X1).</summary>
    /// <exception cref="OffsetRangeException">The clock would leave its range (ERANGE).</exception>
    public void SetRealtime(ClockTime reading, in ClockReadings host)
    {
        RefuseHost(Errno.EACCES, "its wall clock is the machine's");
        var offsets = Offsets.With(ClockBase.Realtime, reading.Since(host.Realtime));
        CheckReading(reading, offsets, host);
        Offsets = offsets;
        if (_frozen is { } frozen)
        {
            _frozen = frozen with { Standing = frozen.Standing with { Realtime = reading } };
            return;
        }

        UpdateHeads();
        ClockWasSet(ReadAt(host));
    }

    /// <summary>The wall clock was set or the machine resumed: cancel-on-set timers are told (<c>timerfd_clock_was_set</c>).</summary>
    public void ClockWasSet(in ClockReadings now)
    {
        if (_cancelList is not { Count: > 0 } list)
        {
            return;
        }

        var wallOffset = now.WallOffset;
        _table.CancelInOrder(list.Select(i => (new TimerState(this, i), wallOffset)));
    }

    private void CheckOffsets(in ClockOffsets offsets, in ClockReadings host)
    {
        RefuseHost(Errno.EACCES, "its offsets are always 0");
        offsets.CheckRange(host, Offsets);
        CheckStanding(offsets);
        if (HasHadTimers)
        {
            RefuseBackwards(ClockBase.Monotonic, offsets);
            RefuseBackwards(ClockBase.Boottime, offsets);
        }
    }

    private void RefuseBackwards(ClockBase clock, in ClockOffsets offsets)
    {
        if (offsets[clock] < Offsets[clock])
        {
            throw new TimeNamespaceException(Errno.EACCES,
                $"Namespace '{Name}' has had timers, so its {clock} may only move forward: from an offset of {Offsets[clock]} ns it cannot go to {offsets[clock]} ns");
        }
    }

    private static void CheckReading(ClockTime realtime, in ClockOffsets offsets, in ClockReadings host)
    {
        if (!ImageRules.InRange(realtime))
        {
            throw new OffsetRangeException(ClockBase.Realtime, offsets.RealtimeNs, host.Realtime);
        }
    }

    /// <summary>A frozen namespace's clocks must stay in range where they stand, too.</summary>
    private void CheckStanding(in ClockOffsets offsets)
    {
        if (_frozen is { } frozen && ImageRules.ReadingsFault(Moved(frozen.Standing, offsets)) is not null)
        {
            foreach (var clock in ClockOffsets.Bases)
            {
                var delta = ClockTime.SubtractSaturating(offsets[clock], Offsets[clock]);
                if (!ImageRules.InRange(frozen.Standing[clock].Plus(delta)))
                {
                    throw new OffsetRangeException(clock, delta, frozen.Standing[clock]);
                }
            }
        }
    }

    /// <summary>Standing clocks move by what their offsets change by.</summary>
    private ClockReadings Moved(in ClockReadings standing, in ClockOffsets offsets)
    {
        var moved = standing;
        foreach (var clock in ClockOffsets.Bases)
        {
            moved = moved.With(clock, standing[clock].Plus(ClockTime.SubtractSaturating(offsets[clock], Offsets[clock])));
        }

        return moved;
    }
}
