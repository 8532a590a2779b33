using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>Namespaces: making them, moving their clocks, stopping them and setting them going.</summary>
internal static class NamespaceVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("namespace", Create, Offsets),
        new("set_offsets", SetOffsets, Offsets),
        new("freeze", Freeze, Verb.Required("ns", ArgumentKind.Name)),
        new("thaw", Thaw, [Verb.Required("ns", ArgumentKind.Name), .. Policies.Arguments(withPreset: false)]),
    ];

    private static ArgumentSpec[] Offsets =>
    [
        Verb.Required("ns", ArgumentKind.Name),
        Verb.Optional("realtime", ArgumentKind.Duration),
        Verb.Optional("monotonic", ArgumentKind.Duration),
        Verb.Optional("boottime", ArgumentKind.Duration),
    ];

    private static JsonObject Create(ScenarioHost host, StepArguments step)
    {
        host.Runtime.CreateNamespace(step.Get<string>("ns"), ReadOffsets(step, ClockOffsets.None));
        return [];
    }

    private static JsonObject SetOffsets(ScenarioHost host, StepArguments step)
    {
        var ns = host.Namespace(step.Get<string>("ns"));
        ns.SetOffsets(ReadOffsets(step, ns.Offsets));
        return [];
    }

    private static JsonObject Freeze(ScenarioHost host, StepArguments step)
    {
        host.Namespace(step.Get<string>("ns")).Freeze();
        return [];
    }

    private static JsonObject Thaw(ScenarioHost host, StepArguments step)
    {
        host.Namespace(step.Get<string>("ns")).Thaw(Policies.Read(step));
        return [];
    }

    private static ClockOffsets ReadOffsets(StepArguments step, in ClockOffsets absent) => ClockOffsets.Of(
        step.Get("realtime", Duration.FromNanoseconds(absent.RealtimeNs)),
        step.Get("monotonic", Duration.FromNanoseconds(absent.MonotonicNs)),
        step.Get("boottime", Duration.FromNanoseconds(absent.BoottimeNs)));
}
