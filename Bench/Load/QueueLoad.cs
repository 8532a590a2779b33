using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>The same timers in a priority queue of structs, ordered by deadline, then by arming.</summary>
internal sealed class QueueLoad
{
    private readonly PriorityQueue<int, (long DeadlineNs, long Sequence)> _queue;
    private readonly long[] _intervalNs;
    private long _sequence;

    public QueueLoad(PeriodicLoad load)
    {
        _intervalNs = load.IntervalNs;
        _queue = new PriorityQueue<int, (long DeadlineNs, long Sequence)>(load.FirstNs.Length);
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            _queue.Enqueue(i, (load.FirstNs[i], ++_sequence));
        }
    }

    /// <summary>The first deadline, since the start.</summary>
    public long NextNs => _queue.TryPeek(out _, out var place) ? place.DeadlineNs : long.MaxValue;

    /// <summary>Takes the first timer out, forwards it and puts it back, at its deadline.</summary>
    public ulong Expire(out int timer)
    {
        _queue.TryDequeue(out timer, out var place);
        var count = Forward.Count(place.DeadlineNs, _intervalNs[timer], place.DeadlineNs, out var next);
        _queue.Enqueue(timer, (next, ++_sequence));
        return count;
    }

    /// <summary>The same in one movement of the heap.</summary>
    public ulong ExpireInPlace(out int timer)
    {
        _queue.TryPeek(out timer, out var place);
        var count = Forward.Count(place.DeadlineNs, _intervalNs[timer], place.DeadlineNs, out var next);
        _queue.DequeueEnqueue(timer, (next, ++_sequence));
        return count;
    }
}
