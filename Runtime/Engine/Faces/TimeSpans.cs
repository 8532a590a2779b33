using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>The base library's 100 ns ticks and our nanoseconds.</summary>
internal static class TimeSpans
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Saturates at about 292 years.</summary>
    public static long ToNanoseconds(TimeSpan span) => span.Ticks switch
    {
        > long.MaxValue / NanosecondsPerTick => long.MaxValue,
        < long.MinValue / NanosecondsPerTick => long.MinValue,
        var ticks => ticks * NanosecondsPerTick,
    };

    /// <summary>Rounds down to 100 ns.</summary>
    public static TimeSpan ToTimeSpan(long nanoseconds) => new(nanoseconds / NanosecondsPerTick);

    /// <summary>Rounds down to 100 ns; any reading is in the range of <see cref="DateTimeOffset"/>.</summary>
    public static DateTimeOffset ToDateTimeOffset(ClockTime reading)
    {
        var (ticks, rest) = Math.DivRem(reading.Nanoseconds, NanosecondsPerTick);
        return new DateTimeOffset(DateTime.UnixEpoch.Ticks + ticks - (rest < 0 ? 1 : 0), TimeSpan.Zero);
    }

    /// <summary>Saturates to the range of a clock (years 1677 to 2262).</summary>
    public static ClockTime ToClockTime(DateTimeOffset moment) => ClockTime.FromInstant(Instant.FromDateTimeOffset(moment));
}
