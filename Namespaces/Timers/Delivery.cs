using System.Runtime.CompilerServices;

namespace TimeNs.Timers;

/// <summary>A tick on its way to the readers of a timer: one cache line.</summary>
internal struct Delivery
{
    private TimerState _timer;
    private TickRead _read;
    private int _epoch;

    public readonly TimerState Timer => _timer;

    /// <summary>What was read.</summary>
    public readonly TickRead Read => _read;

    public readonly Tick Tick => _read.Tick;

    /// <summary>The timer's epoch then: a delivery for an older one is void.</summary>
    public readonly int Epoch => _epoch;

    /// <summary>Written in place: a batch is written and read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TimerState timer, in TickRead read, int epoch)
    {
        _timer = timer;
        _read = read;
        _epoch = epoch;
    }
}

/// <summary>Ticks on their way, in the order of delivery; its room is used again.</summary>
internal sealed class DeliveryBatch
{
    private Delivery[] _items = new Delivery[16];

    public int Count { get; private set; }

    public Span<Delivery> Items => _items.AsSpan(0, Count);

    /// <summary>The place of one more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Delivery Next()
    {
        var items = _items;
        var at = Count;
        if ((uint)at >= (uint)items.Length)
        {
            items = Grow();
        }

        Count = at + 1;
        return ref items[at];
    }

    public void Clear()
    {
        Items.Clear();
        Count = 0;
    }

    private Delivery[] Grow()
    {
        Array.Resize(ref _items, _items.Length * 2);
        return _items;
    }
}
