using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <summary>A chain of chunks, to whose end entries are added.</summary>
internal struct Slot
{
    private int _head;
    private int _tail;

    public int Count { get; private set; }

    /// <summary>An entry was added that was not armed after all others in it.</summary>
    public bool IsUnordered { get; set; }

    public void Add(EntryPool pool, in QueueEntry entry)
    {
        var place = Count & EntryPool.ChunkMask;
        if (place == 0)
        {
            Extend(pool);
        }

        pool.At(_tail, place) = entry;
        Count++;
    }

    /// <summary>Takes the first chunk out; gives it back. At least one entry, at most <see cref="EntryPool.ChunkSize"/>.</summary>
    public int TakeChunk(EntryPool pool, Span<QueueEntry> into)
    {
        var taken = Math.Min(Count, EntryPool.ChunkSize);
        var chunk = _head;
        pool.At(chunk)[..taken].CopyTo(into);
        if (taken == Count)
        {
            this = default;
        }
        else
        {
            _head = pool.Next(chunk);
            Count -= taken;
        }

        pool.Return(chunk);
        return taken;
    }

    public readonly ChainWalk Walk(EntryPool pool) => new(pool, _head, Count, returns: false);

    /// <summary>Walks through the entries and gives each chunk back when it is left; the slot must have been emptied before.</summary>
    public readonly ChainWalk Consume(EntryPool pool) => new(pool, _head, Count, returns: true);

    private void Extend(EntryPool pool)
    {
        var chunk = pool.Rent();
        if (Count == 0)
        {
            _head = chunk;
        }
        else
        {
            pool.Link(_tail, chunk);
        }

        _tail = chunk;
    }
}

/// <summary>Goes through a chain, chunk by chunk.</summary>
internal ref struct ChainWalk(EntryPool pool, int head, int count, bool returns)
{
    private int _chunk = -1;
    private int _next = head;
    private int _left = count;

    public ReadOnlySpan<QueueEntry> Entries { get; private set; }

    public bool Next()
    {
        if (returns && _chunk >= 0)
        {
            pool.Return(_chunk);
            _chunk = -1;
        }

        if (_left == 0)
        {
            return false;
        }

        _chunk = _next;
        var size = Math.Min(_left, EntryPool.ChunkSize);
        _left -= size;
        if (_left != 0)
        {
            _next = pool.Next(_chunk);
            Prefetch.Line(ref pool.At(_next, 0));
        }

        Entries = pool.At(_chunk)[..size];
        return true;
    }
}

/// <summary>
/// Slots of time, the nearer the finer: 8 levels of 256, each 256 times as wide as the one below. An entry lies on the level of
/// the highest byte in which its deadline differs from the base, in the slot that this byte names.
/// </summary>
/// <remarks>
/// <code>
///   base      0x00 00 01 7A 3F 00 10 02
///   deadline  0x00 00 01 7A 52 C4 09 11      level 3, slot 0x52: in the 16.8 ms that begin at 0x…52000000
///                           ──
/// </code>
/// So everything on a level is earlier than everything on the levels above, and the first slot in use on the lowest level in use
/// is next. The base goes on only when that slot is taken out. Deadlines are looked at with the sign turned, so that
/// negative ones come first. An entry is moved at most once a level in its life.
/// </remarks>
internal sealed class Wheel
{
    private const int Levels = 8;
    private const int Slots = 256;
    private const int Words = Slots / 64;
    private const ulong Sign = 1UL << 63;

    /// <summary>Slots of up to 18 minutes are made at once, so that running timers allocate nothing.</summary>
    private const int LastUsual = 5;

    private const uint LeastRun = 256;

    /// <summary>So few entries are taken out of a slot of any width.</summary>
    private const int Few = 16;

    /// <summary>Slots of up to 17 ms are taken out as they are, unless that proves too wide.</summary>
    private const int Widest = 3;

    private readonly EntryPool _pool;
    private readonly Slot[]?[] _slots = new Slot[Levels][];
    private readonly ulong[] _used = new ulong[Levels * Words];
    private uint _levels;
    private int _widest = Widest;
    private int _sweepAt; // the slot that is swept, counted over all levels
    private int _sweepLeft; // entries in it that are still to be looked at
    private ulong _base;

    public Wheel(EntryPool pool)
    {
        _pool = pool;
        for (var level = 0; level <= LastUsual; level++)
        {
            AddLevel(level);
        }
    }

    public int Count { get; private set; }

    /// <summary>The largest deadline that the wheel does not take.</summary>
    public long Limit { get; private set; }

    public void Begin(long from)
    {
        Debug.Assert(Count == 0, "only an empty wheel begins anew");
        _base = (ulong)from ^ Sign;
        Limit = from == long.MinValue ? from : from - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in QueueEntry entry, bool ordered)
    {
        Debug.Assert(entry.Deadline > Limit, "earlier ones are the heap's");
        var point = (ulong)entry.Deadline ^ Sign;
        var level = (63 - BitOperations.LeadingZeroCount((point ^ _base) | 1)) >> 3;
        var digit = (int)(point >> (level * 8)) & (Slots - 1);
        ref var slot = ref (_slots[level] ?? AddLevel(level))[digit];
        slot.Add(_pool, entry);
        slot.IsUnordered |= !ordered;
        _used[level * Words + (digit >> 6)] |= 1UL << digit;
        _levels |= 1u << level;
        Count++;
        _pool.Work.Filed++;
    }

    /// <summary>Much is armed to before the end of a run: the next are to be of narrower slots.</summary>
    public void Narrow() => _widest = Math.Max(0, _widest - 1);

    /// <summary>Nothing has been for long.</summary>
    public void Widen() => _widest = Math.Min(Widest, _widest + 1);

    /// <summary>
    /// Takes the next slot out, sorted, into a run; nothing that is left or added from now on is before its end. Slots with too many
    /// entries are spread over the levels below first.
    /// </summary>
    public int TakeNext(ref QueueEntry[] run, int most, TimerStore store)
    {
        Debug.Assert(Count != 0, "there is a next slot");
        while (true)
        {
            var level = BitOperations.TrailingZeroCount(_levels);
            var slot = Detach(level, out var digit);
            if (level > 0 && slot.Count > (level > _widest ? Few : most))
            {
                Spread(slot, level, digit);
                continue;
            }

            TakeSorted(slot, ref run, store);
            return slot.Count;
        }
    }

    /// <summary>Begins to go through all entries, a chunk at a time.</summary>
    public void BeginSweep() => (_sweepAt, _sweepLeft) = (-1, 0);

    /// <summary>
    /// Takes the next entries out, at most a chunk's; 0 when all were. Those that are filed again, behind the others of their slot, may come
    /// once more.
    /// </summary>
    public int Sweep(Span<QueueEntry> into)
    {
        while (_sweepLeft <= 0 || SweptSlot.Count == 0)
        {
            _sweepAt = NextUsed(_sweepAt + 1);
            if (_sweepAt == Levels * Slots)
            {
                return 0;
            }

            _sweepLeft = SweptSlot.Count;
        }

        ref var slot = ref SweptSlot;
        var taken = slot.TakeChunk(_pool, into);
        Count -= taken;
        _sweepLeft -= taken;
        if (slot.Count == 0)
        {
            Unmark(_sweepAt / Slots, _sweepAt % Slots);
        }

        return taken;
    }

    /// <summary>Every entry, in no order. The wheel is empty then.</summary>
    public void Drain<TTaker>(ref TTaker taker)
        where TTaker : struct, IEntryTaker, allows ref struct
    {
        while (_levels != 0)
        {
            var slot = Detach(BitOperations.TrailingZeroCount(_levels), out _);
            for (var walk = slot.Consume(_pool); walk.Next();)
            {
                taker.Take(walk.Entries);
            }
        }
    }

    /// <summary>Every entry, in no order, left as it is.</summary>
    public IEnumerable<QueueEntry> Entries()
    {
        foreach (var slots in _slots.Where(static s => s is not null))
        {
            foreach (var slot in slots!)
            {
                foreach (var entry in Copy(slot))
                {
                    yield return entry;
                }
            }
        }
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        var count = 0;
        for (var level = 0; level < Levels; level++)
        {
            for (var digit = 0; digit < Slots; digit++)
            {
                var slot = _slots[level]?[digit] ?? default;
                count += slot.Count;
                Debug.Assert(slot.Count != 0 == IsUsed(level, digit), "a slot in use is marked");
                Debug.Assert(Copy(slot).All(e => IsAt(e.Deadline, level, digit)), "an entry lies where its deadline says");
            }
        }

        Debug.Assert(count == Count, "every entry is counted");
    }

    private bool IsUsed(int level, int digit) => (_used[level * Words + (digit >> 6)] >> (digit & 63) & 1) != 0;

    private bool IsAt(long deadline, int level, int digit)
    {
        var point = (ulong)deadline ^ Sign;
        return deadline > Limit && point >= _base
            && (63 - BitOperations.LeadingZeroCount((point ^ _base) | 1)) >> 3 == level
            && ((int)(point >> (level * 8)) & (Slots - 1)) == digit;
    }

    private QueueEntry[] Copy(in Slot slot)
    {
        var entries = new List<QueueEntry>(slot.Count);
        for (var walk = slot.Walk(_pool); walk.Next();)
        {
            entries.AddRange(walk.Entries);
        }

        return [.. entries];
    }

    private ref Slot SweptSlot => ref _slots[_sweepAt / Slots]![_sweepAt % Slots];

    /// <summary>The first slot in use from this place on; behind the last when there is none.</summary>
    private int NextUsed(int from)
    {
        for (var word = from / 64; word < _used.Length; word++)
        {
            var bits = word == from / 64 ? _used[word] >> (from & 63) << (from & 63) : _used[word];
            if (bits != 0)
            {
                return (word * 64) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return Levels * Slots;
    }

    private void Unmark(int level, int digit)
    {
        var words = _used.AsSpan(level * Words, Words);
        words[digit >> 6] &= ~(1UL << digit);
        if (!words.ContainsAnyExcept(0UL))
        {
            _levels &= ~(1u << level);
        }
    }

    private Slot[] AddLevel(int level) => _slots[level] = new Slot[Slots];

    private Slot Detach(int level, out int digit)
    {
        var words = _used.AsSpan(level * Words, Words);
        var word = words.IndexOfAnyExcept(0UL);
        digit = (word << 6) + BitOperations.TrailingZeroCount(words[word]);
        Unmark(level, digit);
        ref var place = ref _slots[level]![digit];
        var slot = place;
        place = default;
        Count -= slot.Count;
        return slot;
    }

    private void Spread(in Slot slot, int level, int digit)
    {
        var shift = level * 8;
        _base = (level == Levels - 1 ? 0 : _base >> (shift + 8) << (shift + 8)) | (ulong)digit << shift;
        Limit = (long)(_base ^ Sign) - 1;
        for (var walk = slot.Consume(_pool); walk.Next();)
        {
            foreach (ref readonly var entry in walk.Entries)
            {
                Add(entry, !slot.IsUnordered);
            }
        }
    }

    private void TakeSorted(in Slot slot, ref QueueEntry[] run, TimerStore store)
    {
        if (run.Length < slot.Count)
        {
            run = GC.AllocateUninitializedArray<QueueEntry>((int)BitOperations.RoundUpToPowerOf2(Math.Max(LeastRun, (uint)slot.Count)));
        }

        var to = run.AsSpan(0, slot.Count);
        if (!CopyInOrder(slot, to, out var least, out var most))
        {
            _pool.Sorter.Sort(_pool, slot, least, most, to);
        }

        for (var walk = slot.Consume(_pool); walk.Next();)
        {
        }

        if (slot.IsUnordered)
        {
            _pool.Sorter.SortTies(to, store);
        }

        _base = (ulong)most ^ Sign;
        Limit = most;
        _pool.Work.Sorted += slot.Count;
    }

    /// <summary>Copies a slot that is in order as it is; else finds out between what its deadlines lie.</summary>
    private bool CopyInOrder(in Slot slot, Span<QueueEntry> to, out long least, out long most)
    {
        (least, most) = (long.MaxValue, long.MinValue);
        var isSorted = true;
        var at = 0;
        for (var walk = slot.Walk(_pool); walk.Next();)
        {
            foreach (ref readonly var entry in walk.Entries)
            {
                isSorted &= entry.Deadline >= most;
                least = Math.Min(least, entry.Deadline);
                most = Math.Max(most, entry.Deadline);
            }

            if (isSorted)
            {
                walk.Entries.CopyTo(to[at..]);
                at += walk.Entries.Length;
            }
        }

        return isSorted;
    }
}

/// <summary>Whoever takes what a wheel is drained of.</summary>
internal interface IEntryTaker
{
    void Take(ReadOnlySpan<QueueEntry> entries);
}
