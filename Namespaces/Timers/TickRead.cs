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
