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
            _table.Wake(timer.Index);
        }

        var now = ReadAt(host);
        Debug.Assert(now.Monotonic >= frozen.Standing.Monotonic && now.Boottime >= frozen.Standing.Boottime, "INV-4");
        var cancellable = CancelList.Where(i => _store.At(i).IsAlive).ToArray();
        if (policy.Missed != MissedTicks.Count || now.Realtime < frozen.Standing.Realtime)
        {
            foreach (var index in InOrderOfArming())
            {
                ref var node = ref _store.At(index);
                ExpireDropped(index, ref node);
                var wasArmed = node.IsArmed;
                Carry(index, ref node, frozen.Standing, now, policy.Missed);
                if (node.IsArmed && !wasArmed)
                {
                    Enqueue(index, ref node);
                }
            }
        }

        UpdateHeads();
        if (now.WallOffset != frozen.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(i => (new TimerState(this, i), now.WallOffset)));
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
        if (absolute == AbsoluteTimers.Refuse && _timers.FirstOrDefault(static t => t.IsAbsolute && t.IsAlive) is { IsNull: false } refused)
        {
            throw new TimeNamespaceException(Errno.EOPNOTSUPP,
                $"Timer {refused.Id}{(refused.Name is { } name ? $" '{name}'" : "")} of namespace '{Name}' is set to an absolute time, and absolute timers are to be refused");
        }

        var readings = ReadAt(host);
        if (ImageRules.ReadingsFault(readings) is { } fault)
        {
            throw new TimeNamespaceException(Errno.ERANGE, $"Namespace '{Name}' cannot be checkpointed: {fault}");
        }

        var image = new NamespaceImage
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
            EphemeralTimers = Queues.Sum(static q => q.Ephemerals),
        };
        if (!TimerCapture.TryTake(image, _store, _timers))
        {
            image.Hold([.. _timers.OrderBy(static t => t.Sequence).ThenBy(static t => t.Id).Select(static t => t.Save())]);
        }

        return image;
    }

    /// <summary>Every timer that something may still happen to.</summary>
    private int[] InOrderOfArming()
    {
        IEnumerable<int> ephemerals = _ephemerals == 0
            ? []
            : _store.OwnedBy(StoreIndex).Where(i => _store.At(i).Is(TimerNode.Ephemeral) && _store.At(i).IsQueued);
        return [.. _timers.All().Concat(ephemerals).OrderBy(i => _store.At(i).Sequence)];
    }

    /// <summary>Takes a timer over a stop: what was unread stays, and of what passed meanwhile as much as the policy wants.</summary>
    private void Carry(int index, ref TimerNode node, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        KeepUnread(ref node, then, now);
        DropMissed(index, ref node, then, now, policy);
    }

    /// <summary>A second stop before the owner had a turn: what the first one left due, and some of it to be dropped, is due.</summary>
    private void ExpireDropped(int index, ref TimerNode node)
    {
        if (node.Is(TimerNode.DropPending))
        {
            QueueOf(node.Base).Remove(index, node);
            node.Set(TimerNode.HasEntry, false);
            Expire(index, ref node);
            _table.Wake(index);
        }
    }

    /// <summary>
    /// Where a clock goes on from before the deadlines that had passed, they are counted as of the stop: a forward would find none
    /// of them (F6), and they would be lost.
    /// </summary>
    private static void KeepUnread(ref TimerNode node, in ClockReadings then, in ClockReadings now)
    {
        if (node.AwaitsForward && now[node.Base] < then[node.Base] && node.ForwardTo(then[node.Base].Nanoseconds, out var overruns))
        {
            node.KeepForwarded(overruns);
        }
    }

    /// <summary>Drops the periods that passed between two readings and that the policy does not want; the phase stays.</summary>
    private void DropMissed(int index, ref TimerNode node, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        if (policy == MissedTicks.Count || !node.IsAlive)
        {
            return;
        }

        var total = node.PassedBy(now[node.Base]);
        var before = node.PassedBy(then[node.Base]);
        var allowed = policy == MissedTicks.One ? 1UL : 0UL;
        if (total <= before || total - before <= allowed)
        {
            return;
        }

        var queued = node.Is(TimerNode.HasEntry);
        if (queued)
        {
            QueueOf(node.Base).Remove(index, node);
        }

        if (node.IsPeriodic)
        {
            Drop(index, ref node, (long)UInt128.Min((UInt128)(total - before - allowed) * (ulong)node.IntervalNs, long.MaxValue), expiresAll: allowed != 0);
            TakeBackExpiry(ref node, now);
        }
        else
        {
            node.Set(TimerNode.Armed, false);
        }

        if (queued && node.IsArmed)
        {
            QueueOf(node.Base).Add(index, ref node, node.Deadline, isNewest: false);
        }
    }

    /// <summary>
    /// Where some of what is dropped is to be told of, an armed timer still expires at the first of its periods, so that it comes in its
    /// place and says when it was due; the drop is done when it does.
    /// </summary>
    private void Drop(int index, ref TimerNode node, long nanoseconds, bool expiresAll)
    {
        if (expiresAll && node.IsArmed)
        {
            _store.SetDrop(index, nanoseconds);
        }
        else
        {
            node.Shift(nanoseconds);
        }
    }

    /// <summary>
    /// A wall clock that was stepped back had un-passed the deadline of an expired timer before the stop, and all that has passed since
    /// is dropped: no expiration is left of it (F6), and it waits for the next.
    /// </summary>
    private static void TakeBackExpiry(ref TimerNode node, in ClockReadings now)
    {
        if (node.AwaitsForward && node.Deadline > now[node.Base].Nanoseconds && node.ForwardTo(now[node.Base].Nanoseconds, out var overruns))
        {
            node.KeepForwarded(overruns);
        }
    }
}
