using System.Collections;
using System.Numerics;

namespace TimeNs.Timers;

/// <summary>The timers of a namespace by id. Ids are counted up and never given out again.</summary>
/// <remarks>
/// While most of the ids given out are open, a table from id to timer in pages: four bytes each. When they have become few among
/// many, a hash table that keeps no ids of its own, but asks the timers: six to eleven bytes. Both follow from the
/// numbers alone, each change of one into the other is paid for by as many additions.
/// </remarks>
internal sealed class TimerIds(TimeNamespace owner) : IReadOnlyCollection<TimerState>
{
    private const int PageShift = 10;
    private const int PageMask = (1 << PageShift) - 1;
    private const int LeastPage = 16;
    private const int None = -1;
    private const int Sparseness = 2;
    private const int LeastHash = 16;

    private int[]?[] _pages = [];
    private int[]? _hash;
    private long _end; // beyond the largest id that pages reach

    private int _expected;

    public int Count { get; private set; }

    /// <summary>So many will be added, in any order.</summary>
    public void Expect(int timers) => _expected = timers;

    /// <summary>The timer with this id, or -1.</summary>
    public int Find(long id)
    {
        if (_hash is { } hash)
        {
            return hash[PlaceOf(hash, id)];
        }

        return id >= 0 && id >> PageShift < _pages.Length && _pages[id >> PageShift] is { } page && (id & PageMask) < page.Length
            ? page[id & PageMask]
            : None;
    }

    /// <summary>Adds a timer, whose id is not here yet.</summary>
    public void Add(long id, int index)
    {
        Count++;
        if (_hash is null && id >= ((long)Math.Max(Count, _expected) * Sparseness) + PageMask)
        {
            ToHash();
        }

        if (_hash is { } hash)
        {
            if (Count * 4L > hash.Length * 3L)
            {
                hash = Rehash(Count * 2);
            }

            hash[PlaceOf(hash, id)] = index;
        }
        else
        {
            Page(id)[id & PageMask] = index;
            _end = Math.Max(_end, id + 1);
        }
    }

    public void Remove(long id)
    {
        Count--;
        if (_hash is { } hash)
        {
            RemoveHashed(hash, id);
        }
        else
        {
            _pages[id >> PageShift]![id & PageMask] = None;
            if (_end > ((long)Count * Sparseness * 2) + PageMask)
            {
                ToHash();
            }
        }
    }

    /// <summary>The places of the timers, with gaps of less than 0, in the order of their ids where they are dense.</summary>
    public int[]?[] Tables => _hash is { } hash ? [hash] : _pages;

    /// <summary>The timers, in the order of their ids where they are dense.</summary>
    public IEnumerable<int> All()
    {
        foreach (var table in Tables)
        {
            foreach (var index in table ?? [])
            {
                if (index != None)
                {
                    yield return index;
                }
            }
        }
    }

    public IEnumerator<TimerState> GetEnumerator() => All().Select(i => new TimerState(owner, i)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        (_pages, _hash, _end, Count) = ([], null, 0, 0);
    }

    /// <summary>The first page grows with what it holds, for the many namespaces with few timers.</summary>
    private int[] Page(long id)
    {
        var number = (int)(id >> PageShift);
        if (number >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(number + 1, _pages.Length * 2));
        }

        ref var page = ref _pages[number];
        var place = (int)id & PageMask;
        if (page is null || place >= page.Length)
        {
            var old = page?.Length ?? 0;
            Array.Resize(ref page, number > 0 ? PageMask + 1 : Math.Min(PageMask + 1, Math.Max(LeastPage, place + 1 + place / 4)));
            page.AsSpan(old).Fill(None);
        }

        return page;
    }

    private void ToHash()
    {
        var all = All().ToArray();
        _pages = [];
        _end = 0;
        _hash = NewHash(all.Length * 2);
        Fill(_hash, all);
    }

    private int[] Rehash(int wanted)
    {
        var all = All().ToArray();
        _hash = NewHash(wanted);
        Fill(_hash, all);
        return _hash;
    }

    private void Fill(int[] hash, int[] all)
    {
        foreach (var index in all)
        {
            hash[PlaceOf(hash, owner.Store.IdOf(index))] = index;
        }
    }

    private static int[] NewHash(int wanted)
    {
        var hash = new int[Math.Max(LeastHash, (int)BitOperations.RoundUpToPowerOf2((uint)wanted))];
        Array.Fill(hash, None);
        return hash;
    }

    private static int HomeOf(int[] hash, long id) =>
        (int)((ulong)id * 0x9E37_79B9_7F4A_7C15 >> 32) & (hash.Length - 1);

    /// <summary>Where the id is, or where it would be put.</summary>
    private int PlaceOf(int[] hash, long id)
    {
        var place = HomeOf(hash, id);
        while (hash[place] != None && owner.Store.IdOf(hash[place]) != id)
        {
            place = (place + 1) & (hash.Length - 1);
        }

        return place;
    }

    /// <summary>Closes the gap by moving up what was put behind it for want of room.</summary>
    private void RemoveHashed(int[] hash, long id)
    {
        var gap = PlaceOf(hash, id);
        var mask = hash.Length - 1;
        for (var next = (gap + 1) & mask; hash[next] != None; next = (next + 1) & mask)
        {
            var home = HomeOf(hash, owner.Store.IdOf(hash[next]));
            if (((next - home) & mask) >= ((next - gap) & mask))
            {
                hash[gap] = hash[next];
                gap = next;
            }
        }

        hash[gap] = None;
        if (hash.Length > LeastHash && Count * 8L < hash.Length)
        {
            Rehash(Count * 2);
        }
    }
}
