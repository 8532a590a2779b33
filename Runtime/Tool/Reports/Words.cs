using System.Globalization;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>Values of the wire as people read them, each whole and short.</summary>
internal static class Words
{
    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;

    /// <summary>A span, exact; shortly its two largest units, or three decimals.</summary>
    public static Cell Span(long nanoseconds) => new(DurationText.Format(nanoseconds), Rough(nanoseconds));

    /// <summary>An offset has a sign, unless there is none.</summary>
    public static Cell Offset(long nanoseconds)
    {
        var sign = nanoseconds > 0 ? "+" : "";
        return new Cell(sign + DurationText.Format(nanoseconds), sign + Rough(nanoseconds));
    }

    /// <summary>A span that may be none.</summary>
    public static Cell SpanOrDash(long nanoseconds) => nanoseconds == 0 ? "-" : Span(nanoseconds);

    /// <summary>A reading of the wall clock.</summary>
    public static Cell Wall(long realtimeNs) => Point(ClockBase.Realtime, new ClockTime(realtimeNs));

    /// <summary>A point on a clock.</summary>
    public static Cell Point(ClockBase clock, ClockTime point)
    {
        var text = Tables.Point(clock, point);
        return new Cell(text, point.IsNever ? text
            : clock == ClockBase.Realtime ? InstantText.Format(Instant.FromUnixTimeSeconds(point.ToInstant().ToUnixTimeSeconds()))
            : $"{Decimal(point.Nanoseconds, Second)}s");
    }

    /// <summary>A point on a clock by its name.</summary>
    public static Cell Point(string clock, long nanoseconds) =>
        TimerClock.TryParse(clock, out var id) ? Point(id.Base(), new ClockTime(nanoseconds)) : Span(nanoseconds);

    /// <summary>The clock by its Linux name, or the short one that the verbs take too.</summary>
    public static Cell Clock(string name) => new(name, TimerClock.TryParse(name, out var id) ? TimerClock.ShortName(id) : name);

    /// <summary>Flags of timerfd_settime.</summary>
    public static Cell Flags(IEnumerable<string> flags)
    {
        var all = flags.ToArray();
        return all.Length == 0 ? "-" : new Cell(
            string.Join('|', all),
            string.Join('|', all.Select(static f => f == "TFD_TIMER_ABSTIME" ? "abs" : f == "TFD_TIMER_CANCEL_ON_SET" ? "cancel" : f)));
    }

    /// <summary>A timer in a line: by its name, else its id; no name is all digits.</summary>
    public static string Timer(string ns, long id, string? name) => $"{ns}/{name ?? id.ToString(CultureInfo.InvariantCulture)}";

    public static string State(NamespaceInfo ns) => ns.Frozen ? "frozen" : "running";

    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count.ToString(CultureInfo.InvariantCulture)} {many}";

    private static string Rough(long nanoseconds)
    {
        if (nanoseconds is > -Second and < Second)
        {
            var size = Math.Abs(nanoseconds);
            return nanoseconds == 0 ? "0"
                : size >= 1_000_000 ? $"{Decimal(nanoseconds, 1_000_000)}ms"
                : size >= 1_000 ? $"{Decimal(nanoseconds, 1_000)}us"
                : $"{nanoseconds}ns";
        }

        var step = Math.Abs((decimal)nanoseconds) switch { >= Day => 3600 * Second, >= 3600 * Second => 60 * Second, >= 60 * Second => Second, _ => Second / 1000 };
        return DurationText.Format(nanoseconds / step * step);
    }

    private static string Decimal(long value, long unit) =>
        (Math.Truncate(value / (decimal)unit * 1000) / 1000).ToString("0.###", CultureInfo.InvariantCulture);
}
