using NodaTime;

namespace TimeNs.Clocks;

/// <summary>
/// Seconds and nanoseconds as a caller of the kernel would write them (<c>struct timespec</c>); it can hold a malformed value,
/// so that the value can be refused rather than repaired (rule S2).
/// </summary>
/// <param name="Seconds">Whole seconds.</param>
/// <param name="Nanoseconds">0..999999999 when well formed.</param>
public readonly record struct Timespec(long Seconds, long Nanoseconds)
{
    /// <summary>The seconds from which a value saturates to <see cref="ClockTime.Never"/> (KTIME_SEC_MAX, rule S8).</summary>
    public const long SaturatingSeconds = long.MaxValue / ClockTime.NanosecondsPerSecond;

    /// <summary>True when <c>Seconds &gt;= 0</c> and <c>0 &lt;= Nanoseconds &lt; 10^9</c> (<c>timespec64_valid</c>, rule S2).</summary>
    public bool IsValid => Seconds >= 0 && Nanoseconds is >= 0 and < ClockTime.NanosecondsPerSecond;

    /// <summary>The value in nanoseconds, saturating as <c>timespec64_to_ktime</c> does (rule S8).</summary>
    /// <exception cref="ArgumentException">The value is not <see cref="IsValid"/>.</exception>
    public long ToNanoseconds()
    {
        if (!IsValid)
        {
            throw new ArgumentException($"The timespec {this} is malformed: seconds must be at least 0 and nanoseconds in 0..999999999.");
        }

        return Seconds >= SaturatingSeconds ? long.MaxValue : Seconds * ClockTime.NanosecondsPerSecond + Nanoseconds;
    }

    /// <summary>The value with its nanoseconds in 0..999999999, so that -1 ns is (-1, 999999999).</summary>
    public static Timespec FromNanoseconds(long nanoseconds)
    {
        var seconds = Math.DivRem(nanoseconds, ClockTime.NanosecondsPerSecond, out var rest);
        return rest < 0
            ? new Timespec(seconds - 1, rest + ClockTime.NanosecondsPerSecond)
            : new Timespec(seconds, rest);
    }

    /// <summary>As <see cref="FromNanoseconds"/>, from a duration; saturates at about 292 years.</summary>
    public static Timespec FromDuration(Duration duration) => FromNanoseconds(ClockTime.SaturatingNanoseconds(duration));

    /// <summary><c>[seconds, nanoseconds]</c>.</summary>
    public override string ToString() => $"[{Seconds}, {Nanoseconds}]";
}
