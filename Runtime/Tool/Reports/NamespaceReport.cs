using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>Namespaces for people.</summary>
internal static class NamespaceReport
{
    public static void WriteList(TextWriter output, IReadOnlyList<NamespaceInfo> namespaces, int? width)
    {
        var sheet = new Sheet(
            new("name"), new("state"), new("REALTIME", 4), new("REALTIME +"), new("MONOTONIC +", 2), new("BOOTTIME +", 3), new("timers", 5, true), new("armed", 0, true), new("next", 1));
        foreach (var ns in namespaces)
        {
            sheet.Row(
                ns.Name, Words.State(ns), Words.Wall(ns.Clocks.RealtimeNs),
                Words.Offset(ns.Offsets.RealtimeNs), Words.Offset(ns.Offsets.MonotonicNs), Words.Offset(ns.Offsets.BoottimeNs),
                ns.Timers, ns.Armed, Next(ns.Next));
        }

        sheet.Write(output, width);
    }

    public static void WriteOne(TextWriter output, NamespaceInfo ns, int? width)
    {
        output.WriteLine($"namespace  {ns.Name}{(ns.Frozen ? " (frozen)" : "")}");
        output.WriteLine($"timers     {ns.Timers}, armed {ns.Armed}{Delegates(ns.EphemeralTimers)}");
        output.WriteLine($"next       {Next(ns.Next).Text}{(ns.Next is { } next ? $" ({next.Clock})" : "")}");
        output.WriteLine();
        WriteClocks(output, ns.Clocks, ns.Offsets, width);
    }

    public static void WriteClocks(TextWriter output, Readings clocks, Offsets offsets, int? width, string reads = "reads")
    {
        var sheet = new Sheet(new("clock"), new(reads), new("offset"));
        sheet.Row("REALTIME", Words.Wall(clocks.RealtimeNs), Words.Offset(offsets.RealtimeNs));
        sheet.Row("MONOTONIC", Words.Point("CLOCK_MONOTONIC", clocks.MonotonicNs), Words.Offset(offsets.MonotonicNs));
        sheet.Row("BOOTTIME", Words.Point("CLOCK_BOOTTIME", clocks.BoottimeNs), Words.Offset(offsets.BoottimeNs));
        sheet.Write(output, width);
    }

    public static Cell Next(NextExpiration? next) => next is null ? "-"
        : next.InNs == 0 ? $"{Name(next)} is due"
        : new Cell($"{Name(next)} in {Words.Span(next.InNs).Text}", $"{Name(next)} in {Words.Span(next.InNs).Short}");

    private static string Name(NextExpiration next) => next.Name ?? (next.Id == 0 ? "a delegate's timer" : $"timer {next.Id}");

    private static string Delegates(int timers) => timers == 0 ? "" : $", and {timers} of TimeProvider or IScheduler that no image can hold";
}
