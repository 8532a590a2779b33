using System.Diagnostics;
using System.Runtime.CompilerServices;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs;

/// <content>How timers that are due expire and reach their readers.</content>
internal sealed partial class NamespaceTable
{
    /// <summary>What keeps a timer from the short way: of a plain one there is nothing to do but to forward it and to tell of it.</summary>
    private const uint Odd = TimerNode.WakeQueued | TimerNode.DropPending | TimerNode.MightCancel | TimerNode.HasFirstDue | TimerNode.CancelPending;

    /// <summary>With more queues than this it pays to ask for the next ones' memory ahead.</summary>
    private const int ManyQueues = 16;

    /// <summary>
    /// Expires the timers that are due, longest overdue first, ties in the order of arming, but not more than <paramref name="most"/>. Returns how many.
    /// </summary>
    public int ExpireDue(in ClockReadings host, int most = int.MaxValue)
    {
        var expired = 0;
        while (expired < most && FirstDue(host) is { } queue)
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
    public void Collect(in ClockReadings host, DeliveryBatch into)
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
    public int ExpireAndCollect(in ClockReadings host, DeliveryBatch into, int most = int.MaxValue)
    {
        var expired = 0;
        if (_woken.Count != 0)
        {
            expired = ExpireDue(host, most);
            Collect(host, into);
            return expired;
        }

        var asked = 0;
        while (FirstDue(host) is { } queue)
        {
            var heads = _heads[(int)queue.Clock];
            if (expired >= asked && heads.Count > ManyQueues)
            {
                heads.PrefetchDue(host[queue.Clock].Nanoseconds, Store);
                asked = expired + QueueHeads.MostAhead;
            }

            expired += Drain(queue, heads, host, into, most - expired);
            if (expired >= most || IsAlone(queue, heads))
            {
                break;
            }
        }

        return expired;
    }

    /// <summary>There is no queue but this one, if that: what is left of it after it was drained is not due.</summary>
    private bool IsAlone(TimerQueue queue, QueueHeads heads) =>
        _heads[0].Count + _heads[1].Count + _heads[2].Count is var count && (count == 0 || (count == 1 && heads.Count == 1 && heads.First == queue));

    /// <summary>Expires the timers of one queue up to the first that is not due, or that another queue's head comes before.</summary>
    private int Drain(TimerQueue queue, QueueHeads heads, in ClockReadings host, DeliveryBatch into, int most)
    {
        var clock = queue.Clock;
        var hostNs = host[clock].Nanoseconds;
        var offsetNs = queue.OffsetNs;
        var nowNs = ClockTime.AddSaturating(hostNs, offsetNs);
        Debug.Assert(nowNs == queue.Namespace.ReadAt(clock, host).Nanoseconds, "INV-1: a filed queue's namespace is not frozen");
        var rival = default((bool IsKnown, long Late, long Sequence));
        var expired = 0;
        while (true)
        {
            ExpireFirst(queue, nowNs, host, into);
            expired++;
            var next = queue.IsEmpty ? long.MaxValue : ClockOffsets.ToHost(queue.HeadDeadline, offsetNs);
            if (next > hostNs || queue.IsEmpty || expired == most)
            {
                break;
            }

            rival = rival.IsKnown ? rival : Rival(clock, host);
            var late = ClockTime.SubtractSaturating(hostNs, next);
            if (late < rival.Late || (late == rival.Late && queue.HeadSequence > rival.Sequence))
            {
                break;
            }
        }

        queue.Settle();
        if (queue.IsEmpty)
        {
            heads.Remove(queue);
        }
        else
        {
            File(queue, heads);
        }

        return expired;
    }

    private void ExpireFirst(TimerQueue queue, long nowNs, in ClockReadings host, DeliveryBatch into)
    {
        var index = queue.Head;
        ref var node = ref Store.At(index);
        if ((node.State & (Odd | TimerNode.Watched)) == TimerNode.Watched && TryForward(queue, ref node, nowNs, into))
        {
            return;
        }

        queue.Namespace.ExpireHead(queue, host);
        ReadInto(index, host, into);
    }

    /// <summary>A periodic timer that is watched and has nothing unread: expires, is forwarded, read and armed again.</summary>
    private bool TryForward(TimerQueue queue, ref TimerNode node, long nowNs, DeliveryBatch into)
    {
        var due = node.Deadline;
        var clock = node.Clock;
        if (node.IntervalNs == 0 || node.Ticks != 0 || clock.Base() != queue.Clock)
        {
            return false;
        }

        var expirations = Forward.Count(due, node.IntervalNs, nowNs, out var next);
        if (expirations == 0 || next == long.MaxValue)
        {
            return false;
        }

        var tick = new Tick(expirations, new ClockTime(due), new ClockTime(nowNs), clock);
        into.Next().Set(new TimerState(queue.Namespace, queue.Head, node), new TickRead(tick, due), node.Epoch);
        queue.Renew(ref node, next, NextSequence());
        return true;
    }

    private void ReadInto(int index, in ClockReadings host, DeliveryBatch into)
    {
        ref var node = ref Store.At(index);
        if (!node.Is(TimerNode.Watched))
        {
            return;
        }

        var timer = new TimerState(Store.OwnerOf(node), index, node);
        if (timer.Namespace.Read(timer, host, out var read) is ReadStatus.Ticks or ReadStatus.Canceled)
        {
            into.Next().Set(timer, read, node.Epoch);
        }
    }

    /// <summary>How late the first timer of any other queue than the first of a base is, and its place in the order of arming.</summary>
    private (bool IsKnown, long Late, long Sequence) Rival(ClockBase clock, in ClockReadings host)
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

        return (true, late, first);
    }

    /// <summary>How long the clocks have to go until the first timer is due: nanoseconds, 0 or less when one is, <see cref="long.MaxValue"/> when none will be.</summary>
    public long UntilNext(in ClockReadings host) => Math.Min(
        Math.Min(_heads[0].Until(host.Realtime.Nanoseconds), _heads[1].Until(host.Monotonic.Nanoseconds)),
        _heads[2].Until(host.Boottime.Nanoseconds));

    private TimerQueue? FirstDue(in ClockReadings host)
    {
        var best = -1;
        var (overdue, sequence) = (0L, 0L);
        FirstDue(0, host.Realtime.Nanoseconds, ref best, ref overdue, ref sequence);
        FirstDue(1, host.Monotonic.Nanoseconds, ref best, ref overdue, ref sequence);
        FirstDue(2, host.Boottime.Nanoseconds, ref best, ref overdue, ref sequence);
        return best < 0 ? null : _heads[best].First;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FirstDue(int clock, long now, ref int best, ref long overdue, ref long sequence)
    {
        var heads = _heads[clock];
        var deadline = heads.FirstDeadline;
        if (deadline > now || heads.Count == 0)
        {
            return;
        }

        var late = ClockTime.SubtractSaturating(now, deadline);
        if (best < 0 || late > overdue || (late == overdue && heads.FirstSequence < sequence))
        {
            (best, overdue, sequence) = (clock, late, heads.FirstSequence);
        }
    }
}
