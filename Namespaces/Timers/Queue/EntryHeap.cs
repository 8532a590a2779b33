using System.Diagnostics;

namespace TimeNs.Timers;

/// <summary>
/// A heap of entries, eight children a node: the whole queue of a namespace with few timers, and in a large one what is armed
/// before the end of the current run.
/// </summary>
/// <remarks>Entries know nothing of their timers: one that is stale stays until it comes first or the queue is rebuilt.</remarks>
internal struct EntryHeap
{
    private const int Arity = 8;
    private const int ArityShift = 3;
    private const int LeastCapacity = 4;

    private HeapEntry[]? _entries;

    public int Count { get; private set; }

    public readonly ref readonly HeapEntry First => ref _entries![0];

    public readonly ReadOnlySpan<HeapEntry> Entries => _entries.AsSpan(0, Count);

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
        while (true)
        {
            var child = (at << ArityShift) + 1;
            if (child >= entries.Length)
            {
                break;
            }

            var end = Math.Min(child + Arity, entries.Length);
            var least = child;
            for (child++; child < end; child++)
            {
                if (entries[child].IsBefore(entries[least]))
                {
                    least = child;
                }
            }

            if (!entries[least].IsBefore(entry))
            {
                break;
            }

            entries[at] = entries[least];
            at = least;
        }

        entries[at] = entry;
    }
}
