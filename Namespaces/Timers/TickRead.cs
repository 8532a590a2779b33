namespace TimeNs.Timers;

/// <summary>A tick and the point on the timer's base clock that it was read for, so that the read can be taken back.</summary>
internal readonly record struct TickRead
{
    /// <summary>Never has not passed anywhere, so it stands for none.</summary>
    private readonly long _firstDue;

    public TickRead(in Tick tick, long? firstDue)
    {
        Tick = tick;
        _firstDue = firstDue ?? long.MaxValue;
    }

    public Tick Tick { get; }

    public long? FirstDue => _firstDue == long.MaxValue ? null : _firstDue;
}

/// <summary>A tick on its way to the readers of a timer: one cache line.</summary>
/// <param name="Timer">The timer.</param>
/// <param name="Read">What was read.</param>
/// <param name="Epoch">The timer's epoch then: a delivery for an older one is void.</param>
internal readonly record struct Delivery(TimerState Timer, TickRead Read, int Epoch);
