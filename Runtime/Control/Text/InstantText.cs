using NodaTime;
using NodaTime.Text;
using TimeNs.Clocks;

namespace TimeNs.Control.Text;

/// <summary>Instants as ISO-8601 in UTC with up to nine decimals: <c>2026-01-01T00:00:00.000000001Z</c>, and nothing else.</summary>
internal static class InstantText
{
    private const int HourAt = 11;
    private const int SecondsLength = 19;

    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFFF'Z'");

    /// <summary>False when the text is no instant: another zone, more than nine decimals, a day that does not exist.</summary>
    public static bool TryParse(string text, out Instant instant)
    {
        instant = default;
        if (!HasShape(text))
        {
            return false;
        }

        return Pattern.Parse(text).TryGetValue(default, out instant);
    }

    public static string Format(Instant instant) => Pattern.Format(instant);

    /// <summary>A REALTIME reading as an instant.</summary>
    public static string Format(ClockTime reading) => reading.IsNever ? "never" : Format(reading.ToInstant());

    /// <summary>
    /// Four digits of year in front, a day that ends before hour 24, and between the seconds and the Z nothing or a point with its digits.
    /// </summary>
    private static bool HasShape(string text) =>
        text.Length > SecondsLength
        && char.IsAsciiDigit(text[0])
        && !text.AsSpan(HourAt).StartsWith("24")
        && (text.Length == SecondsLength + 1 || (text[SecondsLength] == '.' && text.Length > SecondsLength + 2));
}
