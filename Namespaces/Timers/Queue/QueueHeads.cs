using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <summary>
/// The queues of all namespaces on one base that hold a timer, ordered by their heads in the time of the host, then by arming.
/// </summary>
/// <remarks>
/// Eight children a node. The places of queues stand together in a table of numbers and not in the queues, so that moving a queue in the
/// heap touches none of the others.
/// </remarks>
internal sealed class QueueHeads
{
    private const int ArityShift = 3;
    private const int Arity = 1 << ArityShift;

    /// <summary>How many queues are asked for at a time: what they need fits into the cache next to the core.</summary>
    internal const int MostAhead = 512;

    private const int Apart = 12;

    /// <summary>Levels of a heap of some hundred entries below those that lie together at its top.</summary>
    private const int Levels = 2;

    private Entry[] _entries = new Entry[2];
    private int[] _ahead = [];
    private int[] _places = []; // by the number of the namespace: 0 for none, else the place + 1

    private readonly record struct Entry(long Deadline, long Sequence, TimerQueue Queue, int Owner, int Head)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(in Entry other) => Deadline < other.Deadline || (Deadline == other.Deadline && Sequence < other.Sequence);
    }

    public int Count { get; private set; }

    public TimerQueue First => _entries[0].Queue;

    /// <summary>Nanoseconds on the host's clock; never when no queue holds a timer.</summary>
    public long FirstDeadline => Count == 0 ? long.MaxValue : _entries[0].Deadline;

    public long FirstSequence => _entries[0].Sequence;

    /// <summary>Nanoseconds from a reading to the first deadline; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Until(long now) => Count == 0 ? long.MaxValue : Clocks.ClockTime.SubtractSaturating(_entries[0].Deadline, now);

    /// <summary>What would be first without the first.</summary>
    public bool TryPeekSecond(out long deadline, out long sequence)
    {
        var least = 1;
        for (var i = 2; i < Math.Min(Count, Arity + 1); i++)
        {
            if (_entries[i].IsBefore(_entries[least]))
            {
                least = i;
            }
        }

        (deadline, sequence) = Count > 1 ? (_entries[least].Deadline, _entries[least].Sequence) : (long.MaxValue, 0);
        return Count > 1;
    }

    /// <summary>
    /// Asks for what the queues that are due will need, step by step: a queue, a little later what it refers to, and so on. Those due are the
    /// top of the heap, whose children are looked at in turn. Without it every one of many small namespaces is a row of cache misses.
    /// </summary>
    public void PrefetchDue(long now, TimerStore store)
    {
        if (_ahead.Length == 0)
        {
            _ahead = new int[MostAhead];
        }

        var found = 0;
        if (FirstDeadline <= now && Count != 0)
        {
            _ahead[found++] = 0;
        }

        for (var at = 0; at < found + (Levels + 1) * Apart; at++)
        {
            if (at < found)
            {
                ref readonly var entry = ref _entries[_ahead[at]];
                store.PrefetchNode(entry.Head);
                Prefetch.Object(entry.Queue, 3);
                var child = (_ahead[at] << ArityShift) + 1;
                for (var end = Math.Min(child + Arity, Count); child < end && found < MostAhead; child++)
                {
                    if (_entries[child].Deadline <= now)
                    {
                        _ahead[found++] = child;
                    }
                }
            }

            if (at >= Apart && at - Apart < found)
            {
                _entries[_ahead[at - Apart]].Queue.PrefetchHead();
            }

            for (var level = 1; level <= Levels; level++)
            {
                var before = at - (level + 1) * Apart;
                if (before >= 0 && before < found)
                {
                    _entries[_ahead[before]].Queue.PrefetchWay(level);
                }
            }
        }
    }

    public bool Contains(TimerQueue queue) => PlaceOf(queue.Owner) >= 0;

    /// <summary>Files a queue, or moves one that is filed.</summary>
    public void Set(TimerQueue queue, long deadline, long sequence)
    {
        var owner = queue.Owner;
        var entry = new Entry(deadline, sequence, queue, owner, queue.Head);
        var at = PlaceOf(owner);
        if (at == 0 && Count == 1)
        {
            _entries[0] = entry;
            return;
        }

        if (at < 0)
        {
            Reserve(owner);

            Up(Count++, entry);
        }
        else if (entry.IsBefore(_entries[at]))
        {
            Up(at, entry);
        }
        else
        {
            Down(at, entry);
        }
    }

    /// <summary>Removes a queue; without effect when it is not filed.</summary>
    public void Remove(TimerQueue queue)
    {
        var at = PlaceOf(queue.Owner);
        if (at < 0)
        {
            return;
        }

        _places[queue.Owner] = 0;
        var last = _entries[--Count];
        _entries[Count] = default;
        if (at == Count)
        {
            return;
        }

        if (at > 0 && last.IsBefore(_entries[(at - 1) >> ArityShift]))
        {
            Up(at, last);
        }
        else
        {
            Down(at, last);
        }
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        for (var i = 0; i < Count; i++)
        {
            Debug.Assert(PlaceOf(_entries[i].Queue.Owner) == i, "a queue is found in its place");
            Debug.Assert(i == 0 || !_entries[i].IsBefore(_entries[(i - 1) >> ArityShift]), "no head is before its parent");
        }
    }

    private int PlaceOf(int owner) => owner < _places.Length ? _places[owner] - 1 : -1;

    private void Reserve(int owner)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        if (owner >= _places.Length)
        {
            Array.Resize(ref _places, Math.Max(owner + 1, _places.Length * 2));
        }
    }

    private void Up(int at, in Entry entry)
    {
        while (at > 0)
        {
            var parent = (at - 1) >> ArityShift;
            if (!entry.IsBefore(_entries[parent]))
            {
                break;
            }

            Put(at, _entries[parent]);
            at = parent;
        }

        Put(at, entry);
    }

    private void Down(int at, in Entry entry)
    {
        while (true)
        {
            var child = (at << ArityShift) + 1;
            if (child >= Count)
            {
                break;
            }

            var end = Math.Min(child + Arity, Count);
            var least = child;
            for (child++; child < end; child++)
            {
                if (_entries[child].IsBefore(_entries[least]))
                {
                    least = child;
                }
            }

            if (!_entries[least].IsBefore(entry))
            {
                break;
            }

            Put(at, _entries[least]);
            at = least;
        }

        Put(at, entry);
    }

    private void Put(int at, in Entry entry)
    {
        _entries[at] = entry;
        _places[entry.Owner] = at + 1;
    }
}
