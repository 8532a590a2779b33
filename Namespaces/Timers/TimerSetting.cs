using System.Diagnostics.CodeAnalysis;
using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>How a timer's value is to be read (<c>man timerfd_settime</c>, rule S3).</summary>
[Flags]
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "The field's word.")]
public enum SettimeFlags
{
    /// <summary>The value is relative to now.</summary>
    None = 0,

    /// <summary>The value is a point on the timer's clock, in the time of its namespace (TFD_TIMER_ABSTIME).</summary>
    Abstime = 1,

    /// <summary>
    /// With <see cref="Abstime"/> on a REALTIME clock: a read fails once with ECANCELED after the wall clock was set
    /// (TFD_TIMER_CANCEL_ON_SET). Accepted on every clock and kept, without effect elsewhere.
    /// </summary>
    CancelOnSet = 2,
}

/// <summary>
/// What a timer is set to: the first expiration, the interval between further ones, and how the first is to be read.
/// Immutable and well formed by construction.
/// </summary>
public readonly record struct TimerSetting
{
    private TimerSetting(long valueNs, long intervalNs, SettimeFlags flags)
    {
        ValueNs = valueNs;
        IntervalNs = intervalNs;
        Flags = flags;
    }

    /// <summary>Disarms a timer (rule S5).</summary>
    public static TimerSetting Disarmed => default;

    /// <summary>First expiration in nanoseconds: relative, or a point on the clock with <see cref="SettimeFlags.Abstime"/>; 0 disarms; 2^63-1 is never.</summary>
    public long ValueNs { get; }

    /// <summary>Interval between expirations in nanoseconds; 0 is a one-shot (rule S6).</summary>
    public long IntervalNs { get; }

    /// <summary>How the value is to be read.</summary>
    public SettimeFlags Flags { get; }

    /// <summary>True when the value is a point on the clock.</summary>
    public bool IsAbsolute => (Flags & SettimeFlags.Abstime) == SettimeFlags.Abstime; // HasFlag boxes until it is optimised

    /// <summary>Fires once, this long from now.</summary>
    /// <param name="value">More than zero; beyond about 292 years it is never.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public static TimerSetting After(Duration value) => After(value, Duration.Zero);

    /// <summary>Fires this long from now, and then once an interval.</summary>
    /// <param name="value">More than zero.</param>
    /// <param name="interval">Zero for a one-shot; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value that is not positive, or a negative interval.</exception>
    public static TimerSetting After(Duration value, Duration interval) =>
        new(Positive(value, nameof(value)), NotNegative(interval, nameof(interval)), SettimeFlags.None);

    /// <summary>Fires once an interval, the first time one interval from now.</summary>
    /// <param name="interval">More than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public static TimerSetting Every(Duration interval)
    {
        var intervalNs = Positive(interval, nameof(interval));
        return new TimerSetting(intervalNs, intervalNs, SettimeFlags.None);
    }

    /// <summary>Fires once, when the timer's clock reads <paramref name="deadline"/>, at once when it already does (rule S9).</summary>
    /// <param name="deadline">A point on the timer's clock in the time of its namespace, later than the clock's zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A deadline at or before the clock's zero.</exception>
    public static TimerSetting At(ClockTime deadline) => At(deadline, Duration.Zero, cancelOnSet: false);

    /// <summary>Fires when the timer's clock reads <paramref name="deadline"/>, at once when it already does (rule S9).</summary>
    /// <param name="deadline">A point on the timer's clock in the time of its namespace, later than the clock's zero.</param>
    /// <param name="interval">Zero for a one-shot; not negative.</param>
    /// <param name="cancelOnSet">On REALTIME clocks: tell a reader when the wall clock was set.</param>
    /// <exception cref="ArgumentOutOfRangeException">A deadline at or before the clock's zero, or a negative interval.</exception>
    public static TimerSetting At(ClockTime deadline, Duration interval, bool cancelOnSet)
    {
        if (deadline <= ClockTime.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(deadline), deadline, "A deadline must be later than the clock's zero.");
        }

        return new TimerSetting(
            deadline.Nanoseconds,
            NotNegative(interval, nameof(interval)),
            cancelOnSet ? SettimeFlags.Abstime | SettimeFlags.CancelOnSet : SettimeFlags.Abstime);
    }

    /// <summary>Fires when the wall clock of the namespace reads <paramref name="instant"/>: for timers on REALTIME clocks.</summary>
    /// <param name="instant">Later than 1970-01-01T00:00:00Z.</param>
    /// <param name="interval">Zero for a one-shot; not negative.</param>
    /// <param name="cancelOnSet">Tell a reader when the wall clock was set.</param>
    /// <exception cref="ArgumentOutOfRangeException">An instant at or before the clock's zero, or a negative interval.</exception>
    public static TimerSetting At(Instant instant, Duration interval, bool cancelOnSet) =>
        At(ClockTime.FromInstant(instant), interval, cancelOnSet);

    /// <summary>Fires once, when the wall clock of the namespace reads <paramref name="instant"/>: for timers on REALTIME clocks.</summary>
    /// <param name="instant">Later than 1970-01-01T00:00:00Z.</param>
    /// <exception cref="ArgumentOutOfRangeException">An instant at or before the clock's zero.</exception>
    public static TimerSetting At(Instant instant) => At(instant, Duration.Zero, cancelOnSet: false);

    /// <summary>Fires once at a point on the timer's clock, and may tell of clock sets meanwhile.</summary>
    /// <param name="deadline">A point on the timer's clock in the time of its namespace, later than the clock's zero.</param>
    /// <param name="cancelOnSet">On REALTIME clocks: tell a reader when the wall clock was set.</param>
    /// <exception cref="ArgumentOutOfRangeException">A deadline at or before the clock's zero.</exception>
    public static TimerSetting At(ClockTime deadline, bool cancelOnSet) => At(deadline, Duration.Zero, cancelOnSet);

    /// <summary>Fires once, when the wall clock of the namespace reads <paramref name="instant"/>, and may tell of clock sets meanwhile.</summary>
    /// <param name="instant">Later than 1970-01-01T00:00:00Z.</param>
    /// <param name="cancelOnSet">Tell a reader when the wall clock was set.</param>
    /// <exception cref="ArgumentOutOfRangeException">An instant at or before the clock's zero.</exception>
    public static TimerSetting At(Instant instant, bool cancelOnSet) => At(instant, Duration.Zero, cancelOnSet);

    /// <summary>A setting as the kernel takes it, checked as the kernel checks it (rules S1, S2, S8).</summary>
    /// <exception cref="ArgumentException">A flag outside 3, or a malformed timespec, also where the value is zero (EINVAL).</exception>
    public static TimerSetting FromTimespec(SettimeFlags flags, Timespec value, Timespec interval)
    {
        if (!AreKnown(flags))
        {
            throw new ArgumentOutOfRangeException(nameof(flags), (int)flags, "Only TFD_TIMER_ABSTIME (1) and TFD_TIMER_CANCEL_ON_SET (2) are known.");
        }

        return new TimerSetting(value.ToNanoseconds(), interval.ToNanoseconds(), flags);
    }

    internal static bool AreKnown(SettimeFlags flags) => ((int)flags & ~(int)(SettimeFlags.Abstime | SettimeFlags.CancelOnSet)) == 0;

    private static long Positive(Duration duration, string parameter) => duration > Duration.Zero
        ? ClockTime.SaturatingNanoseconds(duration)
        : throw new ArgumentOutOfRangeException(parameter, duration, "Must be more than zero; TimerSetting.Disarmed disarms a timer.");

    private static long NotNegative(Duration duration, string parameter) => duration >= Duration.Zero
        ? ClockTime.SaturatingNanoseconds(duration)
        : throw new ArgumentOutOfRangeException(parameter, duration, "Must not be negative.");
}
