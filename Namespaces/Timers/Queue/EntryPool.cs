using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <summary>
/// What the large queues of a table share: chunks of entries, which slots are chains of, and room to sort in. A chunk that a slot
/// gives up is the next one's.
/// </summary>
internal sealed class EntryPool
{
    public const int ChunkSize = 1 << ChunkShift;
    public const int ChunkMask = ChunkSize - 1;

    private const int ChunkShift = 5;
    private const int LineEntries = 4;
    private const int SlabShift = 6;
    private const int SlabChunks = 1 << SlabShift;

    private QueueEntry[][] _slabs = [];
    private int[] _next = [];
    private int _chunks;
    private int _free = -1;
    private Wheel? _spare;
    private bool _hasWheel;

    public EntrySorter Sorter { get; } = new();

    public QueueWork Work;

    /// <summary>Chunks that hold entries.</summary>
    public int InUse { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<QueueEntry> At(int chunk) => _slabs[chunk >> SlabShift].AsSpan((chunk & (SlabChunks - 1)) << ChunkShift, ChunkSize);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref QueueEntry At(int chunk, int place) => ref _slabs[chunk >> SlabShift][((chunk & (SlabChunks - 1)) << ChunkShift) + place];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int chunk) => _next[chunk];

    public void Link(int chunk, int next) => _next[chunk] = next;

    public int Rent()
    {
        if (_free < 0)
        {
            Grow();
        }

        var chunk = _free;
        _free = _next[chunk];
        InUse++;
        if (_free >= 0)
        {
            PrefetchChunk(_free);
        }

        return chunk;
    }

    /// <summary>Asks for the chunk that is rented next: where many slots are filled at once, each store into a new one would be waited for.</summary>
    private void PrefetchChunk(int chunk)
    {
        var entries = At(chunk);
        for (var i = 0; i < ChunkSize; i += LineEntries)
        {
            Prefetch.Line(ref entries[i]);
        }
    }

    /// <summary>Takes a chunk back. It is the next to be rented, while it is still near.</summary>
    public void Return(int chunk)
    {
        _next[chunk] = _free;
        _free = chunk;
        InUse--;
    }

    /// <summary>An empty wheel.</summary>
    public Wheel RentWheel()
    {
        var wheel = _spare ?? new Wheel(this);
        _spare = _hasWheel ? null : new Wheel(this); // for the first rebuild
        _hasWheel = true;
        return wheel;
    }

    public void Return(Wheel wheel) => _spare = wheel;

    private void Grow()
    {
        var slab = _chunks >> SlabShift;
        if (slab == _slabs.Length)
        {
            var slabs = Math.Max(4, slab + slab / 2);
            Array.Resize(ref _slabs, slabs);
            Array.Resize(ref _next, slabs << SlabShift);
        }

        _slabs[slab] = GC.AllocateUninitializedArray<QueueEntry>(SlabChunks << ChunkShift);
        for (var i = SlabChunks - 1; i >= 0; i--)
        {
            _next[_chunks + i] = _free;
            _free = _chunks + i;
        }

        _chunks += SlabChunks;
    }
}
