using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>Reading and setting clocks.</summary>
internal static class ClockVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("clock_settime", SetTime, Verb.Optional("ns", ArgumentKind.Name), Verb.Required("realtime", ArgumentKind.Instant)),
        new("clock_gettime", GetTime, Verb.Required("ns", ArgumentKind.Name), Verb.Required("clock", ArgumentKind.Clock)),
    ];

    /// <summary>The host's wall clock is the machine's; a namespace's is its offset.</summary>
    private static JsonObject SetTime(ScenarioHost host, StepArguments step)
    {
        var instant = step.Get<Instant>("realtime");
        var ns = host.Namespace(step.Get("ns", host.Runtime.Host.Name));
        if (ns != host.Runtime.Host)
        {
            ns.SetRealtime(instant);
            return [];
        }

        HostVerbs.CheckReading("realtime", instant - NodaConstants.UnixEpoch);
        host.Kernel.SetRealtime(instant);
        return [];
    }

    private static JsonObject GetTime(ScenarioHost host, StepArguments step)
    {
        var clock = step.Get<ClockId>("clock");
        var readAs = ClockName.ReadAs(clock)
            ?? throw new TimeNamespaceException(Errno.EINVAL, $"{(int)clock} is no clock that a namespace has");
        return new JsonObject { ["time"] = Json.Of(host.Namespace(step.Get<string>("ns")).Read(readAs)) };
    }
}
