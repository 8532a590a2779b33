using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <summary>
/// A heap of entries, four children a node: the whole queue of a namespace with few timers, and in a large one what is armed
/// before the end of the current run.
/// </summary>
/// <remarks>Entries know nothing of their timers: one that is stale stays until it comes first or the queue is rebuilt.</remarks>
internal struct EntryHeap
{
    private const int Arity = 4;
    private const int ArityShift = 2;
    private const int LeastCapacity = 4;

    private HeapEntry[]? _entries;

    public int Count { get; private set; }

    public readonly ref readonly HeapEntry First => ref _entries![0];

    public readonly ReadOnlySpan<HeapEntry> Entries => _entries.AsSpan(0, Count);

    /// <summary>Asks for the top of the heap and for the children of the first.</summary>
    public readonly void PrefetchTop()
    {
        if (_entries is { } entries)
        {
            Prefetch.Object(entries, 3);
        }
    }

    /// <summary>Follows the way that an entry takes down from the first, so many levels, and asks for the next.</summary>
    public readonly void PrefetchWay(int levels)
    {
        var child = 1;
        for (; levels > 0 && child + Arity <= Count; levels--)
        {
            child = ((child + First4(ref _entries![child])) << ArityShift) + 1;
        }

        if (child + Arity <= Count)
        {
            Prefetch.Line(ref _entries![child]);
            Prefetch.Line(ref _entries[child + Arity - 1]);
        }
    }

    public void Push(in HeapEntry entry)
    {
        if (_entries is null || Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(LeastCapacity, Count + Count / 2));
        }

        Up(Count++, entry);
    }

    public void Pop()
    {
        var last = _entries![--Count];
        if (Count != 0)
        {
            Down(0, last);
        }
    }

    /// <summary>Puts an entry in the place of the first, which it is not before.</summary>
    public readonly void ReplaceFirst(in HeapEntry entry) => Down(0, entry);

    /// <summary>Empties the heap and hands its entries over.</summary>
    public HeapEntry[] Detach(out int count)
    {
        var entries = _entries ?? [];
        count = Count;
        _entries = null;
        Count = 0;
        return entries;
    }

    /// <summary>Takes an array over, of which the first entries are the heap, in any order yet.</summary>
    public void Attach(HeapEntry[] entries, int count)
    {
        _entries = entries;
        Count = count;
        for (var i = (count - 2) >> ArityShift; i >= 0 && count > 1; i--)
        {
            Down(i, entries[i]);
        }
    }

    [Conditional("DEBUG")]
    public readonly void CheckInvariants()
    {
        for (var i = 1; i < Count; i++)
        {
            Debug.Assert(!_entries![i].IsBefore(_entries[(i - 1) >> ArityShift]), "no entry is before its parent");
        }
    }

    private readonly void Up(int at, HeapEntry entry)
    {
        var entries = _entries!;
        while (at > 0)
        {
            var parent = (at - 1) >> ArityShift;
            if (!entry.IsBefore(entries[parent]))
            {
                break;
            }

            entries[at] = entries[parent];
            at = parent;
        }

        entries[at] = entry;
    }

    private readonly void Down(int at, HeapEntry entry)
    {
        var entries = _entries.AsSpan(0, Count);
        var child = (at << ArityShift) + 1;
        while (child + Arity <= entries.Length)
        {
            var least = child + First4(ref entries[child]);
            if (!entries[least].IsBefore(entry))
            {
                entries[at] = entry;
                return;
            }

            entries[at] = entries[least];
            at = least;
            child = (at << ArityShift) + 1;
        }

        if (child < entries.Length)
        {
            var least = child;
            while (++child < entries.Length)
            {
                least = entries[child].IsBefore(entries[least]) ? child : least;
            }

            if (entries[least].IsBefore(entry))
            {
                entries[at] = entries[least];
                at = least;
            }
        }

        entries[at] = entry;
    }

    /// <summary>The place of the first of four: two pairs and a final, without a branch that depends on chance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First4(ref HeapEntry entries)
    {
        var left = IsSecondFirst(entries, Unsafe.Add(ref entries, 1));
        var right = 2 + IsSecondFirst(Unsafe.Add(ref entries, 2), Unsafe.Add(ref entries, 3));
        var last = -IsSecondFirst(Unsafe.Add(ref entries, left), Unsafe.Add(ref entries, right));
        return left ^ ((left ^ right) & last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IsSecondFirst(in HeapEntry first, in HeapEntry second)
    {
        var earlier = second.Deadline < first.Deadline ? 1 : 0;
        var same = second.Deadline == first.Deadline ? 1 : 0;
        var sooner = second.Order < first.Order ? 1 : 0;
        return earlier | (same & sooner);
    }
}
