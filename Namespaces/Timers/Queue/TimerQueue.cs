using System.Diagnostics;
using System.Runtime.CompilerServices;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// The armed timers of one namespace on one clock base, ordered by deadline in the time of the namespace, then by arming.
/// </summary>
/// <remarks>
/// Nothing here knows of offsets: when time is changed the order inside stays as it is, and only the head is translated anew
/// (<see cref="NamespaceTable"/>). That is what makes every change of time O(1) in the number of timers.
/// <code>
///   few timers      heap
///   many            heap ─┐                 what is armed to before the run's end
///                   run  ─┴─▶ head          the slot that came first, sorted
///                   wheel ──▶ next run      everything later
/// </code>
/// An entry is found again only when it comes first. So a timer that is cancelled leaves its entry where it is; one that is armed to
/// later keeps it, and it is filed anew when it is met; one that is armed to earlier gets another. A timer has at most one entry
/// that counts, told by the stamp. Where more than half are void the queue is rebuilt. The head is exact at all times.
/// </remarks>
internal sealed partial class TimerQueue
{
    /// <summary>From this many timers on a wheel is worth its slots.</summary>
    internal const int LargeFrom = 512;

    /// <summary>Below this many it is given up.</summary>
    internal const int SmallBelow = 128;

    /// <summary>A slot of no more entries is sorted as it is.</summary>
    internal const int LongestRun = 1 << 15;

    private const int QuietRuns = 64;
    private const int NodesAhead = 24;
    private const int ToldAhead = 12;

    private readonly TimerStore _store;
    private readonly uint _key;
    private EntryHeap _heap;
    private Wheel? _wheel;
    private QueueEntry[] _run = [];
    private int _at;
    private int _end;
    private int _early; // entries filed before the end of the run since it began
    private int _quiet; // runs in a row without one
    private bool _headIsOfRun;
    private bool _headIsVoid; // it was taken out, or there was none
    private bool _headChanged;
    private bool _isSweeping;
    private int _sweepDue;

    public TimerQueue(TimeNamespace owner, ClockBase clock, TimerStore store)
    {
        Namespace = owner;
        Clock = clock;
        Owner = owner.StoreIndex;
        _store = store;
        _key = (uint)owner.StoreIndex << 8 | (uint)clock;
    }

    public TimeNamespace Namespace { get; }

    public ClockBase Clock { get; }

    /// <summary>What its clock's offset was when it was filed; kept by <see cref="NamespaceTable"/>, so that a batch need not look at the namespace.</summary>
    public long OffsetNs { get; set; }

    /// <summary>The number of the namespace.</summary>
    public int Owner { get; }

    public int Count { get; private set; }

    public bool IsEmpty => Count == 0;

    /// <summary>The timer that is due first; -1 when there is none.</summary>
    public int Head { get; private set; } = -1;

    public long HeadDeadline { get; private set; } = long.MaxValue;

    public long HeadSequence { get; private set; }

    /// <summary>How often its head has expired.</summary>
    public long Expirations { get; private set; }

    /// <summary>Entries, live and void.</summary>
    public int Entries => _heap.Count + (_end - _at) + (_wheel?.Count ?? 0);

    public bool IsLarge => _wheel is not null;

    /// <summary>Of the queued timers, those that belong to delegates.</summary>
    public int Ephemerals { get; private set; }

    /// <summary>Queues an armed timer, which is not queued, by its deadline; one that is set to never is not queued.</summary>
    /// <param name="index">The timer.</param>
    /// <param name="node">The same.</param>
    /// <param name="deadline">Stored in the timer here, since what it had before tells where an entry of it may lie.</param>
    /// <param name="isNewest">It was armed after every other timer.</param>
    public void Add(int index, ref TimerNode node, long deadline, bool isNewest)
    {
        Debug.Assert(node.IsArmed && node.QueueKey == _key, "only an armed timer of this base is queued");
        var keepsEntry = node.Is(TimerNode.HasEntry) && deadline > node.Deadline;
        node.Deadline = deadline;
        if (deadline == long.MaxValue)
        {
            node.Set(TimerNode.HasEntry, false);
            return;
        }

        Counted(node, 1);
        if (!keepsEntry)
        {
            node.NextStamp();
            node.Set(TimerNode.HasEntry, true);
            File(index, node, isNewest);
            NoteHead(index, node);
        }
    }

    /// <summary>Takes a queued timer out; its entry stays behind. The head is found again by <see cref="Settle"/>.</summary>
    public void Remove(int index, in TimerNode node)
    {
        Debug.Assert(node.IsQueued && node.QueueKey == _key, "only a queued timer is taken out");
        Counted(node, -1);
        _headIsVoid |= index == Head;
    }

    /// <summary>Takes the head out, which expires. The next is found by <see cref="Settle"/>.</summary>
    public void Pop(ref TimerNode node)
    {
        Debug.Assert(!_headIsVoid && Head >= 0, "there is a head");
        Expirations++;
        DropFirst();
        node.Set(TimerNode.HasEntry, false);
        Counted(node, -1);
        _headIsVoid = true;
    }

    /// <summary>The head, forwarded to a later deadline, goes on behind all others with the same; and the next head is found.</summary>
    public void Renew(ref TimerNode node, long deadline, long sequence)
    {
        Debug.Assert(!_headIsVoid && deadline > node.Deadline && deadline != long.MaxValue, "forward goes on");
        Expirations++;
        node.Deadline = deadline;
        node.Sequence = sequence;
        if (_headIsOfRun)
        {
            _at++;
            File(Head, node, isNewest: true);
        }
        else
        {
            RefileFirst(Head, node, isNewest: true);
        }

        FindHead();
    }

    /// <summary>After one or more changes: finds the head where it may be another one (true), and rebuilds what is mostly void.</summary>
    public bool Settle()
    {
        if (MustRebuild())
        {
            Rebuild();
            return true;
        }

        if (_wheel is { } wheel)
        {
            Tidy(wheel);
        }

        if (!_headIsVoid && (Head >= 0 || Count == 0))
        {
            var changed = _headChanged;
            _headChanged = false;
            return changed;
        }

        FindHead();
        return true;
    }

    /// <summary>Asks for what an expiration of the head touches; the queue itself was asked for before.</summary>
    public void PrefetchHead()
    {
        _heap.PrefetchTop();
        if (Head >= 0)
        {
            _store.PrefetchToldPlace(Head);
        }
    }

    /// <summary>Asks for what filing the head anew touches, a level further down each time.</summary>
    public void PrefetchWay(int levels) => _heap.PrefetchWay(levels);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Counted(in TimerNode node, int by)
    {
        Count += by;
        Ephemerals += node.Is(TimerNode.Ephemeral) ? by : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void File(int index, in TimerNode node, bool isNewest)
    {
        if (_wheel is { } wheel && node.Deadline > wheel.Limit)
        {
            wheel.Add(new QueueEntry(node.Deadline, index, (uint)node.Order), isNewest);
        }
        else
        {
            _store.Pool.Work.Pushed++;
            _early++;
            _heap.Push(new HeapEntry(node.Deadline, node.Order, index));
        }
    }

    /// <summary>Files the first entry of the heap where it belongs now.</summary>
    private void RefileFirst(int index, in TimerNode node, bool isNewest)
    {
        if (_wheel is { } wheel && node.Deadline > wheel.Limit)
        {
            _heap.Pop();
            wheel.Add(new QueueEntry(node.Deadline, index, (uint)node.Order), isNewest);
        }
        else
        {
            _store.Pool.Work.Pushed++;
            _early++;
            _heap.ReplaceFirst(new HeapEntry(node.Deadline, node.Order, index));
        }
    }

    /// <summary>A new entry may come before the head, but none in the wheel does while there is one.</summary>
    private void NoteHead(int index, in TimerNode node)
    {
        if (Head < 0)
        {
            _headIsVoid = true; // void entries may lie before it
        }
        else if (!_headIsVoid && (node.Deadline < HeadDeadline || (node.Deadline == HeadDeadline && node.Sequence < HeadSequence)))
        {
            SetHead(index, node, isOfRun: false);
            _headChanged = true;
        }
    }

    private void SetHead(int index, in TimerNode node, bool isOfRun)
    {
        Head = index;
        HeadDeadline = node.Deadline;
        HeadSequence = node.Sequence;
        _headIsOfRun = isOfRun;
    }

    private void DropFirst()
    {
        if (_headIsOfRun)
        {
            _at++;
        }
        else
        {
            _heap.Pop();
        }
    }

    /// <summary>Looks at what comes first until it is live. Everything before the head is gone then.</summary>
    private void FindHead()
    {
        _headIsVoid = _headChanged = false;
        while (Count != 0)
        {
            if (_at < _end)
            {
                if (MeetRun())
                {
                    return;
                }
            }
            else if (_heap.Count != 0)
            {
                if (MeetHeap())
                {
                    return;
                }
            }
            else
            {
                TakeRun();
            }
        }

        Head = -1;
        HeadDeadline = long.MaxValue;
    }

    private bool MeetRun()
    {
        ref readonly var entry = ref _run[_at];
        ref var node = ref _store.At(entry.Index);
        if (_heap.Count != 0 && _heap.First.Deadline < entry.Deadline)
        {
            return MeetHeap();
        }

        _store.Pool.Work.Met++;
        PrefetchAhead();
        switch (Meet(ref node, entry.Deadline, entry.Stamp))
        {
            case Meeting.Live when IsTieFirstInHeap(entry.Deadline, node.Order):
                return MeetHeap();
            case Meeting.Live:
                SetHead(entry.Index, node, isOfRun: true);
                return true;
            case Meeting.Moved:
                _at++;
                File(entry.Index, node, isNewest: false);
                return false;
            default:
                _at++;
                return false;
        }
    }

    /// <summary>Asked of a live entry only: the order of a void one is that of another arming.</summary>
    private bool IsTieFirstInHeap(long deadline, ulong order) =>
        _heap.Count != 0 && _heap.First.Deadline == deadline && _heap.First.Order < order;

    private bool MeetHeap()
    {
        _store.Pool.Work.Met++;
        ref readonly var entry = ref _heap.First;
        var index = entry.Index;
        ref var node = ref _store.At(index);
        switch (Meet(ref node, entry.Deadline, (uint)entry.Order))
        {
            case Meeting.Live:
                SetHead(index, node, isOfRun: false);
                return true;
            case Meeting.Moved:
                RefileFirst(index, node, isNewest: false);
                return false;
            default:
                _heap.Pop();
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Meeting Meet(ref TimerNode node, long deadline, uint stamp) =>
        node.Deadline == deadline && (uint)node.Order == stamp && node.QueueKey == _key
            && (node.State & (TimerNode.HasEntry | TimerNode.Armed)) == (TimerNode.HasEntry | TimerNode.Armed)
            ? Meeting.Live
            : MeetOther(ref node, deadline, stamp);

    /// <summary>
    /// Stamps come round: an entry left behind 256 entries ago may look as if it counted. Then the timer's own lies elsewhere, and
    /// this one at most is filed where that one is, or dropped: a timer fires at its deadline and in its order only.
    /// </summary>
    private Meeting MeetOther(ref TimerNode node, long deadline, uint stamp)
    {
        if (!node.Is(TimerNode.HasEntry) || node.QueueKey != _key || (byte)node.Order != (byte)stamp)
        {
            return Meeting.Stale;
        }

        if (!node.IsQueued)
        {
            node.Set(TimerNode.HasEntry, false);
            return Meeting.Stale;
        }

        return node.Deadline > deadline ? Meeting.Moved : Meeting.Stale;
    }

    private void PrefetchAhead()
    {
        if (_at + NodesAhead < _end)
        {
            var node = _run[_at + NodesAhead].Index;
            _store.PrefetchNode(node);
            _store.PrefetchToldPlace(node);
        }

        if (_at + ToldAhead < _end)
        {
            _store.PrefetchTold(_run[_at + ToldAhead].Index);
        }
    }

    /// <summary>Runs are to be as long as possible, but not so that what is armed during one comes due in it, which takes the heap.</summary>
    private void FitWidth(Wheel wheel)
    {
        if (_early > _end / 4)
        {
            wheel.Narrow();
        }

        _quiet = _early == 0 ? _quiet + 1 : 0;
        _early = 0;
        if (_quiet > QuietRuns)
        {
            wheel.Widen();
            _quiet = 0;
        }
    }

    private void TakeRun()
    {
        if (Count < SmallBelow)
        {
            Rebuild();
            return;
        }

        FitWidth(_wheel!);
        _at = 0;
        _end = _wheel!.TakeNext(ref _run, LongestRun, _store);
        for (var i = 0; i < Math.Min(NodesAhead, _end); i++)
        {
            _store.PrefetchNode(_run[i].Index);
        }
    }
}
