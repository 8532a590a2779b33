using NodaTime;

namespace TimeNs.Clocks;

/// <summary>
/// Refuses an offset with which a clock of the namespace would read below 0 or beyond
/// <see cref="ClockOffsets.MaxReadingSeconds"/> (ERANGE, rule N5). Nothing has changed when it is thrown.
/// </summary>
public sealed class OffsetRangeException : ArgumentOutOfRangeException
{
    /// <summary>An offset refused against the host's reading.</summary>
    public OffsetRangeException(ClockBase clock, long offsetNs, ClockTime host)
        : base(Parameter(clock), Duration.FromNanoseconds(offsetNs),
            $"{clock} would read {(Int128)host.Nanoseconds + offsetNs} ns in the namespace; it must stay within 0 and {ClockOffsets.MaxReadingSeconds} s (host {host}).") =>
        Clock = clock;

    internal OffsetRangeException(ClockBase clock, Duration offset)
        : base(Parameter(clock), offset, $"An offset of {clock} must fit into 64 bits of nanoseconds, about 292 years.") =>
        Clock = clock;

    /// <summary>The clock whose offset was refused.</summary>
    public ClockBase Clock { get; }

    private static string Parameter(ClockBase clock) => clock switch
    {
        ClockBase.Realtime => "realtime",
        ClockBase.Monotonic => "monotonic",
        _ => "boottime",
    };
}
