using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>Timers for people.</summary>
internal static class TimerReport
{
    public static Sheet NewSheet() => new(
        new("id", Right: true), new("name"), new("clock"), new("state"), new("expires in"), new("interval", 2), new("flags", 3));

    public static void Add(Sheet sheet, TimerInfo timer) => sheet.Row(
        timer.Id, timer.Name ?? "-", Words.Clock(timer.Clock), State(timer), Remaining(timer), Words.SpanOrDash(timer.IntervalNs), Words.Flags(timer.Flags));

    public static void WriteOne(TextWriter output, TimerInfo timer)
    {
        output.WriteLine($"timer      {timer.Id}{(timer.Name is { } name ? $" {name}" : "")} of {timer.Namespace}");
        output.WriteLine($"clock      {timer.Clock}");
        output.WriteLine($"state      {State(timer)}");
        output.WriteLine($"expires    {(timer.Armed ? $"in {Words.Span(timer.ValueNs).Text}" : "-")}");
        output.WriteLine($"interval   {Words.SpanOrDash(timer.IntervalNs).Text}");
        output.WriteLine($"flags      {Words.Flags(timer.Flags).Text}");
        output.WriteLine();
        foreach (var line in timer.Fdinfo.AsSpan().TrimEnd().EnumerateLines())
        {
            output.WriteLine($"  {line}");
        }
    }

    public static void WriteSet(TextWriter output, TimerSet set)
    {
        output.WriteLine($"before     {(set.OldValueNs == 0 ? "would not expire" : $"in {Words.Span(set.OldValueNs).Text}")}, interval {Words.SpanOrDash(set.OldIntervalNs).Text}");
        if (set.Canceled)
        {
            output.WriteLine("           the wall clock had been set meanwhile (ECANCELED); the timer is set all the same");
        }

        output.WriteLine();
        WriteOne(output, set.Timer);
    }

    public static void WriteRead(TextWriter output, TimerInfo timer, TimerRead read) => output.WriteLine(read.Status switch
    {
        "ticks" => $"{Words.Count((long)Math.Min(read.Expirations, long.MaxValue), "expiration", "expirations")}, the first due {Words.Point(timer.Clock, read.DueNs ?? 0).Text}, read at {Words.Point(timer.Clock, read.AtNs ?? 0).Text}",
        "canceled" => "the wall clock was set (ECANCELED)",
        "stepped-back" => "nothing to read: the wall clock was set back after it expired",
        _ => "nothing to read (EAGAIN)",
    });

    private static string State(TimerInfo timer) => (timer.Armed, timer.Readable) switch
    {
        (true, true) => "armed, readable",
        (true, false) => "armed",
        (false, true) => "readable",
        _ => "disarmed",
    };

    private static Cell Remaining(TimerInfo timer) => timer.Armed ? Words.Span(timer.ValueNs) : "-";
}
