using System.Globalization;
using Spectre.Console;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;
using TimeNs.Timers;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>An image for people: its header, its clocks, and a row a timer.</summary>
internal static class ImageTables
{
    private static readonly ClockBase[] Clocks = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    public static void Write(TextWriter output, NamespaceImage image, int limit)
    {
        WriteHeader(output, image);
        output.WriteLine();
        WriteClocks(output, image);
        if (image.Timers.Length != 0)
        {
            output.WriteLine();
            WriteTimers(output, image, limit);
        }
    }

    private static void WriteHeader(TextWriter output, NamespaceImage image)
    {
        output.WriteLine($"namespace  {image.Name}{(image.WasFrozen ? " (was frozen)" : "")}");
        output.WriteLine($"taken      {InstantText.Format(image.TakenAt)}{(image.HostName.Length == 0 ? "" : $" on {image.HostName}")}");
        output.WriteLine($"timers     {image.Timers.Length}{Delegates(image.EphemeralTimers)}");
        output.WriteLine($"absolute   {(image.Absolute == AbsoluteTimers.Relative ? "relative: absolute timers keep their time remaining" : "keep: deadlines are points on the namespace's clocks")}");
    }

    private static string Delegates(int timers) =>
        timers == 0 ? "" : $", and {timers} of TimeProvider or IScheduler that no image can hold";

    private static void WriteClocks(TextWriter output, NamespaceImage image)
    {
        var table = Tables.Create("clock", "namespace", "host", "offset");
        foreach (var clock in Clocks)
        {
            Tables.Row(table,
                clock.ToString().ToUpperInvariant(),
                Tables.Point(clock, image.Readings[clock]),
                Tables.Point(clock, image.Host[clock]),
                DurationText.Format(image.Offsets[clock]));
        }

        Tables.Write(output, table);
    }

    private static void WriteTimers(TextWriter output, NamespaceImage image, int limit)
    {
        var table = Tables.Create("id", "name", "clock", "set to", "interval", "state", "unread", "remaining", "flags");
        foreach (var column in (int[])[0, 6])
        {
            table.Columns[column].RightAligned();
        }

        foreach (var timer in image.Timers.AsSpan()[..Math.Min(limit, image.Timers.Length)])
        {
            AddTimer(table, image, timer);
        }

        if (limit > 0)
        {
            Tables.Write(output, table);
        }

        if (image.Timers.Length > limit)
        {
            output.WriteLine($"… and {image.Timers.Length - limit} more timers: --limit {image.Timers.Length} shows all of them, --json too");
        }
    }

    private static void AddTimer(Table table, NamespaceImage image, in TimerImage timer) => Tables.Row(table,
        timer.Id.ToString(CultureInfo.InvariantCulture),
        timer.Name ?? "-",
        timer.Clock.LinuxName(),
        SetTo(timer),
        timer.IntervalNs == 0 ? "-" : DurationText.Format(timer.IntervalNs),
        TimerStates.Of(timer),
        image.Unread(timer).ToString(CultureInfo.InvariantCulture),
        TimerStates.NeverFires(timer) ? "never" : WillFire(timer) ? DurationText.Format((long)image.Remaining(timer).ToInt128Nanoseconds()) : "-",
        timer.Flags == SettimeFlags.None ? "-" : string.Join('|', FlagNames.Of((int)timer.Flags)));

    private static string SetTo(in TimerImage timer) =>
        !timer.IsArmed && !timer.IsExpired ? "-"
        : timer.IsAbsolute ? Tables.Point(timer.Base, timer.Deadline)
        : "relative";

    private static bool WillFire(in TimerImage timer) => timer.IsArmed || (timer.IsExpired && timer.IntervalNs != 0);
}
