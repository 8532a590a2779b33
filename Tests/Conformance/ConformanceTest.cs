using TimeNs.Tests.Images;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Conformance;

/// <summary>
/// What other suites check holds here, in simulated time and on this machine's kernel, and docs/conformance.md says so.
/// </summary>
[NonParallelizable]
public class ConformanceTest
{
    private static readonly string Page = RepositoryFile.At("docs/conformance.md");

    private Dictionary<string, ScenarioRun> _simulated;
    private IReadOnlyDictionary<string, ScenarioRun> _kernel;
    private string? _noKernel;

    private static IEnumerable<TestCaseData> Scenarios => ConformanceCase.Scenarios.Select(static name => new TestCaseData(name).SetArgDisplayNames(name));

    [OneTimeSetUp]
    public async Task Run()
    {
        _simulated = ConformanceCase.Scenarios.ToDictionary(static s => s, Simulate, StringComparer.Ordinal);
        _noKernel = KernelRuns.WhyNot;
        _kernel = _noKernel is null ? await KernelRuns.OfAsync(ConformanceCase.Scenarios) : new Dictionary<string, ScenarioRun>(StringComparer.Ordinal);
        if (RepositoryFile.IsUpdating)
        {
            var written = File.Exists(Page) ? ConformanceTable.KernelCells(File.ReadAllText(Page)) : new Dictionary<string, string>(StringComparer.Ordinal);
            File.WriteAllText(Page, new ConformanceTable(_simulated, s => _kernel.TryGetValue(s, out var run) ? KernelCell.Of(run) : written.GetValueOrDefault(s, "not run")).Text);
        }
    }

    [TestCaseSource(nameof(Scenarios))]
    public void Simulated_EveryExpectation_IsMet(string scenario)
    {
        var run = _simulated[scenario];
        Assert.That((run.Passed, run.Failed, run.Skipped), Is.EqualTo((ConformanceCase.Expectations(scenario), 0, 0)), run.Error);
    }

    [TestCaseSource(nameof(Scenarios)), Platform("Linux")]
    public void Kernel_EveryExpectation_IsMetOrSkippedForAReason(string scenario)
    {
        NeedsKernel();
        var run = _kernel[scenario];
        Assert.Multiple(() =>
        {
            Assert.That(run.Failed, Is.Zero, run.Error);
            Assert.That(run.Passed + run.Skipped, Is.EqualTo(ConformanceCase.Expectations(scenario)), $"each is checked or skipped. {run.Error}");
            Assert.That(run.Reasons, run.Skipped == 0 ? Has.None.Empty : Is.Not.Empty.And.None.Empty);
        });
    }

    /// <summary>All of the page but what the kernel's column says, which <see cref="Page_KernelColumn_IsWhatTheRunYields"/> compares.</summary>
    [Test]
    public void Page_IsWhatTheRunYields()
    {
        var page = File.ReadAllText(Page);
        var written = ConformanceTable.KernelCells(page);
        Assert.That(page, Is.EqualTo(new ConformanceTable(_simulated, s => written.GetValueOrDefault(s, "not run")).Text), "TIMENS_UPDATE_GOLDEN=1 writes it anew");
    }

    /// <summary>Where the machine decides what can be checked, in the page or here, there is nothing to compare.</summary>
    [TestCaseSource(nameof(Scenarios)), Platform("Linux")]
    public void Page_KernelColumn_IsWhatTheRunYields(string scenario)
    {
        NeedsKernel();
        var written = ConformanceTable.KernelCells(File.ReadAllText(Page))[scenario];
        if (_kernel[scenario].DependsOnMachine || new ScenarioRun(0, 0, 0, [written], "").DependsOnMachine)
        {
            Assert.Ignore($"the machine decides what it can check: {KernelCell.Of(_kernel[scenario])}; on the page: {written}");
        }

        Assert.That(written, Is.EqualTo(KernelCell.Of(_kernel[scenario])));
    }

    [Test]
    public void Cases_HaveAScenarioOrAReason() =>
        Assert.That(ConformanceCase.All.Where(static c => c.Scenario is null == c.NotApplicable is null), Is.Empty);

    [Test]
    public void Cases_HaveNamesOfTheirOwn() =>
        Assert.That(ConformanceCase.All.Select(static c => (c.Source, c.Case)), Is.Unique.And.Not.Empty);

    [TestCase("ltp-")]
    [TestCase("selftests-")]
    [TestCase("gvisor-")]
    [TestCase("criu-")]
    public void Scenarios_NamedAfterASuite_AreInTheList(string suite)
    {
        var files = Directory.EnumerateFiles(RepositoryFile.At("Tests/Scenarios"), suite + "*.jsonl").Select(Path.GetFileNameWithoutExtension);
        Assert.That(files, Is.Not.Empty.And.EquivalentTo(ConformanceCase.Scenarios.Where(s => s.StartsWith(suite, StringComparison.Ordinal))));
    }

    private static ScenarioRun Simulate(string scenario)
    {
        var run = ToolRun.Of("simulate", ConformanceCase.PathOf(scenario));
        return ScenarioRun.Parse(run.Output, run.Error, [scenario], ConformanceCase.Steps).GetValueOrDefault(scenario) ?? new ScenarioRun(0, 0, 0, [], run.Error);
    }

    private void NeedsKernel()
    {
        if (_noKernel is not null)
        {
            Assert.Ignore($"the kernel's part was not run: {_noKernel}");
        }
    }
}
