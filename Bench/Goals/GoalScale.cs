namespace TimeNs.Bench.Goals;

/// <summary>How much of everything there is in the rows.</summary>
internal sealed record GoalScale
{
    public int Most { get; init; } = 1_000_000;

    public int Many { get; init; } = 100_000;

    public int Few { get; init; } = 1_000;

    public int LatenessTimers { get; init; } = 10_000;

    /// <summary>Measured in a slice, after a second that is not.</summary>
    public double LatenessSeconds { get; init; } = 4;

    public double SaturationSeconds { get; init; } = 0.7;

    /// <summary>As 1M, 100k, 1k.</summary>
    public static string Name(int timers) => timers switch
    {
        >= 1_000_000 when timers % 1_000_000 == 0 => $"{timers / 1_000_000}M",
        >= 1_000 when timers % 1_000 == 0 => $"{timers / 1_000}k",
        _ => $"{timers}",
    };
}
