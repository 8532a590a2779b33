using System.Text;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Linux;

/// <summary>A run on the kernel as a scenario: <c>timens simulate</c> does the same in simulated time, and expects what the kernel said.</summary>
internal static class OracleScenario
{
    public static string Write(OracleClocks clocks, IReadOnlyList<OracleStep> steps)
    {
        var text = new StringBuilder("# As it went on a kernel. Times remaining are noted rather than expected: they were asked for a moment earlier.\n");
        var now = steps[0].Before;
        var (realtime, boottime) = (InstantText.Format(clocks.Read(ClockBase.Realtime, now)), clocks.Read(ClockBase.Boottime, now).Nanoseconds);
        text.Append($$"""{"do":"host","realtime":"{{realtime}}","monotonic":"{{now}}ns","boottime":"{{boottime}}ns"}""").Append('\n');
        foreach (var step in steps)
        {
            if (step.After > now)
            {
                text.Append($$"""{"do":"advance","by":"{{step.After - now}}ns"}""").Append('\n');
                now = step.After;
            }

            text.Append($$"""{"do":{{Call(step)}},"expect":{{Expected(step)}},"note":"the kernel: {{step.Kernel}}"}""").Append('\n');
        }

        return text.ToString();
    }

    private static string Call(OracleStep step) => step.Verb switch
    {
        OracleVerb.Create => $"\"timerfd_create\",\"ns\":\"host\",\"fd\":\"t{step.Timer}\",\"clock\":{step.Clock},\"flags\":{step.Flags}",
        OracleVerb.Set => $"\"timerfd_settime\",\"fd\":\"t{step.Timer}\",\"flags\":{step.Flags},\"value\":{Pair(step.Value)},\"interval\":{Pair(step.Interval)}",
        OracleVerb.SetTicks => $"\"set_ticks\",\"fd\":\"t{step.Timer}\",\"ticks\":{step.Ticks}",
        OracleVerb.Get => $"\"timerfd_gettime\",\"fd\":\"t{step.Timer}\"",
        OracleVerb.Read => $"\"read\",\"fd\":\"t{step.Timer}\"",
        OracleVerb.Poll => $"\"poll\",\"fd\":\"t{step.Timer}\"",
        _ => $"\"fdinfo\",\"fd\":\"t{step.Timer}\"",
    };

    private static string Expected(OracleStep step) => step switch
    {
        { Kernel.Errno: not 0 and var errno } => $"{{\"errno\":\"{(Errno)errno}\"}}",
        { Verb: OracleVerb.Read, Kernel.Ticks: { } ticks } => $"{{\"expirations\":{ticks}}}",
        { Kernel.Readable: { } readable } => readable ? "{\"readable\":true}" : "{\"readable\":false}",
        { Verb: OracleVerb.Get, Kernel.IntervalNs: { } interval } => $"{{\"interval\":{Pair(Timespec.FromNanoseconds(interval))}}}",
        { Verb: OracleVerb.Set, Kernel.IntervalNs: { } interval } => $"{{\"old_interval\":{Pair(Timespec.FromNanoseconds(interval))}}}",
        _ => "{}",
    };

    private static string Pair(Timespec spec) => $"[{spec.Seconds},{spec.Nanoseconds}]";
}
