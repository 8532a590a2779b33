using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers.Queue;

/// <summary>A queue beside a sorted set that is asked the same, with timers that are nothing but their deadlines.</summary>
internal sealed class QueueRig
{
    private readonly NamespaceTable _table = new();
    private readonly TimeNamespace _namespace;
    private readonly SortedSet<(long Deadline, long Sequence, int Index)> _reference = [];
    private long _sequence;

    public QueueRig()
    {
        _namespace = _table.Create("a", ClockOffsets.None, default);
        Queue = new TimerQueue(_namespace, ClockBase.Monotonic, Store);
    }

    public TimerQueue Queue { get; }

    public TimerStore Store => _table.Store;

    public QueueWork Work => Store.Pool.Work;

    /// <summary>Every timer made, armed or not.</summary>
    public List<int> Timers { get; } = [];

    public int New()
    {
        Timers.Add(Store.Allocate(ClockId.Monotonic, _namespace, 0));
        return Timers[^1];
    }

    /// <summary>Arms a timer, whether or not it is armed already.</summary>
    public void Arm(int index, long deadline)
    {
        ref var node = ref Store.At(index);
        Unqueue(index);
        node.Set(TimerNode.Armed, true);
        node.Sequence = ++_sequence;
        Queue.Add(index, ref node, deadline, isNewest: true);
        Queue.Settle();
        _reference.Add((deadline, _sequence, index));
    }

    public void Cancel(int index)
    {
        Unqueue(index);
        Queue.Settle();
    }

    /// <summary>Takes the head out, or forwards it by an interval, as expiry does.</summary>
    public void Expire(long intervalNs)
    {
        if (Queue.Head < 0)
        {
            return;
        }

        var index = Queue.Head;
        ref var node = ref Store.At(index);
        var next = node.Deadline > long.MaxValue - 1 - intervalNs ? 0 : node.Deadline + intervalNs;
        _reference.Remove((node.Deadline, node.Sequence, index));
        if (intervalNs > 0 && next > node.Deadline)
        {
            Queue.Renew(ref node, next, ++_sequence);
            _reference.Add((next, _sequence, index));
        }
        else
        {
            Queue.Pop(ref node);
            node.Set(TimerNode.Armed, false);
        }

        Queue.Settle();
    }

    /// <summary>The timer is closed, and another may get its place.</summary>
    public void Close(int index)
    {
        Cancel(index);
        Store.Free(index);
        Timers.Remove(index);
    }

    public void Check(string when)
    {
        Queue.CheckInvariants();
        Assert.That(Queue.Count, Is.EqualTo(_reference.Count), when);
        Assert.That((Queue.Head, Queue.HeadDeadline), Is.EqualTo(_reference.Count == 0 ? (-1, long.MaxValue) : (_reference.Min.Index, _reference.Min.Deadline)), when);
        Assert.That(Queue.Entries, Is.LessThanOrEqualTo(3 * Queue.Count + 2 * TimerQueue.SlackLarge), when);
    }

    /// <summary>Takes everything out, in order.</summary>
    public void Drain()
    {
        var drained = new List<int>();
        var expected = _reference.Select(static e => e.Index).ToList();
        while (Queue.Head >= 0)
        {
            drained.Add(Queue.Head);
            Expire(0);
        }

        Assert.That(drained, Is.EqualTo(expected));
        Assert.That(Queue.Count, Is.Zero);
    }

    private void Unqueue(int index)
    {
        ref var node = ref Store.At(index);
        if (node.IsQueued)
        {
            _reference.Remove((node.Deadline, node.Sequence, index));
            Queue.Remove(index, node);
            node.Set(TimerNode.Armed, false);
        }
    }
}
