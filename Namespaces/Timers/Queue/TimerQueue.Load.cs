using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <content>How a queue takes many timers at once, in the order of arming, and looks for its head when all are there.</content>
internal sealed partial class TimerQueue
{
    /// <summary>Before many timers come into an empty queue: makes it what it will be.</summary>
    /// <param name="timers">How many.</param>
    /// <param name="earliest">No deadline of theirs is earlier; those that are all the same go to the heap.</param>
    public void Expect(int timers, long earliest)
    {
        Debug.Assert(Entries == 0 && _wheel is null, "the queue is new");
        if (timers >= LargeFrom)
        {
            _wheel = _store.Pool.RentWheel();
            _wheel.Begin(earliest);
        }
    }

    /// <summary>Queues an armed timer, armed after all others here, to the deadline that it has. The head is found by <see cref="Settle"/>.</summary>
    public void AddNewest(int index, ref TimerNode node)
    {
        Debug.Assert(node.IsArmed && node.QueueKey == _key && !node.Is(TimerNode.HasEntry), "armed, and not queued");
        if (node.Deadline != long.MaxValue)
        {
            node.NextStamp();
            node.Set(TimerNode.HasEntry, true);
            AddStamped(index, node);
        }
    }

    /// <summary>The same with a timer whose node says already that it is queued.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddStamped(int index, in TimerNode node)
    {
        Debug.Assert(node.IsQueued && node.QueueKey == _key && node.Is(TimerNode.HasEntry), "queued, by its node");
        Count++;
        File(index, node, isNewest: true);
        _headIsVoid = true;
    }
}
