using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>
/// Works out a forecast by doing it: a restore into a table of its own, which is then read off. So a forecast cannot disagree with
/// the restore that it foretells.
/// </summary>
internal static class Forecaster
{
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    /// <exception cref="OffsetRangeException">The restore itself would be refused.</exception>
    /// <exception cref="ImageException">An impossible image.</exception>
    public static Forecast Run(NamespaceImage image, RestorePolicy policy, Duration within, in ClockReadings host)
    {
        if (within < Duration.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(within), within, "A forecast looks ahead: the time must not be negative.");
        }

        var table = new NamespaceTable();
        var ns = table.Restore(image, policy, name: null, host);
        table.ExpireDue(host);
        var now = ns.ReadAt(host);
        var fires = AtOnce(ns, now).Concat(Later(ns, now, ClockTime.SaturatingNanoseconds(within))).ToArray();
        return new Forecast(ns.Offsets, now, fires);
    }

    /// <summary>What is readable when the restore is done: cancels in the order of arming, then ticks, the longest overdue first.</summary>
    public static IEnumerable<ForecastEntry> AtOnce(TimeNamespace ns, ClockReadings now)
    {
        var readable = ns.Timers.Where(static t => t.IsReadable).ToArray();
        var cancelled = readable.Where(IsCancelled)
            .OrderBy(static t => t.Sequence)
            .Select(t => new ForecastEntry(t.Id, t.Name, Duration.Zero, 0, now[t.Clock], IsCanceled: true));
        var ticking = readable.Where(static t => !IsCancelled(t))
            .Select(t => (Timer: t, Due: t.FirstDue ?? now[t.Base].Nanoseconds, Expirations: t.PeekExpirations(now)))
            .Where(static e => e.Expirations != 0)
            .OrderByDescending(e => ClockTime.SubtractSaturating(now[e.Timer.Base].Nanoseconds, e.Due))
            .ThenBy(static e => e.Timer.Sequence)
            .Select(e => new ForecastEntry(e.Timer.Id, e.Timer.Name, Duration.Zero, e.Expirations, TimeNamespace.OnClock(e.Timer, e.Due, now), IsCanceled: false));
        return cancelled.Concat(ticking);
    }

    /// <summary>
    /// Every further deadline within the time wakes its timer once, for one expiration; nobody reads, so nothing is re-armed (rule
    /// F2). What was told of at once is not counted again.
    /// </summary>
    private static IEnumerable<ForecastEntry> Later(TimeNamespace ns, ClockReadings now, long withinNs) => ns.Timers
        .Where(static t => t.IsArmed && t.Deadline != long.MaxValue)
        .Select(t => (Timer: t, In: t.Remaining(now)))
        .Where(e => e.In <= withinNs)
        .OrderBy(static e => e.In)
        .ThenBy(static e => e.Timer.Sequence)
        .Select(e => new ForecastEntry(
            e.Timer.Id, e.Timer.Name, Duration.FromNanoseconds(e.In), 1,
            TimeNamespace.OnClock(e.Timer, e.Timer.Deadline, now), IsCanceled: false));

    private static bool IsCancelled(TimerState timer) => timer is { IsCancelPending: true, MightCancel: true };
}
