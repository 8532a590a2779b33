using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Images;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>Checkpoint, restore, and the forecast of a restore.</summary>
internal static class ImageVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("checkpoint", Checkpoint, Verb.Required("ns", ArgumentKind.Name), Image, Verb.Optional("absolute", Absolute), Verb.Optional("stop", ArgumentKind.Bool)),
        new("restore", Restore, [Image, Verb.Required("ns", ArgumentKind.Name), .. Policies.Arguments(withPreset: true)]),
        new("forecast", Forecast, [Image, Verb.Required("within", ArgumentKind.Span), .. Policies.Arguments(withPreset: true)]),
    ];

    private static ArgumentSpec Image => Verb.Required("image", ArgumentKind.Name);

    private static ArgumentKind Absolute => ArgumentKind.OneOf(
        ("keep", AbsoluteTimers.Keep), ("refuse", AbsoluteTimers.Refuse), ("relative", AbsoluteTimers.Relative));

    private static JsonObject Checkpoint(ScenarioHost host, StepArguments step)
    {
        var ns = host.Namespace(step.Get<string>("ns"));
        var image = ns.Checkpoint(step.Get("absolute", AbsoluteTimers.Keep), step.Get("stop", absent: true));
        host.Images[step.Get<string>("image")] = image;
        host.ForgetClosed();
        return new JsonObject { ["timers"] = image.TimerCount };
    }

    private static JsonObject Restore(ScenarioHost host, StepArguments step)
    {
        var image = host.Image(step.Get<string>("image"));
        foreach (var timer in image.EnumerateTimers())
        {
            host.Fds.CheckFree(timer.Name!);
        }

        var ns = host.Runtime.Restore(image, Policies.Read(step), step.Get<string>("ns"));
        foreach (var timer in ns.Timers)
        {
            host.Fds.Add(timer.Name!, timer);
        }

        return new JsonObject { ["timers"] = image.TimerCount };
    }

    private static JsonObject Forecast(ScenarioHost host, StepArguments step)
    {
        var forecast = host.Runtime.Forecast(host.Image(step.Get<string>("image")), step.Get<Duration>("within"), Policies.Read(step));
        return new JsonObject { ["fires"] = new JsonArray([.. forecast.Fires.Select(Describe)]) };
    }

    private static JsonObject Describe(ForecastEntry entry) => entry.IsCanceled
        ? new JsonObject { ["fd"] = entry.Name, ["in"] = Json.Of(entry.In), ["canceled"] = true }
        : new JsonObject { ["fd"] = entry.Name, ["in"] = Json.Of(entry.In), ["expirations"] = entry.Expirations };
}
