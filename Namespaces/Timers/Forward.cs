using System.Diagnostics;

namespace TimeNs.Timers;

/// <summary>
/// Moves a deadline past now by whole intervals: the one piece of arithmetic behind every periodic timer
/// (<c>hrtimer_forward</c>, rule F3).
/// </summary>
internal static class Forward
{
    /// <summary>
    /// The number of deadlines in <c>[deadline, now]</c>, and the first one after now:
    /// <code>overruns = now &lt; deadline ? 0 : floor((now - deadline) / interval) + 1;  next = deadline + overruns * interval &gt; now</code>
    /// </summary>
    /// <param name="deadline">Nanoseconds on the timer's base clock.</param>
    /// <param name="intervalNs">At least 1.</param>
    /// <param name="now">The reading of the same clock.</param>
    /// <param name="next">Strictly after now, in phase with the old deadline; saturates to never.</param>
    public static ulong Count(long deadline, long intervalNs, long now, out long next)
    {
        Debug.Assert(intervalNs > 0, "forward needs an interval");
        if (now < deadline)
        {
            next = deadline;
            return 0;
        }

        // The difference of two longs fits into a ulong.
        var late = (ulong)now - (ulong)deadline;
        var interval = (ulong)intervalNs;
        if (late < interval)
        {
            next = Later(deadline, interval);
            return 1;
        }

        // One division: the remainder is multiplied out.
        var whole = late / interval;
        var overruns = whole + 1;
        next = Later(now, interval - (late - whole * interval));
        Debug.Assert(next > now || next == long.MaxValue, "F3: strictly after now");
        return overruns;
    }

    /// <summary>
    /// What a read of an expired periodic timer gives: <c>ticks + overruns - 1</c>, since the expiry itself had added the first one
    /// (rule F4); 0 overruns take that one back (F6). Saturates (F7).
    /// </summary>
    /// <param name="ticks">At least 1.</param>
    /// <param name="overruns">From <see cref="Count"/>.</param>
    public static ulong Unread(ulong ticks, ulong overruns) =>
        overruns == 0 ? ticks - 1
        : ticks > ulong.MaxValue - (overruns - 1) ? ulong.MaxValue
        : ticks + (overruns - 1);

    /// <summary>The sum, saturating: <paramref name="by"/> is a positive long's worth of nanoseconds.</summary>
    private static long Later(long point, ulong by)
    {
        var sum = unchecked(point + (long)by);
        return sum < point ? long.MaxValue : sum;
    }
}
