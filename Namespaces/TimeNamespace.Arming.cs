using System.Diagnostics;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs;

/// <content>How a timer gets into its queue and out of it.</content>
internal sealed partial class TimeNamespace
{
    /// <summary>Expires the head of a queue, which is due (INV-2). Whoever watches it is still to be told.</summary>
    internal void ExpireHead(TimerQueue queue, in ClockReadings host)
    {
        Debug.Assert(queue.HeadDeadline <= ReadAt(queue.Clock, host).Nanoseconds, "INV-2: never early");
        var index = queue.Head;
        ref var node = ref _store.At(index);
        queue.Pop(ref node);
        queue.Settle();
        Expire(index, ref node);
    }

    /// <summary>
    /// The common case of a setting, a timeout that is pushed out or cancelled, in few steps: they fit into the time that the timer takes
    /// to come from memory. The head of a queue, and what comes earlier, take the general way.
    /// </summary>
    private bool TrySetPlain(int index, ref TimerNode node, in TimerSetting setting, in ClockReadings host, out SettimeResult result)
    {
        result = default;
        var queue = _queues[(int)node.Base]!;
        if (queue.Head == index)
        {
            return false;
        }

        var now = ReadAt(queue.Clock, host).Nanoseconds;
        var old = new TimerValue(node.Remaining(now), node.IntervalNs);
        if (setting.ValueNs == 0)
        {
            queue.Remove(index, node);
            node.Restart();
            node.IntervalNs = setting.IntervalNs;
            Settle(queue);
        }
        else
        {
            var deadline = ClockTime.AddSaturating(now, setting.ValueNs);
            if (deadline <= node.Deadline || deadline == long.MaxValue)
            {
                return false;
            }

            node.PushOut(deadline, setting.IntervalNs, _table.NextSequence());
        }

        result = new SettimeResult(old, Canceled: false);
        return true;
    }

    /// <summary>Forwards for the old value (S7), stops the timer and clears its ticks (S4). Its queue is settled when it is armed again.</summary>
    private TimerValue Stop(int index, ref TimerNode node, in ClockReadings host)
    {
        var now = ReadAt(node.Base, host).Nanoseconds;
        if (node.IsQueued)
        {
            QueueOf(node.Base).Remove(index, node);
        }
        else if (node.ForwardTo(now, out var overruns))
        {
            node.KeepForwarded(overruns);
        }

        var old = new TimerValue(node.Remaining(now), node.IntervalNs);
        node.Restart();
        if (node.Is(TimerNode.DropPending))
        {
            _store.SetDrop(index, 0);
        }

        return old;
    }

    private void Arm(int index, ref TimerNode node, in TimerSetting setting, in ClockReadings host)
    {
        var absolute = setting.IsAbsolute;
        if (setting.ValueNs == 0)
        {
            var queue = _queues[(int)node.Base];
            node.Apply(absolute, setting.IntervalNs);
            Settle(queue);
            return;
        }

        var deadline = absolute
            ? setting.ValueNs
            : ClockTime.AddSaturating(ReadAt(node.Clock.QueueBase(absolute), host).Nanoseconds, setting.ValueNs);
        ArmTo(index, ref node, absolute, deadline, setting.IntervalNs);
    }

    private void ArmTo(int index, ref TimerNode node, bool absolute, long deadline, long intervalNs)
    {
        var left = node.Base;
        node.Apply(absolute, intervalNs);
        node.Set(TimerNode.Armed, true);
        node.Sequence = _table.NextSequence();
        var queue = QueueOf(node.Base);
        queue.Add(index, ref node, deadline, isNewest: true);
        Settle(queue);
        if (left != node.Base)
        {
            Settle(_queues[(int)left]);
        }
    }

    /// <summary>Queues a timer that goes on by itself or out of an image, to the deadline that it has.</summary>
    private void Enqueue(int index, ref TimerNode node)
    {
        node.Sequence = _table.NextSequence();
        var queue = QueueOf(node.Base);
        queue.Add(index, ref node, node.Deadline, isNewest: true);
        Settle(queue);
    }

    private void Expire(int index, ref TimerNode node)
    {
        node.Expire();
        if (node.Is(TimerNode.DropPending))
        {
            node.Shift(_store.DropOf(index));
            _store.SetDrop(index, 0);
        }
    }

    private TimerQueue QueueOf(ClockBase clock) => _queues[(int)clock] ??= new TimerQueue(this, clock, _store);

    private void Settle(TimerQueue? queue)
    {
        if (queue is not null && queue.Settle())
        {
            _table.Update(queue);
        }
    }

    private void UpdateHeads()
    {
        foreach (var queue in _queues)
        {
            if (queue is not null)
            {
                queue.Settle();
                _table.Update(queue);
            }
        }
    }
}
