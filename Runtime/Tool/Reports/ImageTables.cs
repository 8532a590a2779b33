using System.Globalization;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;

namespace TimeNs.Tool.Reports;

/// <summary>An image for people: its header, its clocks, and a row a timer.</summary>
internal static class ImageTables
{
    private static readonly ClockBase[] Clocks = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    /// <param name="output">Where to.</param>
    /// <param name="image">The image.</param>
    /// <param name="limit">Timers at most.</param>
    /// <param name="width">Columns of the terminal; null for as much as it takes.</param>
    public static void Write(TextWriter output, NamespaceImage image, int limit, int? width)
    {
        WriteHeader(output, image);
        output.WriteLine();
        WriteClocks(output, image, width);
        if (image.TimerCount != 0)
        {
            output.WriteLine();
            WriteTimers(output, image, limit, width);
        }
    }

    private static void WriteHeader(TextWriter output, NamespaceImage image)
    {
        output.WriteLine($"namespace  {image.Name}{(image.WasFrozen ? " (was frozen)" : "")}");
        output.WriteLine($"taken      {InstantText.Format(image.TakenAt)}{(image.HostName.Length == 0 ? "" : $" on {image.HostName}")}");
        output.WriteLine($"timers     {image.TimerCount}{Delegates(image.EphemeralTimers)}");
        output.WriteLine($"absolute   {(image.Absolute == AbsoluteTimers.Relative ? "relative: absolute timers keep their time remaining" : "keep: deadlines are points on the namespace's clocks")}");
    }

    private static string Delegates(int timers) =>
        timers == 0 ? "" : $", and {timers} of TimeProvider or IScheduler that no image can hold";

    private static void WriteClocks(TextWriter output, NamespaceImage image, int? width)
    {
        var sheet = new Sheet(new("clock"), new("namespace"), new("host"), new("offset"));
        foreach (var clock in Clocks)
        {
            sheet.Row(
                clock.ToString().ToUpperInvariant(),
                Words.Point(clock, image.Readings[clock]),
                Words.Point(clock, image.Host[clock]),
                Words.Span(image.Offsets[clock]));
        }

        sheet.Write(output, width);
    }

    private static void WriteTimers(TextWriter output, NamespaceImage image, int limit, int? width)
    {
        var sheet = new Sheet(
            new("id", Right: true), new("name"), new("clock"), new("set to", 3), new("interval", 2), new("state"), new("unread", 1, Right: true), new("remaining"), new("flags", 4));
        foreach (var timer in image.EnumerateTimers().Take(limit))
        {
            AddTimer(sheet, image, timer);
        }

        if (!sheet.IsEmpty)
        {
            sheet.Write(output, width);
        }

        if (image.TimerCount > limit)
        {
            output.WriteLine($"… and {image.TimerCount - limit} more timers: --limit {image.TimerCount} shows all of them, --json too");
        }
    }

    private static void AddTimer(Sheet sheet, NamespaceImage image, in TimerImage timer) => sheet.Row(
        timer.Id,
        timer.Name ?? "-",
        Words.Clock(timer.Clock.LinuxName()),
        SetTo(timer),
        Words.SpanOrDash(timer.IntervalNs),
        TimerStates.Of(timer),
        image.Unread(timer).ToString(CultureInfo.InvariantCulture),
        TimerStates.NeverFires(timer) ? "never" : WillFire(timer) ? Words.Span((long)image.Remaining(timer).ToInt128Nanoseconds()) : "-",
        Words.Flags(FlagNames.Of((int)timer.Flags)));

    private static Cell SetTo(in TimerImage timer) =>
        !timer.IsArmed && !timer.IsExpired ? "-"
        : timer.IsAbsolute ? Words.Point(timer.Base, timer.Deadline)
        : "relative";

    private static bool WillFire(in TimerImage timer) => timer.IsArmed || (timer.IsExpired && timer.IntervalNs != 0);
}
