using System.Diagnostics;

namespace TimeNs.Timers;

/// <content>How a queue is put together anew: without what is void, and as a heap or as a wheel.</content>
internal sealed partial class TimerQueue
{
    /// <summary>How much more void than live there may be in a queue of any size.</summary>
    internal const int SlackSmall = 32;

    internal const int SlackLarge = 1024;

    /// <summary>Entries that are swept for each change, while a large queue is mostly void.</summary>
    private const int SweptAChange = 8;
    private const int SweepAhead = 8;

    private readonly struct Refiler(TimerQueue queue) : IEntryTaker
    {
        public void Take(ReadOnlySpan<QueueEntry> entries)
        {
            for (var i = 0; i < Math.Min(SweepAhead, entries.Length); i++)
            {
                queue._store.PrefetchNode(entries[i].Index);
            }

            for (var i = 0; i < entries.Length; i++)
            {
                if (i + SweepAhead < entries.Length)
                {
                    queue._store.PrefetchNode(entries[i + SweepAhead].Index);
                }

                queue.Refile(entries[i].Deadline, entries[i].Index, entries[i].Stamp);
            }
        }
    }

    private readonly struct Nobody : IEntryTaker
    {
        public void Take(ReadOnlySpan<QueueEntry> entries)
        {
            // What is void needs no other place.
        }
    }

    /// <summary>Empties the queue of a namespace that is closed; its timers are left as they are.</summary>
    public void Clear()
    {
        Count = Ephemerals = _at = _end = 0;
        _isSweeping = false;
        _heap.Detach(out _);
        _run = [];
        if (_wheel is { } wheel)
        {
            var nobody = new Nobody();
            wheel.Drain(ref nobody);
            _store.Pool.Return(wheel);
            _wheel = null;
        }

        FindHead();
    }

    /// <summary>Every queued timer has an entry that counts, and the head is the first of them.</summary>
    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        Debug.Assert(!_headIsVoid && !_headChanged, "a queue is settled");
        _heap.CheckInvariants();
        _wheel?.CheckInvariants();
        var counted = new HashSet<int>();
        foreach (var entry in AllEntries())
        {
            ref var node = ref _store.At(entry.Index);
            var counts = node.Is(TimerNode.HasEntry) && node.QueueKey == _key && (byte)node.Order == (byte)entry.Stamp && node.IsQueued && node.Deadline >= entry.Deadline;
            if (counts && counted.Add(entry.Index))
            {
                Debug.Assert(Head >= 0 && (node.Deadline > HeadDeadline || (node.Deadline == HeadDeadline && node.Sequence >= HeadSequence)), "the head is first");
                Debug.Assert(entry.Deadline >= HeadDeadline, "nothing that counts lies before the head");
            }
        }

        Debug.Assert(counted.Count == Count, "every queued timer has an entry");
        Debug.Assert(Count != 0 == (Head >= 0), "a queue with timers has a head");
        Debug.Assert(Entries <= 3 * Count + 2 * SlackLarge, "what is void is bounded");
        for (var i = _at + 1; i < _end; i++)
        {
            Debug.Assert(_run[i].Deadline >= _run[i - 1].Deadline, "a run is sorted");
        }
    }

    private bool MustRebuild()
    {
        return _wheel is { } wheel
            ? _heap.Count > LargeFrom && _heap.Count > wheel.Count / 2
            : Entries - Count > Count + SlackSmall || Count >= LargeFrom;
    }

    /// <summary>
    /// Where a large queue is mostly void it is swept: a few entries at each change, so that nobody waits for all of them. What is
    /// voided meanwhile is less than an eighth of them.
    /// </summary>
    private void Tidy(Wheel wheel)
    {
        if (!_isSweeping)
        {
            if (Entries - Count <= Count + SlackLarge)
            {
                return;
            }

            _store.Pool.Work.Rebuilds++;
            _store.Pool.Work.Rebuilt += _heap.Count + _end - _at;
            CompactRun();
            CompactHeap(wheel); // what was moved to beyond the run's end is the wheel's
            _headIsVoid = true; // found again at its new place
            wheel.BeginSweep();
            _isSweeping = true;
        }

        _sweepDue += SweptAChange;
        if (_sweepDue >= EntryPool.ChunkSize)
        {
            _sweepDue -= EntryPool.ChunkSize;
            SweepChunk(wheel);
        }
    }

    private void SweepChunk(Wheel wheel)
    {
        Span<QueueEntry> entries = stackalloc QueueEntry[EntryPool.ChunkSize];
        var taken = wheel.Sweep(entries);
        _isSweeping = taken != 0;
        _store.Pool.Work.Rebuilt += taken;
        new Refiler(this).Take(entries[..taken]);
    }

    private void Rebuild()
    {
        ref var work = ref _store.Pool.Work;
        work.Rebuilds++;
        work.Rebuilt += Entries;
        if (_wheel is null && Count < LargeFrom)
        {
            RebuildHeap();
        }
        else
        {
            Exchange();
        }

        FindHead();
    }

    private void RebuildHeap()
    {
        var entries = _heap.Detach(out var count);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var entry = entries[i];
            ref var node = ref _store.At(entry.Index);
            if (Meet(ref node, entry.Deadline, (uint)entry.Order) != Meeting.Stale)
            {
                entries[kept++] = new HeapEntry(node.Deadline, node.Order, entry.Index);
            }
        }

        _heap.Attach(entries, kept);
    }

    /// <summary>From a heap to a wheel, from one wheel to another, or back.</summary>
    private void Exchange()
    {
        _isSweeping = false;
        var from = Earliest();
        var old = _wheel;
        var heap = _heap.Detach(out var count);
        _wheel = Count >= SmallBelow ? _store.Pool.RentWheel() : null;
        _wheel?.Begin(from);
        var refiler = new Refiler(this);
        var run = _run.AsSpan(_at, _end - _at);
        _at = _end = 0;
        refiler.Take(run);
        RefileAll(heap, count);
        if (old is not null)
        {
            old.Drain(ref refiler);
            _store.Pool.Return(old);
        }

        if (_wheel is null)
        {
            _run = [];
        }
    }

    /// <summary>No sweep of the wheel comes to what has been taken out of it.</summary>
    private void CompactRun()
    {
        var run = _run.AsSpan(0, _end);
        var kept = _at;
        for (var i = _at; i < run.Length; i++)
        {
            if (i + SweepAhead < run.Length)
            {
                _store.PrefetchNode(run[i + SweepAhead].Index);
            }

            var entry = run[i];
            ref var node = ref _store.At(entry.Index);
            switch (Meet(ref node, entry.Deadline, entry.Stamp))
            {
                case Meeting.Live:
                    run[kept++] = entry;
                    break;
                case Meeting.Moved:
                    File(entry.Index, node, isNewest: false);
                    break;
                default:
                    break;
            }
        }

        _end = kept;
    }

    /// <summary>In its own room, so that nothing is allocated.</summary>
    private void CompactHeap(Wheel wheel)
    {
        var heap = _heap.Detach(out var count);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var entry = heap[i];
            ref var node = ref _store.At(entry.Index);
            if (Meet(ref node, entry.Deadline, (uint)entry.Order) == Meeting.Stale)
            {
                continue;
            }

            if (node.Deadline > wheel.Limit)
            {
                wheel.Add(new QueueEntry(node.Deadline, entry.Index, (uint)node.Order), ordered: false);
            }
            else
            {
                heap[kept++] = new HeapEntry(node.Deadline, node.Order, entry.Index);
            }
        }

        _heap.Attach(heap, kept);
    }

    private void RefileAll(HeapEntry[] heap, int count)
    {
        foreach (ref readonly var entry in heap.AsSpan(0, count))
        {
            Refile(entry.Deadline, entry.Index, (uint)entry.Order);
        }

        if (_wheel is not null && _heap.Count == 0)
        {
            _heap.Attach(heap, 0); // its room is needed again
        }
    }

    /// <summary>No entry has an earlier deadline.</summary>
    private long Earliest()
    {
        var earliest = _wheel is { } wheel ? wheel.Limit + 1 : long.MaxValue - 1;
        if (_heap.Count != 0)
        {
            earliest = Math.Min(earliest, _heap.First.Deadline);
        }

        return _at < _end ? Math.Min(earliest, _run[_at].Deadline) : earliest;
    }

    private void Refile(long deadline, int index, uint stamp)
    {
        ref var node = ref _store.At(index);
        if (Meet(ref node, deadline, stamp) != Meeting.Stale)
        {
            File(index, node, isNewest: false);
        }
    }

    private IEnumerable<QueueEntry> AllEntries()
    {
        var heap = _heap.Entries.ToArray().Select(static e => new QueueEntry(e.Deadline, e.Index, (uint)e.Order));
        var run = _run.Skip(_at).Take(_end - _at);
        return heap.Concat(run).Concat(_wheel?.Entries() ?? []);
    }
}
