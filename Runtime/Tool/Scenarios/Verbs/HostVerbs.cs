using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>What moves the host's clocks, and the host itself.</summary>
internal static class HostVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("host", Host, Verb.Optional("realtime", ArgumentKind.Instant), Verb.Optional("monotonic", ArgumentKind.Duration), Verb.Optional("boottime", ArgumentKind.Duration)),
        new("advance", Advance, Verb.Required("by", ArgumentKind.Span)),
        new("suspend", Suspend, Verb.Required("by", ArgumentKind.Span)),
    ];

    /// <exception cref="ArgumentOutOfRangeException">Beyond what a clock of a host may read (EINVAL).</exception>
    public static void CheckReading(string clock, Duration sinceZero)
    {
        if (sinceZero < Duration.Zero || sinceZero > Duration.FromSeconds(ClockOffsets.MaxReadingSeconds))
        {
            throw new ArgumentOutOfRangeException(clock, sinceZero, $"{clock} of a host must read within 0 and {ClockOffsets.MaxReadingSeconds} s.");
        }
    }

    private static JsonObject Host(ScenarioHost host, StepArguments step)
    {
        var absent = ScenarioHost.DefaultReadings;
        var realtime = step.Get("realtime", absent.Realtime.ToInstant());
        var monotonic = step.Get("monotonic", absent.Monotonic.ToDuration());
        var boottime = step.Get("boottime", absent.Boottime.ToDuration());
        CheckReading("realtime", realtime - NodaConstants.UnixEpoch);
        CheckReading("monotonic", monotonic);
        CheckReading("boottime", boottime);
        host.MoveTo(new ClockReadings(ClockTime.FromInstant(realtime), ClockTime.FromSinceZero(monotonic), ClockTime.FromSinceZero(boottime)));
        return [];
    }

    private static JsonObject Advance(ScenarioHost host, StepArguments step)
    {
        host.Kernel.Advance(step.Get<Duration>("by"));
        return [];
    }

    private static JsonObject Suspend(ScenarioHost host, StepArguments step)
    {
        host.Kernel.Suspend(step.Get<Duration>("by"));
        return [];
    }
}
