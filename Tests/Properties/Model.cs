namespace TimeNs.Tests.Properties;

/// <summary>
/// The reference that the product is compared with: a host and its namespaces, written out rule by rule from the semantics, with
/// lists that are searched and arithmetic that cannot overflow. Slow, and meant to be read beside the rules.
/// </summary>
internal static class Model
{
    public static readonly string[] ClockNames = ["realtime", "monotonic", "boottime"];

    /// <summary>KTIME_MAX (S8).</summary>
    public static Int128 Never => long.MaxValue;

    /// <summary>F7: here the counter saturates.</summary>
    public static Int128 MaxTicks => ulong.MaxValue;

    /// <summary>N5: no clock reads more.</summary>
    public static Int128 EndOfRange => 4_611_686_018 * (Int128)1_000_000_000;

    public static Int128 Saturate(Int128 value) => Int128.Clamp(value, long.MinValue, long.MaxValue);

    /// <summary>F3: floor((now - expiry) / interval) + 1, or 0 before the expiry.</summary>
    public static Int128 Passed(Int128 deadline, Int128 interval, Int128 now) =>
        now < deadline ? 0 : ((now - deadline) / interval) + 1;

    /// <summary>S2, S8.</summary>
    public static Int128 Nanoseconds(long seconds, long nanoseconds) => seconds < 0 || nanoseconds is < 0 or > 999_999_999
        ? throw new ModelException("EINVAL")
        : seconds >= 9_223_372_036 ? Never : ((Int128)seconds * 1_000_000_000) + nanoseconds;

    /// <summary>N5: ERANGE.</summary>
    public static void CheckRange(IEnumerable<Int128> readings)
    {
        if (readings.Any(static r => r < 0 || r > EndOfRange))
        {
            throw new ModelException("ERANGE");
        }
    }
}

/// <summary>An operation that the rules refuse.</summary>
internal sealed class ModelException(string errno) : Exception(errno);

/// <summary>What a model's clocks do over a stop; the names are those of a scenario.</summary>
internal sealed record ModelPolicy(bool RealtimeFrozen, bool MonotonicElapsed, bool BoottimeElapsed, string Missed);

/// <summary>A namespace written down by the model.</summary>
internal sealed record ModelImage(
    string Name, Int128[] Offsets, Int128[] Readings, Int128[] Host, bool Relative, bool HadTimers, long NextId, List<ModelTimer> Timers, int Ephemerals, bool Frozen);

/// <summary>What a reader is told. The points are on the timer's own clock, except for the one that it was read for, which is on its base.</summary>
internal sealed record ModelRead(bool Canceled, Int128 Count, Int128 Due, Int128 At, Int128? FirstDue);
