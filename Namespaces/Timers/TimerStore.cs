using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// The timers of all namespaces of a table: nodes of one cache line, found by index, in slabs that never move once they are full
/// size. Beside them whoever is told of a timer, and what few timers have.
/// </summary>
/// <remarks>
/// <code>
///   index ─┬─ slab ──▶ base address + place * 64     a node: no reference in it, nothing for the collector to follow
///          └─ slab ──▶ tags[place]                    whoever is told
/// </code>
/// A node that was freed is given out again with a new generation, by which a <see cref="TimerState"/> of its earlier life is
/// told apart. The first slab begins small, for the many tables with few timers. Slabs are given back with the table.
/// <para>
/// All is changed under the lock of the owner. Without it one may ask for who is told and look at the word of a node that tells its
/// generation and epoch (<see cref="TimerState.Stands"/>): memory that was a node's stays readable, and arrays are replaced, not reused.
/// </para>
/// </remarks>
internal sealed class TimerStore
{
    private const int SlabShift = 10;
    private const int SlabSize = 1 << SlabShift;
    private const int SlabMask = SlabSize - 1;
    private const int FirstSlab = 16;

    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<int, long> _drops = [];
    private readonly Dictionary<int, long> _wideIds = [];
    private readonly Stack<int> _freeOwners = new();
    private readonly List<byte[]> _outgrown = []; // whoever looks at a node without the lock may still look here
    private nint[] _bases = [];
    private byte[][] _slabs = [];
    private object?[]?[] _tags = [];
    private object?[]?[] _told = [];
    private TimeNamespace?[] _owners = new TimeNamespace?[4];
    private int _ownerCount;
    private int _capacity;
    private int _used;
    private int _free = -1;

    /// <summary>What queues with many timers share.</summary>
    public EntryPool Pool { get; } = new();

    /// <summary>Nodes that were ever given out.</summary>
    public int Used => _used;

    /// <summary>Timers that are open.</summary>
    public int Live { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TimerNode At(int index) => ref Unsafe.As<byte, TimerNode>(
        ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), _bases[index >> SlabShift] + (nint)(index & SlabMask) * TimerNode.Size));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNode(int index) => Prefetch.Line(_bases[index >> SlabShift] + (nint)(index & SlabMask) * TimerNode.Size);

    /// <summary>Asks for a node that may be taken soon, where there is one: those that are free often lie in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNear(int index, int away)
    {
        if ((uint)(index + away) < (uint)_capacity)
        {
            PrefetchNode(index + away);
        }
    }

    /// <summary>Asks for the place where it stands who is told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchToldPlace(int index)
    {
        if (_told[index >> SlabShift] is { } told)
        {
            Prefetch.Line(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(told), index & SlabMask));
        }
    }

    /// <summary>Asks for whoever is told; the place was asked for before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchTold(int index)
    {
        if (_told[index >> SlabShift] is { } told)
        {
            Prefetch.Target(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(told), index & SlabMask));
        }
    }

    /// <summary>A new timer, disarmed.</summary>
    public int Allocate(ClockId clock, TimeNamespace owner, long wallOffset)
    {
        var index = Take();
        At(index).Begin(clock, owner.StoreIndex, wallOffset);
        return index;
    }

    /// <summary>A node for a new timer, whose life is still to begin.</summary>
    public int Take()
    {
        int index;
        if (_free >= 0)
        {
            index = _free;
            _free = (int)At(index).IntervalNs;
        }
        else
        {
            if (_used == _capacity)
            {
                Grow(_used + 1);
            }

            index = _used++;
        }

        Live++;
        return index;
    }

    /// <summary>Makes room for many timers at once, beside what others left.</summary>
    public void Reserve(int timers)
    {
        while (_capacity - Live < timers)
        {
            Grow(Live + timers);
        }
    }

    /// <summary>Ends a timer. Its handles say so; its node is given out again.</summary>
    public void Free(int index)
    {
        ref var node = ref At(index);
        Debug.Assert(!node.Is(TimerNode.Closed), "closed once");
        if (node.Is(TimerNode.Named | TimerNode.DropPending | TimerNode.WideId))
        {
            _names.Remove(index);
            _drops.Remove(index);
            _wideIds.Remove(index);
        }

        SetTag(index, null);
        SetTold(index, null);
        node.End();
        Live--;
        if (node.Generation < TimerNode.LastGeneration)
        {
            node.IntervalNs = _free;
            _free = index;
        }
    }

    public long IdOf(int index)
    {
        ref var node = ref At(index);
        return node.Is(TimerNode.WideId) ? _wideIds[index] : node.ShortId;
    }

    public void SetId(int index, long id)
    {
        ref var node = ref At(index);
        if (id <= uint.MaxValue)
        {
            node.ShortId = (uint)id;
        }
        else
        {
            _wideIds[index] = id;
            node.Set(TimerNode.WideId, true);
        }
    }

    public string? NameOf(int index) => At(index).Is(TimerNode.Named) ? _names[index] : null;

    public void SetName(int index, string name)
    {
        _names[index] = name;
        At(index).Set(TimerNode.Named, true);
    }

    /// <summary>What the owner hangs on the timer.</summary>
    public object? TagOf(int index) => _tags[index >> SlabShift]?[index & SlabMask];

    public void SetTag(int index, object? tag) => Set(_tags, index, tag);

    /// <summary>Whoever is told; from any thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public object? ToldOf(int index) => _told[index >> SlabShift] is { } told ? told[index & SlabMask] : null;

    public void SetTold(int index, object? told) => Set(_told, index, told);

    /// <summary>Nanoseconds to drop when the timer expires.</summary>
    public long DropOf(int index) => At(index).Is(TimerNode.DropPending) ? _drops[index] : 0;

    public void SetDrop(int index, long nanoseconds)
    {
        At(index).Set(TimerNode.DropPending, nanoseconds != 0);
        if (nanoseconds == 0)
        {
            _drops.Remove(index);
        }
        else
        {
            _drops[index] = nanoseconds;
        }
    }

    public TimeNamespace OwnerOf(in TimerNode node) => _owners[node.Owner]!;

    /// <summary>Gives a namespace the number by which its timers know it.</summary>
    public int AddOwner(TimeNamespace owner)
    {
        if (_freeOwners.TryPop(out var free))
        {
            _owners[free] = owner;
            return free;
        }

        if (_ownerCount == _owners.Length)
        {
            Array.Resize(ref _owners, Math.Min(TimerNode.MaxOwners, _owners.Length * 2));
        }

        _owners[_ownerCount] = owner;
        return _ownerCount++;
    }

    /// <summary>The namespace is closed and has no timer any more.</summary>
    public void RemoveOwner(int owner)
    {
        _owners[owner] = null;
        _freeOwners.Push(owner);
    }

    /// <summary>Every open timer of a namespace, by looking at all there are.</summary>
    public IEnumerable<int> OwnedBy(int owner) => Enumerable.Range(0, _used).Where(i => IsOwned(i, owner));

    /// <summary>The open timers of a namespace, which are so many, from the last node to the first.</summary>
    public int[] OwnedFromLast(int owner, int count)
    {
        var owned = new int[count];
        var found = 0;
        for (var i = _used - 1; i >= 0 && found < count; i--)
        {
            if (IsOwned(i, owner))
            {
                owned[found++] = i;
            }
        }

        Debug.Assert(found == count, "every one is found");
        return owned;
    }

    private bool IsOwned(int index, int owner)
    {
        ref var node = ref At(index);
        return node.Owner == owner && !node.Is(TimerNode.Closed);
    }

    private void Grow(int wanted)
    {
        if (_capacity < SlabSize)
        {
            GrowFirst(Math.Min(SlabSize, Math.Max(FirstSlab, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)wanted))));
            return;
        }

        var slab = _capacity >> SlabShift;
        if (slab == _bases.Length)
        {
            Array.Resize(ref _bases, slab * 2);
            Array.Resize(ref _slabs, slab * 2);
            Array.Resize(ref _tags, slab * 2);
            Array.Resize(ref _told, slab * 2);
        }

        _slabs[slab] = NewSlab(SlabSize, out _bases[slab]);
        _capacity += SlabSize;
    }

    private void GrowFirst(int size)
    {
        if (_capacity == 0)
        {
            (_bases, _slabs, _tags, _told) = (new nint[1], new byte[1][], new object?[]?[1], new object?[]?[1]);
        }

        var slab = NewSlab(size, out var address);
        for (var i = 0; i < _used; i++)
        {
            Place(address, i) = At(i);
        }

        if (_used != 0)
        {
            _outgrown.Add(_slabs[0]);
        }

        (_slabs[0], _bases[0]) = (slab, address);
        Widen(_tags, size);
        Widen(_told, size);
        _capacity = size;
    }

    private static void Widen(object?[]?[] slabs, int size)
    {
        if (slabs[0] is not null)
        {
            Array.Resize(ref slabs[0], size);
        }
    }

    private void Set(object?[]?[] slabs, int index, object? value)
    {
        ref var slab = ref slabs[index >> SlabShift];
        if (slab is not null || value is not null)
        {
            (slab ??= new object?[Math.Min(SlabSize, Math.Max(_capacity, FirstSlab))])[index & SlabMask] = value;
        }
    }

    private static ref TimerNode Place(nint address, int index) =>
        ref Unsafe.As<byte, TimerNode>(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), address + (nint)index * TimerNode.Size));

    /// <summary>Pinned, so that an address can be kept, and aligned to the cache line. Zeroed: a node begins in generation 0.</summary>
    private static byte[] NewSlab(int nodes, out nint address)
    {
        var slab = GC.AllocateArray<byte>((nodes + 1) * TimerNode.Size, pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(slab, 0);
        address = (start + TimerNode.Size - 1) & ~(nint)(TimerNode.Size - 1);
        return slab;
    }
}
