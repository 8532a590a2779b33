using System.Text.Json;
using NodaTime;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// A scenario in simulation, for what it would give: with steps left out, or with one of them late.
/// </summary>
internal static class Rehearsal
{
    /// <summary>The result of each step.</summary>
    public static JsonElement[] Run(Scenario scenario) => Run(scenario, new bool[scenario.Steps.Count], lateAt: -1, Duration.Zero);

    /// <summary>The results when some steps are not done; those of the steps left out mean nothing.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="omitted">Whether a step is left out.</param>
    /// <param name="lateAt">The step before which time is lost; the next <c>advance</c> is shorter by that, as a sleep until a fixed moment is. -1: none.</param>
    /// <param name="late">How much.</param>
    public static JsonElement[] Run(Scenario scenario, bool[] omitted, int lateAt, Duration late)
    {
        using var runner = new ScenarioRunner();
        var results = new JsonElement[scenario.Steps.Count];
        var behind = Duration.Zero;
        for (var i = 0; i < results.Length; i++)
        {
            if (i == lateAt)
            {
                runner.Advance(late);
                behind = late;
            }

            if (!omitted[i])
            {
                results[i] = JsonElement.Parse(runner.Run(CatchUp(scenario.Steps[i], ref behind)).Result.Span);
            }
        }

        return results;
    }

    private static Step CatchUp(Step step, ref Duration behind)
    {
        if (behind == Duration.Zero || step.Verb.Name != "advance")
        {
            return step;
        }

        var by = step.Arguments.Get<Duration>("by");
        var rest = Duration.Max(by - behind, Duration.Zero);
        behind -= by - rest;
        return step with { Arguments = new StepArguments(new Dictionary<string, object>(StringComparer.Ordinal) { ["by"] = rest }) };
    }
}
