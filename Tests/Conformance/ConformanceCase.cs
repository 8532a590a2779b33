using System.Text.Json;
using TimeNs.Tests.Images;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Conformance;

/// <summary>A case of another suite: a line of <c>cases.jsonl</c>, a row of the table.</summary>
/// <param name="Source">Whose suite it is.</param>
/// <param name="Case">What it is called there.</param>
/// <param name="Checks">What it checks.</param>
/// <param name="Scenario">The scenario that checks it here, without folder and extension; null when there is none.</param>
/// <param name="NotApplicable">Why there is none.</param>
/// <param name="Differs">What the source's own system does, where that is known to be something else.</param>
internal sealed record ConformanceCase(string Source, string Case, string Checks, string? Scenario, string? NotApplicable, string? Differs)
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>All of them, in the order of the table.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. File.ReadLines(RepositoryFile.At("Tests/Conformance/cases.jsonl"))
            .Where(static line => !line.StartsWith('#'))
            .Select(static line => JsonSerializer.Deserialize<ConformanceCase>(line, Names)!),
    ];

    /// <summary>The scenarios of the cases, each once.</summary>
    public static IEnumerable<string> Scenarios => All.Select(static c => c.Scenario).OfType<string>().Distinct(StringComparer.Ordinal);

    public static string PathOf(string scenario) => RepositoryFile.At($"Tests/Scenarios/{scenario}.jsonl");

    /// <summary>The lines of a scenario that are steps, and whether they expect something.</summary>
    public static IReadOnlyDictionary<int, bool> Steps(string scenario) =>
        ScenarioParser.Parse(scenario, File.ReadAllBytes(PathOf(scenario))).Steps.ToDictionary(static s => s.Line, static s => s.Expect is not null);

    /// <summary>How many of them expect something.</summary>
    public static int Expectations(string scenario) => Steps(scenario).Values.Count(static expects => expects);
}
