using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs;

/// <content>How timers that are due expire and reach their readers.</content>
internal sealed partial class NamespaceTable
{
    /// <summary>What keeps a timer from the short way: of a plain one there is nothing to do but to forward it and to tell of it.</summary>
    private const uint Odd = TimerNode.WakeQueued | TimerNode.DropPending | TimerNode.MightCancel | TimerNode.HasFirstDue | TimerNode.CancelPending;

    /// <summary>
    /// Expires every timer that is due, longest overdue first, ties in the order of arming. Returns how many.
    /// </summary>
    public int ExpireDue(in ClockReadings host)
    {
        var expired = 0;
        while (FirstDue(host) is { } queue)
        {
            var index = queue.Head;
            queue.Namespace.ExpireHead(queue, host);
            Update(queue);
            Wake(index);
            expired++;
        }

        return expired;
    }

    /// <summary>Reads every watched timer that was woken, in the order of the wake-ups; in a frozen namespace too: reading is not firing.</summary>
    public void Collect(in ClockReadings host, List<Delivery> into)
    {
        if (_woken.Count == 0)
        {
            return;
        }

        (_woken, _collecting) = (_collecting, _woken);
        foreach (var timer in _collecting)
        {
            if (!timer.IsClosed)
            {
                Store.At(timer.Index).Set(TimerNode.WakeQueued, false);
                ReadInto(timer.Index, host, into);
            }
        }

        _collecting.Clear();
    }

    /// <summary>
    /// <see cref="ExpireDue"/> and <see cref="Collect"/> at once, with the same outcome: where nobody waits to be told from before, each
    /// timer is read and armed again as it expires. No re-armed timer is due in the same batch, since forward goes past now.
    /// </summary>
    public int ExpireAndCollect(in ClockReadings host, List<Delivery> into)
    {
        var expired = 0;
        if (_woken.Count != 0)
        {
            expired = ExpireDue(host);
            Collect(host, into);
            return expired;
        }

        while (FirstDue(host) is { } queue)
        {
            expired += Drain(queue, host, into);
        }

        return expired;
    }

    /// <summary>Expires the timers of one queue up to the first that is not due, or that another queue's head comes before.</summary>
    private int Drain(TimerQueue queue, in ClockReadings host, List<Delivery> into)
    {
        var ns = queue.Namespace;
        var clock = queue.Clock;
        var hostNs = host[clock].Nanoseconds;
        var now = ns.ReadAt(host);
        var nowNs = now[clock].Nanoseconds;
        var (rivalLate, rivalSequence) = Rival(clock, host);
        var expired = 0;
        while (true)
        {
            ref var node = ref Store.At(queue.Head);
            if ((node.State & (Odd | TimerNode.Watched)) != TimerNode.Watched || !TryForward(queue, ref node, now, nowNs, into))
            {
                var index = queue.Head;
                ns.ExpireHead(queue, host);
                if (node.Is(TimerNode.Watched))
                {
                    ReadInto(index, host, into);
                }
            }

            expired++;
            if (queue.IsEmpty)
            {
                break;
            }

            var next = ns.Offsets.ToHost(clock, new ClockTime(queue.HeadDeadline)).Nanoseconds;
            if (next > hostNs)
            {
                break;
            }

            var late = ClockTime.SubtractSaturating(hostNs, next);
            if (late < rivalLate || (late == rivalLate && queue.HeadSequence > rivalSequence))
            {
                break;
            }
        }

        queue.Settle();
        Update(queue);
        return expired;
    }

    /// <summary>A periodic timer that is watched and has nothing unread: expires, is forwarded, read and armed again.</summary>
    private bool TryForward(TimerQueue queue, ref TimerNode node, in ClockReadings now, long nowNs, List<Delivery> into)
    {
        var due = node.Deadline;
        if (node.IntervalNs == 0 || node.Ticks != 0)
        {
            return false;
        }

        var expirations = Forward.Count(due, node.IntervalNs, nowNs, out var next);
        if (expirations == 0 || next == long.MaxValue)
        {
            return false;
        }

        var timer = new TimerState(Store, queue.Head);
        var clock = node.Clock;
        var tick = new Tick(expirations, TimeNamespace.OnClock(node, due, now), now[clock], clock);
        into.Add(new Delivery(timer, new TickRead(tick, due), node.Epoch));
        queue.Renew(ref node, next, NextSequence());
        return true;
    }

    private void ReadInto(int index, in ClockReadings host, List<Delivery> into)
    {
        ref var node = ref Store.At(index);
        if (!node.Is(TimerNode.Watched))
        {
            return;
        }

        var timer = new TimerState(Store, index);
        if (Store.OwnerOf(node).Read(timer, host, out var read) is ReadStatus.Ticks or ReadStatus.Canceled)
        {
            into.Add(new Delivery(timer, read, node.Epoch));
        }
    }

    /// <summary>How late the first timer of any other queue is than the first of a base, and its place in the order of arming.</summary>
    private (long Late, long Sequence) Rival(ClockBase clock, in ClockReadings host)
    {
        var (late, first) = (-1L, 0L);
        foreach (var other in ClockOffsets.Bases)
        {
            var heads = _heads[(int)other];
            var (deadline, sequence) = (heads.FirstDeadline, heads.FirstSequence);
            if (other == clock && !heads.TryPeekSecond(out deadline, out sequence))
            {
                continue;
            }

            if (deadline <= host[other].Nanoseconds && deadline != long.MaxValue)
            {
                var othersLate = ClockTime.SubtractSaturating(host[other].Nanoseconds, deadline);
                if (othersLate > late || (othersLate == late && sequence < first))
                {
                    (late, first) = (othersLate, sequence);
                }
            }
        }

        return (late, first);
    }

    private TimerQueue? FirstDue(in ClockReadings host)
    {
        TimerQueue? first = null;
        var (overdue, sequence) = (0L, 0L);
        foreach (var clock in ClockOffsets.Bases)
        {
            var heads = _heads[(int)clock];
            var (deadline, now) = (heads.FirstDeadline, host[clock].Nanoseconds);
            if (deadline > now || heads.Count == 0)
            {
                continue;
            }

            var late = ClockTime.SubtractSaturating(now, deadline);
            if (first is null || late > overdue || (late == overdue && heads.FirstSequence < sequence))
            {
                (first, overdue, sequence) = (heads.First, late, heads.FirstSequence);
            }
        }

        return first;
    }
}
