using System.Collections.Frozen;
using TimeNs.Clocks;

namespace TimeNs.Control.Text;

/// <summary>The clocks of Linux by name. Any number may be written instead, so that a bad one can be.</summary>
internal static class ClockName
{
    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["CLOCK_REALTIME"] = 0,
        ["CLOCK_MONOTONIC"] = 1,
        ["CLOCK_PROCESS_CPUTIME_ID"] = 2,
        ["CLOCK_THREAD_CPUTIME_ID"] = 3,
        ["CLOCK_MONOTONIC_RAW"] = 4,
        ["CLOCK_REALTIME_COARSE"] = 5,
        ["CLOCK_MONOTONIC_COARSE"] = 6,
        ["CLOCK_BOOTTIME"] = 7,
        ["CLOCK_REALTIME_ALARM"] = 8,
        ["CLOCK_BOOTTIME_ALARM"] = 9,
        ["CLOCK_SGI_CYCLE"] = 10,
        ["CLOCK_TAI"] = 11,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number of a clock, also of one that no timer can run on.</summary>
    public static bool TryParse(string name, out ClockId clock)
    {
        var known = Numbers.TryGetValue(name, out var number);
        clock = (ClockId)number;
        return known;
    }

    /// <summary>
    /// The clock whose reading <c>clock_gettime</c> gives in a namespace: RAW and COARSE read their base (rule N1), TAI reads
    /// REALTIME. Null for the CPU clocks and for numbers that are no clock.
    /// </summary>
    public static ClockId? ReadAs(ClockId clock) => (int)clock switch
    {
        0 or 5 or 8 or 11 => ClockId.Realtime,
        1 or 4 or 6 => ClockId.Monotonic,
        7 or 9 => ClockId.Boottime,
        _ => null,
    };
}
