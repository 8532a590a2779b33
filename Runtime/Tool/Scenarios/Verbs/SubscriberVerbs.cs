using System.Text.Json.Nodes;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>Readers that read at every wake-up. Both verbs may be repeated: the second time they change nothing.</summary>
internal static class SubscriberVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("subscribe", Subscribe, Verb.Required("fd", ArgumentKind.Name)),
        new("unsubscribe", Unsubscribe, Verb.Required("fd", ArgumentKind.Name)),
    ];

    private static JsonObject Subscribe(ScenarioHost host, StepArguments step)
    {
        var fd = step.Get<string>("fd");
        host.Ticks.Subscribe(fd, host.Fds.Get(fd));
        return [];
    }

    private static JsonObject Unsubscribe(ScenarioHost host, StepArguments step)
    {
        var fd = step.Get<string>("fd");
        _ = host.Fds.Get(fd);
        host.Ticks.Unsubscribe(fd);
        return [];
    }
}
