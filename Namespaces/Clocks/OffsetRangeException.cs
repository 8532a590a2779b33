using NodaTime;
using NodaTime.Text;

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
            $"{clock} would read {Show(clock, (Int128)host.Nanoseconds + offsetNs)} in the namespace; it must lie within {Show(clock, 0)} and {Show(clock, Limit)}.") =>
        Clock = clock;

    internal OffsetRangeException(ClockBase clock, Duration offset)
        : base(Parameter(clock), offset, $"An offset of {clock} must fit into 64 bits of nanoseconds, about 292 years.") =>
        Clock = clock;

    /// <summary>The clock whose offset was refused.</summary>
    public ClockBase Clock { get; }

    private static Int128 Limit => (Int128)ClockOffsets.MaxReadingSeconds * ClockTime.NanosecondsPerSecond;

    /// <summary>A wall clock as an instant where it has one, the others in seconds.</summary>
    private static string Show(ClockBase clock, Int128 nanoseconds) =>
        clock == ClockBase.Realtime && nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue
            ? InstantPattern.ExtendedIso.Format(new ClockTime((long)nanoseconds).ToInstant())
            : $"{nanoseconds / ClockTime.NanosecondsPerSecond} s";

    private static string Parameter(ClockBase clock) => clock switch
    {
        ClockBase.Realtime => "realtime",
        ClockBase.Monotonic => "monotonic",
        _ => "boottime",
    };
}
