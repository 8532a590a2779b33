using System.Diagnostics;

namespace TimeNs.Timers;

/// <summary>How an <see cref="IndexedHeap{TItem, TPlace}"/> notes an item's place in the item itself.</summary>
internal interface IHeapPlace<in TItem>
{
    static abstract int Get(TItem item);

    static abstract void Set(TItem item, int index);
}

/// <summary>
/// A priority queue whose items know their place, so that any of them can be moved or removed in O(log n).
/// </summary>
/// <remarks>
/// Ordered by key, then by sequence: equal deadlines leave in the order in which they were armed. Four children a node; the keys
/// lie in the array, so that a comparison does not touch the item. Grows by doubling, never shrinks below its high-water
/// mark until it is empty.
/// </remarks>
internal sealed class IndexedHeap<TItem, TPlace>
    where TItem : class
    where TPlace : struct, IHeapPlace<TItem>
{
    private const int Arity = 4;

    private Entry[] _entries = [];

    private readonly record struct Entry(long Key, long Sequence, TItem Item)
    {
        public bool IsBefore(in Entry other) => Key < other.Key || (Key == other.Key && Sequence < other.Sequence);
    }

    public int Count { get; private set; }

    public bool IsEmpty => Count == 0;

    public TItem Head => _entries[0].Item;

    public long HeadKey => _entries[0].Key;

    public long HeadSequence => _entries[0].Sequence;

    /// <summary>Adds an item, or moves one that is in the heap. Amortized O(log n).</summary>
    public void Set(TItem item, long key, long sequence)
    {
        var entry = new Entry(key, sequence, item);
        var index = TPlace.Get(item);
        if (index < 0)
        {
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Math.Max(Arity, Count * 2));
            }

            Up(Count++, entry);
        }
        else if (entry.IsBefore(_entries[index]))
        {
            Up(index, entry);
        }
        else
        {
            Down(index, entry);
        }
    }

    /// <summary>Removes an item; without effect when it is not in the heap.</summary>
    public void Remove(TItem item)
    {
        var index = TPlace.Get(item);
        if (index < 0)
        {
            return;
        }

        TPlace.Set(item, -1);
        var last = _entries[--Count];
        _entries[Count] = default;
        if (index == Count)
        {
            return;
        }

        if (index > 0 && last.IsBefore(_entries[(index - 1) / Arity]))
        {
            Up(index, last);
        }
        else
        {
            Down(index, last);
        }
    }

    /// <summary>The items, in no particular order.</summary>
    public IEnumerable<TItem> Items()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _entries[i].Item;
        }
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        for (var i = 0; i < Count; i++)
        {
            Debug.Assert(TPlace.Get(_entries[i].Item) == i, "an item knows its place");
            Debug.Assert(i == 0 || !_entries[i].IsBefore(_entries[(i - 1) / Arity]), "no entry is before its parent");
        }
    }

    private void Up(int index, in Entry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!entry.IsBefore(_entries[parent]))
            {
                break;
            }

            Put(index, _entries[parent]);
            index = parent;
        }

        Put(index, entry);
    }

    private void Down(int index, in Entry entry)
    {
        while (true)
        {
            var first = index * Arity + 1;
            if (first >= Count)
            {
                break;
            }

            var least = first;
            var end = Math.Min(first + Arity, Count);
            for (var child = first + 1; child < end; child++)
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

            Put(index, _entries[least]);
            index = least;
        }

        Put(index, entry);
    }

    private void Put(int index, in Entry entry)
    {
        _entries[index] = entry;
        TPlace.Set(entry.Item, index);
    }
}
