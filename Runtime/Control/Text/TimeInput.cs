using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Wire;

namespace TimeNs.Control.Text;

/// <summary>Reads what a client wrote as a time.</summary>
internal static class TimeInput
{
    /// <summary>What the host's own clock reads: an offset of 0.</summary>
    public const string AtHost = "@host";

    public const string WantedSpan = "a span such as \"+3d\", \"-90s\", \"1h30m\" or an integer of nanoseconds";

    public const string WantedInstant = "an instant in UTC such as \"2027-01-01T00:00:00Z\"";

    /// <summary>A span, with an optional sign in front.</summary>
    public static bool TryParseSpan(string text, out Duration span) =>
        DurationText.TryParse(text is ['+', not '-', ..] ? text[1..] : text, out span);

    /// <summary>
    /// The offset of a clock: a span, <c>@host</c>, or for the wall clock the instant that it is to read now.
    /// </summary>
    /// <exception cref="ArgumentException">None of them.</exception>
    /// <exception cref="OffsetRangeException">Longer than 64 bits of nanoseconds.</exception>
    public static long Offset(TimeText input, ClockBase clock, string parameter, in ClockReadings host)
    {
        if (string.Equals(input.Text, AtHost, StringComparison.Ordinal))
        {
            return 0;
        }

        if (clock == ClockBase.Realtime && InstantText.TryParse(input.Text, out var instant))
        {
            return ClockTime.FromInstant(instant).Since(host.Realtime);
        }

        var wanted = clock == ClockBase.Realtime ? $"{WantedSpan}, {WantedInstant}, or \"{AtHost}\"" : $"{WantedSpan}, or \"{AtHost}\"";
        return OffsetOf(clock, Span(input, parameter, wanted));
    }

    /// <exception cref="ArgumentException">No span.</exception>
    public static Duration Span(TimeText input, string parameter, string wanted = WantedSpan) => TryParseSpan(input.Text, out var span)
        ? span
        : throw new ArgumentException($"'{Shown(input.Text)}' is not {wanted}.", parameter);

    /// <summary>A point on a clock: an instant where the clock is a wall clock, else a span since the clock's zero.</summary>
    /// <exception cref="ArgumentException">Neither, or an instant for a clock that has none.</exception>
    public static ClockTime Point(TimeText input, ClockId clock, string parameter)
    {
        if (clock.Base() != ClockBase.Realtime)
        {
            return ClockTime.FromSinceZero(Span(input, parameter, $"a point on {clock.LinuxName()}, which is {WantedSpan} since the clock's zero"));
        }

        return InstantText.TryParse(input.Text, out var instant)
            ? ClockTime.FromInstant(instant)
            : ClockTime.FromSinceZero(Span(input, parameter, $"{WantedInstant}, or {WantedSpan} since 1970"));
    }

    /// <summary>Text of a client's in a message: printable, and not all of it when it is long.</summary>
    public static string Shown(string text)
    {
        var head = text.Length > 64 ? string.Concat(text.AsSpan(0, 64), "...") : text;
        return string.Concat(head.Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }

    private static long OffsetOf(ClockBase clock, Duration span) => clock switch
    {
        ClockBase.Realtime => ClockOffsets.Of(realtime: span).RealtimeNs,
        ClockBase.Monotonic => ClockOffsets.Of(monotonic: span).MonotonicNs,
        _ => ClockOffsets.Of(boottime: span).BoottimeNs,
    };
}
