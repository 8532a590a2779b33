using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// The three alarms of a kernel that has to keep them itself: one deadline for each host clock. Not thread-safe.
/// </summary>
internal sealed class Alarms
{
    private readonly ClockTime[] _deadlines = [ClockTime.Never, ClockTime.Never, ClockTime.Never];

    /// <summary>Replaces one alarm; <see cref="ClockTime.Never"/> clears it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    public void Set(ClockBase clock, ClockTime deadline)
    {
        CheckClock(clock);
        _deadlines[(int)clock] = deadline;
    }

    /// <summary>True when a clock reads its alarm's deadline or later.</summary>
    public bool AnyDue(in ClockReadings now) =>
        IsDue(ClockBase.Realtime, now) || IsDue(ClockBase.Monotonic, now) || IsDue(ClockBase.Boottime, now);

    /// <summary>Clears every alarm that is due; true when there was one.</summary>
    public bool TakeDue(in ClockReadings now)
    {
        var any = false;
        foreach (var clock in ClockOffsets.Bases)
        {
            if (IsDue(clock, now))
            {
                _deadlines[(int)clock] = ClockTime.Never;
                any = true;
            }
        }

        return any;
    }

    /// <summary>
    /// Nanoseconds until the next alarm while all clocks run on alike: at most 0 when one is due, <see cref="long.MaxValue"/> when
    /// none is set.
    /// </summary>
    public long UntilNext(in ClockReadings now)
    {
        var next = long.MaxValue;
        foreach (var clock in ClockOffsets.Bases)
        {
            var deadline = _deadlines[(int)clock];
            if (!deadline.IsNever)
            {
                next = Math.Min(next, deadline.Since(now[clock]));
            }
        }

        return next;
    }

    /// <summary>Refuses a number that names none of the three clocks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the three clocks.</exception>
    internal static void CheckClock(ClockBase clock)
    {
        if ((uint)clock > (uint)ClockBase.Boottime)
        {
            throw new ArgumentOutOfRangeException(
                nameof(clock), (int)clock, "Not a host clock. Known are REALTIME, MONOTONIC and BOOTTIME.");
        }
    }

    private bool IsDue(ClockBase clock, in ClockReadings now)
    {
        var deadline = _deadlines[(int)clock];
        return !deadline.IsNever && deadline <= now[clock];
    }
}
