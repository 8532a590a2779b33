using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs;

/// <content>Looking at a namespace and its timers without touching them: nothing is forwarded, read or cancelled by it.</content>
internal sealed partial class TimeNamespace
{
    /// <summary>The namespace as it is; O(1) in timers.</summary>
    public NamespaceLook Look(in ClockReadings host)
    {
        var now = ReadAt(host);
        var ephemeral = Queues.Sum(static q => q.Ephemerals);
        return new NamespaceLook(
            Name, IsFrozen, Offsets, now, _timers.Count, Queues.Sum(static q => q.Count) - ephemeral, IsFrozen ? null : NextOf(now), ephemeral, Expirations, LatenessTicks, LatenessSumNs);
    }

    /// <summary>A timer as it is.</summary>
    public TimerLook Look(TimerState timer, in ClockReadings host) =>
        new(timer.Id, timer.Name, timer.Clock, timer.IsQueued, timer.IsReadable, Peek(timer, host), timer.Flags, timer.Ticks);

    /// <summary>The timers with a larger id than this, at most so many, in the order of their ids.</summary>
    /// <remarks>Ids are dense unless many timers were closed: then the table is walked instead of asked id by id.</remarks>
    public IReadOnlyList<TimerState> TimersAfter(long after, int limit)
    {
        var found = new List<TimerState>(Math.Min(limit, _timers.Count));
        if (_nextId - after > 4L * _timers.Count)
        {
            found.AddRange(_timers.Where(t => t.Id > after).OrderBy(static t => t.Id).Take(limit));
            return found;
        }

        for (var id = after + 1; id < _nextId && found.Count < limit; id++)
        {
            if (FindTimer(id) is { IsNull: false } timer)
            {
                found.Add(timer);
            }
        }

        return found;
    }

    /// <summary>
    /// What new offsets would make readable at once that is not readable now, in the order of delivery: cancels in the order of arming,
    /// then ticks, the longest overdue first. Changes nothing. Walks the armed timers.
    /// </summary>
    /// <inheritdoc cref="SetOffsets"/>
    public IReadOnlyList<ForecastEntry> ForetellOffsets(in ClockOffsets offsets, in ClockReadings host)
    {
        CheckOffsets(offsets, host);
        if (IsFrozen)
        {
            return [];
        }

        var then = offsets.ToNamespace(host);
        var canceled = offsets.RealtimeNs == Offsets.RealtimeNs
            ? new HashSet<TimerState>()
            : [.. CancelList.Select(i => new TimerState(this, i)).Where(t => t.IsCancelPending || t.RememberedWallOffset != then.WallOffset)];
        var due = _timers.Where(t => t.IsQueued && t.Deadline <= then[t.Base].Nanoseconds && !canceled.Contains(t))
            .OrderByDescending(t => then[t.Base].Since(new ClockTime(t.Deadline)))
            .ThenBy(static t => t.Sequence);
        return
        [
            .. canceled.OrderBy(static t => t.Sequence).Select(t => Entry(t, 0, then[t.Clock], isCanceled: true)),
            .. due.Select(t => Entry(t, t.PeekAfterExpiry(then), OnClock(t, t.FirstDue ?? t.Deadline, then), isCanceled: false)),
        ];
    }

    /// <summary>
    /// What a thaw would make readable at once that is not readable now, in the order of delivery. Changes nothing: a copy is thawed, so that this
    /// cannot disagree with the thaw that it foretells. As long as a checkpoint and a restore.
    /// </summary>
    /// <inheritdoc cref="Thaw"/>
    /// <exception cref="TimeNamespaceException">EINVAL: not frozen. ERANGE: its wall clock reads below zero.</exception>
    public IReadOnlyList<ForecastEntry> ForetellThaw(RestorePolicy policy, in ClockReadings host)
    {
        var frozen = _frozen ?? throw NotFrozen();
        var table = new NamespaceTable();
        var image = Checkpoint(AbsoluteTimers.Keep, hostName: "", frozen.Host);
        var copy = table.Restore(image, RestorePolicy.Criu with { Realtime = ClockPolicy.Frozen }, name: null, frozen.Host); // it reads what this one reads
        (copy.Offsets, copy._frozen) = (Offsets, frozen with { Woken = [] });
        copy.Thaw(policy, host);
        table.ExpireDue(host);
        var before = Timers.Where(static t => t.IsReadable).ToDictionary(static t => t.Id, static t => t.IsCancelPending);
        return [.. Forecaster.AtOnce(copy, copy.ReadAt(host)).Where(e => !before.TryGetValue(e.TimerId, out var wasCanceled) || (e.IsCanceled && !wasCanceled))];
    }

    private static ForecastEntry Entry(TimerState timer, ulong expirations, ClockTime deadline, bool isCanceled) =>
        new(timer.Id, timer.Name, NodaTime.Duration.Zero, expirations, deadline, isCanceled);

    private NextLook? NextOf(in ClockReadings now)
    {
        NextLook? next = null;
        foreach (var queue in Queues)
        {
            if (!queue.IsEmpty && new TimerState(this, queue.Head) is var head && head.Remaining(now) is var inNs && (next is null || inNs < next.InNs))
            {
                next = new NextLook(head.Id, head.Name, head.Clock, inNs);
            }
        }

        return next;
    }
}

/// <summary>A namespace at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFrozen">Its clocks stand.</param>
/// <param name="Offsets">What it adds to the clocks of its host.</param>
/// <param name="Readings">What its clocks read.</param>
/// <param name="Timers">Its timers, without the ephemeral ones.</param>
/// <param name="Armed">How many of them will expire.</param>
/// <param name="Next">Which expires next; null when none will, or the clocks stand.</param>
/// <param name="Ephemeral">Armed timers of delegates, which are in no image.</param>
/// <param name="Expirations">How often timers of it have expired since it was made, those of delegates among them.</param>
/// <param name="LatenessTicks">Ticks that were taken while their lateness was counted.</param>
/// <param name="LatenessSumNs">The sum of it.</param>
internal sealed record NamespaceLook(
    string Name, bool IsFrozen, ClockOffsets Offsets, ClockReadings Readings, int Timers, int Armed, NextLook? Next, int Ephemeral, long Expirations, long LatenessTicks, long LatenessSumNs);

/// <summary>The timer that expires next; one of a delegate has the id 0.</summary>
internal sealed record NextLook(long Id, string? Name, ClockId Clock, long InNs);

/// <summary>A timer at one moment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, or null.</param>
/// <param name="Clock">The clock it runs on.</param>
/// <param name="IsArmed">It will expire: not so when it is set to never.</param>
/// <param name="IsReadable">A read would return at once.</param>
/// <param name="Value">Time remaining, not forwarded, and interval.</param>
/// <param name="Flags">As the last settime gave them.</param>
/// <param name="Ticks">The unread ticks as fdinfo shows them.</param>
internal readonly record struct TimerLook(
    long Id, string? Name, ClockId Clock, bool IsArmed, bool IsReadable, TimerValue Value, SettimeFlags Flags, ulong Ticks)
{
    /// <summary>The timer's lines of <c>/proc/PID/fdinfo/FD</c>, exactly (rule P1).</summary>
    public string FdInfo()
    {
        var value = Timespec.FromNanoseconds(Value.ValueNs);
        var interval = Timespec.FromNanoseconds(Value.IntervalNs);
        return $"clockid: {(int)Clock}\nticks: {Ticks}\nsettime flags: 0{Convert.ToString((int)Flags, 8)}\n"
            + $"it_value: ({value.Seconds}, {value.Nanoseconds})\nit_interval: ({interval.Seconds}, {interval.Nanoseconds})\n";
    }
}
