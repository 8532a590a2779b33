namespace TimeNs.Control.Wire;

/// <summary>What three clocks read at one moment.</summary>
public sealed record Readings
{
    /// <summary>CLOCK_REALTIME as ISO-8601 in UTC with nine decimals.</summary>
    public required string Realtime { get; init; }

    /// <summary>CLOCK_REALTIME in nanoseconds since 1970-01-01T00:00:00Z.</summary>
    public required long RealtimeNs { get; init; }

    /// <summary>CLOCK_MONOTONIC in nanoseconds since its zero.</summary>
    public required long MonotonicNs { get; init; }

    /// <summary>CLOCK_BOOTTIME in nanoseconds since its zero.</summary>
    public required long BoottimeNs { get; init; }
}

/// <summary>What a namespace adds to the clocks of its host.</summary>
public sealed record Offsets
{
    /// <summary>Nanoseconds added to CLOCK_REALTIME.</summary>
    public required long RealtimeNs { get; init; }

    /// <summary>Nanoseconds added to CLOCK_MONOTONIC.</summary>
    public required long MonotonicNs { get; init; }

    /// <summary>Nanoseconds added to CLOCK_BOOTTIME.</summary>
    public required long BoottimeNs { get; init; }
}
