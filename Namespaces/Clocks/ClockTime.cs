using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using NodaTime;

namespace TimeNs.Clocks;

/// <summary>
/// A point on a clock, in nanoseconds since that clock's zero.
/// </summary>
/// <remarks>
/// All arithmetic saturates, and <see cref="Never"/> stays never (INV-9):
/// <code>
///   MinValue ............ 0 ............................. Never
///   -292 years       the clock's zero       2^63-1 ns, about 292 years (KTIME_MAX)
/// </code>
/// The zero of CLOCK_REALTIME is 1970-01-01T00:00:00Z. A namespace's REALTIME can read below zero only after its host's
/// wall clock was set back further than the offset allows for.
/// </remarks>
/// <param name="Nanoseconds">Nanoseconds since the clock's zero; <see cref="long.MaxValue"/> is <see cref="Never"/>.</param>
[SuppressMessage("Design", "CA1036:Override methods on comparable types", Justification = "The comparison operators are below.")]
public readonly record struct ClockTime(long Nanoseconds) : IComparable<ClockTime>
{
    internal const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The clock's zero.</summary>
    public static ClockTime Zero => default;

    /// <summary>The deadline that is never reached (KTIME_MAX, rule S8).</summary>
    public static ClockTime Never => new(long.MaxValue);

    /// <summary>The earliest point that can be represented.</summary>
    public static ClockTime MinValue => new(long.MinValue);

    /// <summary>True for <see cref="Never"/>.</summary>
    public bool IsNever => Nanoseconds == long.MaxValue;

    /// <summary>The point as a wall-clock instant: meaningful on REALTIME clocks. Saturates to <see cref="Never"/>.</summary>
    public static ClockTime FromInstant(Instant instant) => FromSinceZero(instant - NodaConstants.UnixEpoch);

    /// <summary>The point that lies <paramref name="sinceZero"/> after the clock's zero. Saturates.</summary>
    public static ClockTime FromSinceZero(Duration sinceZero) => new(SaturatingNanoseconds(sinceZero));

    /// <summary>Reads the clock as a wall clock. Any value has an instant (years 1677 to 2262).</summary>
    public Instant ToInstant() => NodaConstants.UnixEpoch + Duration.FromNanoseconds(Nanoseconds);

    /// <summary>The time since the clock's zero.</summary>
    public Duration ToDuration() => Duration.FromNanoseconds(Nanoseconds);

    /// <summary>The point as seconds and nanoseconds; nanoseconds are in 0..999999999, so that -0.5 s is (-1, 500000000).</summary>
    public Timespec ToTimespec() => Timespec.FromNanoseconds(Nanoseconds);

    /// <summary>The later point, saturating; never stays never, and nothing but never becomes never by adding a negative.</summary>
    /// <param name="nanoseconds">Any value, negative too.</param>
    public ClockTime Plus(long nanoseconds) => IsNever ? this : new(AddSaturating(Nanoseconds, nanoseconds));

    /// <summary>Nanoseconds from <paramref name="earlier"/> to this point, saturating; negative when this one is earlier.</summary>
    public long Since(ClockTime earlier) => SubtractSaturating(Nanoseconds, earlier.Nanoseconds);

    /// <inheritdoc/>
    public int CompareTo(ClockTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>True when <paramref name="a"/> is earlier.</summary>
    public static bool operator <(ClockTime a, ClockTime b) => a.Nanoseconds < b.Nanoseconds;

    /// <summary>True when <paramref name="a"/> is later.</summary>
    public static bool operator >(ClockTime a, ClockTime b) => a.Nanoseconds > b.Nanoseconds;

    /// <summary>True when <paramref name="a"/> is not later.</summary>
    public static bool operator <=(ClockTime a, ClockTime b) => a.Nanoseconds <= b.Nanoseconds;

    /// <summary>True when <paramref name="a"/> is not earlier.</summary>
    public static bool operator >=(ClockTime a, ClockTime b) => a.Nanoseconds >= b.Nanoseconds;

    /// <summary>Seconds with nine decimals, or <c>never</c>.</summary>
    public override string ToString()
    {
        if (IsNever)
        {
            return "never";
        }

        var magnitude = UInt128Magnitude(Nanoseconds);
        return $"{(Nanoseconds < 0 ? "-" : "")}{magnitude / NanosecondsPerSecond}.{magnitude % NanosecondsPerSecond:D9}s";
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long AddSaturating(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long SubtractSaturating(long a, long b)
    {
        var difference = unchecked(a - b);
        return ((a ^ b) & (a ^ difference)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : difference;
    }

    internal static long SaturatingNanoseconds(Duration duration)
    {
        var nanoseconds = duration.ToInt128Nanoseconds();
        return nanoseconds > long.MaxValue ? long.MaxValue : nanoseconds < long.MinValue ? long.MinValue : (long)nanoseconds;
    }

    private static UInt128 UInt128Magnitude(long value) => (UInt128)Int128.Abs(value);
}
