using System.Diagnostics;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs;

/// <content>Freeze and thaw, checkpoint and restore: a namespace stops, and goes on with new offsets.</content>
internal sealed partial class TimeNamespace
{
    /// <summary>Where a frozen namespace stands, where its host stood then, the wall offset that its timers knew, and whom it had woken.</summary>
    private sealed record FrozenAt(ClockReadings Standing, ClockReadings Host, long WallOffset, IReadOnlyList<TimerState> Woken);

    /// <summary>Stops the namespace: its clocks stand and nothing in it fires. O(1) in timers.</summary>
    /// <exception cref="TimeNamespaceException">EINVAL: frozen already, or the host.</exception>
    public void Freeze(in ClockReadings host)
    {
        RefuseHost(Errno.EINVAL, "it cannot be frozen");
        if (_frozen is not null)
        {
            throw new TimeNamespaceException(Errno.EINVAL, $"Namespace '{Name}' is frozen already");
        }

        var standing = ReadAt(host);
        _frozen = new FrozenAt(standing, host, standing.WallOffset, _table.HoldWakeups(this));
        UpdateHeads();
    }

    /// <summary>Sets a frozen namespace going again, with clocks and missed ticks as in a restore.</summary>
    /// <exception cref="TimeNamespaceException">EINVAL: not frozen.</exception>
    /// <exception cref="OffsetRangeException">A clock would leave its range; the namespace stays frozen.</exception>
    public void Thaw(RestorePolicy policy, in ClockReadings host)
    {
        if (_frozen is not { } frozen)
        {
            throw NotFrozen();
        }

        var offsets = policy.Resume(Offsets, frozen.Standing, frozen.Host, host);
        offsets.CheckRange(host);
        Offsets = offsets;
        _frozen = null;
        foreach (var timer in frozen.Woken.Where(static t => t.IsReadable))
        {
            _table.Wake(timer);
        }

        var now = ReadAt(host);
        Debug.Assert(now.Monotonic >= frozen.Standing.Monotonic && now.Boottime >= frozen.Standing.Boottime, "INV-4");
        var cancellable = _cancelList.Where(static t => t.IsAlive).ToArray();
        if (policy.Missed != MissedTicks.Count || now.Realtime < frozen.Standing.Realtime)
        {
            foreach (var timer in AllTimers().OrderBy(static t => t.Sequence))
            {
                ExpireDropped(timer);
                var wasArmed = timer.IsArmed;
                Carry(timer, frozen.Standing, now, policy.Missed);
                if (timer.IsArmed && !wasArmed)
                {
                    Enqueue(timer);
                }
            }
        }

        UpdateHeads();
        if (now.WallOffset != frozen.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(t => (t, now.WallOffset)));
        }
    }

    private TimeNamespaceException NotFrozen() => new(Errno.EINVAL, $"Namespace '{Name}' is not frozen");

    /// <summary>Writes the namespace down. It is unchanged in every observable way (B10).</summary>
    /// <exception cref="TimeNamespaceException">
    /// EINVAL: the host. EOPNOTSUPP: <see cref="AbsoluteTimers.Refuse"/> met an absolute timer that may still fire. ERANGE: a clock
    /// reads below zero, since the host's wall clock was set back that far.
    /// </exception>
    public NamespaceImage Checkpoint(AbsoluteTimers absolute, string hostName, in ClockReadings host)
    {
        RefuseHost(Errno.EINVAL, "it cannot be checkpointed");
        var kept = _timers.Values.ToArray();
        if (absolute == AbsoluteTimers.Refuse && Array.Find(kept, static t => t.IsAbsolute && t.IsAlive) is { } refused)
        {
            throw new TimeNamespaceException(Errno.EOPNOTSUPP,
                $"Timer {refused.Id}{(refused.Name is { } name ? $" '{name}'" : "")} of namespace '{Name}' is set to an absolute time, and absolute timers are to be refused");
        }

        var readings = ReadAt(host);
        if (ImageRules.ReadingsFault(readings) is { } fault)
        {
            throw new TimeNamespaceException(Errno.ERANGE, $"Namespace '{Name}' cannot be checkpointed: {fault}");
        }

        Array.Sort(kept, static (a, b) => a.Sequence != b.Sequence ? a.Sequence.CompareTo(b.Sequence) : a.Id.CompareTo(b.Id));
        return new NamespaceImage
        {
            Name = Name,
            HostName = hostName,
            Offsets = Offsets,
            Readings = readings,
            Host = host,
            WasFrozen = IsFrozen,
            Absolute = absolute == AbsoluteTimers.Relative ? AbsoluteTimers.Relative : AbsoluteTimers.Keep,
            HasHadTimers = HasHadTimers,
            NextTimerId = _nextId,
            EphemeralTimers = ArmedEphemerals().Count(),
            Timers = [.. kept.Select(static t => t.Save())],
        };
    }

    /// <summary>Fills a new namespace from an image (<see cref="NamespaceTable.Restore"/>).</summary>
    internal void Load(NamespaceImage image, RestorePolicy policy, in ClockReadings host)
    {
        var now = ReadAt(host);
        var cancellable = new List<TimerState>();
        HasHadTimers = image.HasHadTimers;
        _nextId = image.NextTimerId;
        _timers.EnsureCapacity(image.Timers.Length);
        foreach (var saved in image.Timers)
        {
            var timer = new TimerState(saved.Id, saved.Name, saved.Clock, this, 0);
            timer.Load(saved);
            Register(timer);
            if (saved.MightCancel)
            {
                timer.MightCancel = true;
                _cancelList.Add(timer);
            }

            if (timer is { MightCancel: true, IsAlive: true })
            {
                cancellable.Add(timer);
            }

            if (image.Absolute == AbsoluteTimers.Relative && timer.IsAbsolute)
            {
                timer.ShiftWithClock(now[timer.Base].Since(image.Readings[timer.Base]));
            }
            else
            {
                Carry(timer, image.Readings, now, policy.Missed);
            }

            if (timer.IsArmed)
            {
                Enqueue(timer);
            }
            else
            {
                timer.Sequence = _table.NextSequence();
            }
        }

        if (now.WallOffset != image.Readings.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(t => (t, now.WallOffset)));
        }
    }

    /// <summary>Takes a timer over a stop: what was unread stays, and of what passed meanwhile as much as the policy wants.</summary>
    private void Carry(TimerState timer, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        KeepUnread(timer, then, now);
        DropMissed(timer, then, now, policy);
    }

    /// <summary>A second stop before the owner had a turn: what the first one left due, and some of it to be dropped, is due.</summary>
    private void ExpireDropped(TimerState timer)
    {
        if (timer.IsDropPending)
        {
            Dequeue(timer);
            timer.Expire();
            _table.Wake(timer);
        }
    }

    /// <summary>
    /// Where a clock goes on from before the deadlines that had passed, they are counted as of the stop: a forward would find none
    /// of them (F6), and they would be lost.
    /// </summary>
    private static void KeepUnread(TimerState timer, in ClockReadings then, in ClockReadings now)
    {
        if (timer.AwaitsForward && now[timer.Base] < then[timer.Base] && timer.ForwardTo(then, out var overruns))
        {
            timer.KeepForwarded(overruns);
        }
    }

    /// <summary>Drops the periods that passed between two readings and that the policy does not want; the phase stays.</summary>
    private void DropMissed(TimerState timer, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        if (policy == MissedTicks.Count || !timer.IsAlive)
        {
            return;
        }

        var total = timer.PassedBy(now[timer.Base]);
        var before = timer.PassedBy(then[timer.Base]);
        var allowed = policy == MissedTicks.One ? 1UL : 0UL;
        if (total <= before || total - before <= allowed)
        {
            return;
        }

        var queued = timer.QueueIndex >= 0;
        if (queued)
        {
            _queues[(int)timer.Base].Remove(timer);
        }

        if (timer.IsPeriodic)
        {
            timer.Drop((long)UInt128.Min((UInt128)(total - before - allowed) * (ulong)timer.IntervalNs, long.MaxValue), expiresAll: allowed != 0);
            TakeBackExpiry(timer, now);
        }
        else
        {
            timer.Disarm();
        }

        if (queued && timer.IsArmed)
        {
            _queues[(int)timer.Base].Add(timer);
        }
    }

    /// <summary>
    /// A wall clock that was stepped back had un-passed the deadline of an expired timer before the stop, and all that has passed since
    /// is dropped: no expiration is left of it (F6), and it waits for the next.
    /// </summary>
    private static void TakeBackExpiry(TimerState timer, in ClockReadings now)
    {
        if (timer.AwaitsForward && timer.Deadline > now[timer.Base].Nanoseconds && timer.ForwardTo(now, out var overruns))
        {
            timer.KeepForwarded(overruns);
        }
    }
}
