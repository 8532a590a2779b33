using System.Text.Json.Nodes;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>The calls among a scenario's steps, written down again as JSON for a <see cref="KernelHost"/>.</summary>
internal static class StepText
{
    public static JsonObject Of(Step step)
    {
        var text = new JsonObject { ["do"] = step.Verb.Name };
        foreach (var argument in step.Verb.Arguments.Where(a => step.Arguments.Has(a.Name)))
        {
            text[argument.Name] = Of(step.Arguments.Get<object>(argument.Name));
        }

        return text;
    }

    private static JsonNode Of(object value) => value switch
    {
        string name => name,
        int flags => flags,
        ulong count => count,
        ClockId clock => (int)clock,
        Timespec timespec => Json.Of(timespec),
        _ => throw new InvalidOperationException($"a {value.GetType().Name} is in no call"),
    };
}
