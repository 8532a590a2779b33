using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// The armed timers of one namespace on one clock base, ordered by deadline in the time of the namespace, then by arming.
/// </summary>
/// <remarks>
/// Nothing here knows of offsets: when time is changed the order inside stays as it is, and only the head is translated anew
/// (<see cref="NamespaceTable"/>). That is what makes every change of time O(1) in the number of timers.
/// </remarks>
internal sealed class TimerQueue(TimeNamespace owner, ClockBase clock)
{
    private readonly IndexedHeap<TimerState, Place> _heap = new();

    private readonly struct Place : IHeapPlace<TimerState>
    {
        public static int Get(TimerState item) => item.QueueIndex;

        public static void Set(TimerState item, int index) => item.QueueIndex = index;
    }

    public TimeNamespace Namespace { get; } = owner;

    public ClockBase Clock { get; } = clock;

    /// <summary>Place among the queues of all namespaces of an owner; kept by <see cref="NamespaceTable"/>.</summary>
    public int TableIndex { get; set; } = -1;

    public int Count => _heap.Count;

    /// <summary>How many of the queued timers belong to delegates of the process.</summary>
    public int EphemeralCount { get; private set; }

    public bool IsEmpty => _heap.IsEmpty;

    public TimerState Head => _heap.Head;

    public ClockTime HeadDeadline => new(_heap.HeadKey);

    public long HeadSequence => _heap.HeadSequence;

    /// <summary>Queues an armed timer by its deadline; one that is set to never is not queued.</summary>
    public void Add(TimerState timer)
    {
        Debug.Assert(timer.IsArmed && timer.Base == Clock && timer.QueueIndex < 0, "only an armed timer of this base is queued, once");
        if (timer.Deadline != long.MaxValue)
        {
            _heap.Set(timer, timer.Deadline, timer.Sequence);
            EphemeralCount += timer.IsEphemeral ? 1 : 0;
        }
    }

    /// <summary>The queued timers, in no particular order.</summary>
    public IEnumerable<TimerState> Items() => _heap.Items();

    public void Remove(TimerState timer)
    {
        EphemeralCount -= timer is { IsEphemeral: true, QueueIndex: >= 0 } ? 1 : 0;
        _heap.Remove(timer);
    }

    public TimerState Pop()
    {
        var head = _heap.Head;
        Remove(head);
        return head;
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        _heap.CheckInvariants();
        Debug.Assert(EphemeralCount == _heap.Items().Count(static t => t.IsEphemeral), "the count of ephemeral timers is kept");
        foreach (var timer in _heap.Items())
        {
            Debug.Assert(timer.IsArmed && timer.Base == Clock && timer.Namespace == Namespace, "a queue holds its own armed timers");
        }
    }
}
