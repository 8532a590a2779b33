namespace TimeNs.Clocks;

/// <summary>
/// The three clocks read at one moment, of a host or of a namespace.
/// </summary>
/// <remarks>
/// A source of readings keeps <see cref="WallOffset"/> exactly the same from one reading to the next unless the wall clock was
/// set or the host was suspended: that difference is how a clock set is recognised (rule X1).
/// </remarks>
/// <param name="Realtime">CLOCK_REALTIME.</param>
/// <param name="Monotonic">CLOCK_MONOTONIC.</param>
/// <param name="Boottime">CLOCK_BOOTTIME.</param>
public readonly record struct ClockReadings(ClockTime Realtime, ClockTime Monotonic, ClockTime Boottime)
{
    /// <summary>The reading of one clock.</summary>
    public ClockTime this[ClockBase clock] => clock switch
    {
        ClockBase.Realtime => Realtime,
        ClockBase.Monotonic => Monotonic,
        _ => Boottime,
    };

    /// <summary>The reading of one clock.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a known clock.</exception>
    public ClockTime this[ClockId clock] => this[clock.Base()];

    /// <summary>REALTIME - MONOTONIC in nanoseconds: what a cancel-on-set timer remembers (<c>ktime_mono_to_real</c>).</summary>
    public long WallOffset => Realtime.Since(Monotonic);

    /// <summary>BOOTTIME - MONOTONIC in nanoseconds: how long the host has been suspended.</summary>
    public long SuspendedTime => Boottime.Since(Monotonic);

    /// <summary>All three clocks moved on by the same amount, saturating.</summary>
    /// <param name="nanoseconds">At least 0 for a real passage of time.</param>
    public ClockReadings Plus(long nanoseconds) =>
        new(Realtime.Plus(nanoseconds), Monotonic.Plus(nanoseconds), Boottime.Plus(nanoseconds));

    internal ClockReadings With(ClockBase clock, ClockTime reading) => clock switch
    {
        ClockBase.Realtime => this with { Realtime = reading },
        ClockBase.Monotonic => this with { Monotonic = reading },
        _ => this with { Boottime = reading },
    };
}
