using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Tool;

/// <summary>Every scenario of the project is a test: all that it expects is so.</summary>
public class ScenarioFilesTest
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    private static IEnumerable<TestCaseData> Files => Directory.EnumerateFiles(Folder, "*.jsonl", SearchOption.AllDirectories)
        .Select(static file => Path.GetRelativePath(Folder, file))
        .Order(StringComparer.Ordinal)
        .Select(static name => new TestCaseData(name).SetArgDisplayNames(name));

    [TestCaseSource(nameof(Files))]
    public void Scenario_Runs_AsItExpects(string name)
    {
        var scenario = ScenarioParser.Parse(name, File.ReadAllBytes(Path.Combine(Folder, name)));
        Assert.That(scenario.Steps.Where(static s => s.Expect is not null), Is.Not.Empty, "a scenario that expects nothing tests nothing");
        using var runner = new ScenarioRunner();
        var missed = scenario.Steps.Select(runner.Run).Where(static r => r.Passed == false).Select(r => $"{name}:{r.Step.Line}: {r.Miss}").ToArray();
        Assert.That(missed, Is.Empty, string.Join(Environment.NewLine, missed));
    }

    [Test]
    public void Scenarios_AreThere() => Assert.That(Files.Count(), Is.GreaterThan(100));
}
