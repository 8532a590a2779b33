using System.Text.Json;
using System.Text.RegularExpressions;

namespace TimeNs.Tests.Conformance;

/// <summary>What one run of <c>timens simulate</c> made of the expectations of one scenario.</summary>
/// <param name="Passed">Expectations that were met.</param>
/// <param name="Failed">Expectations that were missed.</param>
/// <param name="Skipped">Expectations that were not judged.</param>
/// <param name="Reasons">Why steps were not judged, each reason once, in the order of the steps.</param>
/// <param name="Error">What was on standard error.</param>
internal sealed partial record ScenarioRun(int Passed, int Failed, int Skipped, IReadOnlyList<string> Reasons, string Error)
{
    /// <summary>Whether the machine had a part in what was judged: another one, or this one at another time, may judge more or less.</summary>
    public bool DependsOnMachine => Reasons.Any(static r => MachineReason().IsMatch(r));

    /// <summary>Whether the machine was too slow, so that it is worth another try.</summary>
    public bool WasLate => Reasons.Any(static r => r.StartsWith("this machine was ", StringComparison.Ordinal));

    /// <summary>Reads the output of a run over several scenarios.</summary>
    /// <param name="output">A line of JSON a step, of one scenario after the other, then the count over all.</param>
    /// <param name="error">Standard error: a line a miss, with its file and line in front.</param>
    /// <param name="scenarios">Their names, in the order of the run.</param>
    /// <param name="stepsOf">The lines of a scenario that are steps, and whether they expect something.</param>
    /// <returns>A run for each scenario of which every step has a result. There is none for any if the count is not their sum.</returns>
    public static Dictionary<string, ScenarioRun> Parse(string output, string error, IEnumerable<string> scenarios, Func<string, IReadOnlyDictionary<int, bool>> stepsOf)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var results = new Queue<JsonElement>(lines.Where(static line => line.StartsWith('{')).Select(static line => JsonElement.Parse(line)));
        var runs = new Dictionary<string, ScenarioRun>(StringComparer.Ordinal);
        foreach (var scenario in scenarios)
        {
            var steps = stepsOf(scenario);
            if (results.Take(steps.Count).Select(static r => r.GetProperty("line").GetInt32()).SequenceEqual(steps.Keys.Order()))
            {
                runs.Add(scenario, Of(scenario, [.. Enumerable.Range(0, steps.Count).Select(_ => results.Dequeue())], error, steps));
            }
        }

        var count = lines.Length == 0 ? Match.Empty : CountLine().Match(lines[^1]);
        return !count.Success || (Number(count, "passed"), Number(count, "failed")) == (runs.Values.Sum(static r => r.Passed), runs.Values.Sum(static r => r.Failed)) ? runs : [];
    }

    private static ScenarioRun Of(string scenario, JsonElement[] results, string error, IReadOnlyDictionary<int, bool> steps)
    {
        var misses = error.Split('\n').Where(line => line.Contains($"{scenario}.jsonl:", StringComparison.Ordinal)).ToArray();
        var skips = results.Where(static step => step.TryGetProperty("skipped", out _))
            .Select(static step => (Line: step.GetProperty("line").GetInt32(), Reason: step.GetProperty("skipped").GetString()!)).ToArray();
        var skipped = skips.Count(s => steps[s.Line]);
        return new ScenarioRun(
            steps.Values.Count(static expects => expects) - skipped - misses.Length, misses.Length, skipped,
            [.. skips.Select(static s => s.Reason).Distinct(StringComparer.Ordinal)], string.Join('\n', misses));
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan);

    [GeneratedRegex("^(?<passed>[0-9]+) passed, (?<failed>[0-9]+) failed(, [0-9]+ skipped)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CountLine();

    [GeneratedRegex("this machine|CAP_|privilege|no time namespaces", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachineReason();
}
