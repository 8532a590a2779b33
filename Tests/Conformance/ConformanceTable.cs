using System.Text;

namespace TimeNs.Tests.Conformance;

/// <summary>docs/conformance.md: written from the cases, the run in simulated time, and a cell a scenario on the kernel.</summary>
internal sealed class ConformanceTable
{
    private const string Head = """
        # Conformance

        What other suites check of timerfds, of time namespaces and of restores, checked here: in simulated time, and by the kernel itself. Each case
        is written down anew, from what the suite checks, as a [scenario](scenarios.md); a case that no scenario can be is in the table with the reason.

        This page is made by a test, `ConformanceTest`, of `Tests/Conformance/cases.jsonl` and of a run of all scenarios in it; with
        `TIMENS_UPDATE_GOLDEN=1` it is written, and otherwise held against what the run yields.

        - **simulated**: the expectations that `timens simulate` found met. A missed one fails the test.
        - **kernel**: what `timens simulate --kernel --tolerance 500ms` could check on real timerfds in real time. *agrees (n)*: all n
          expectations, as expected. *agrees as far as it goes*: the checked ones are; the others were not judged, for the
          [reasons](scenarios.md#on-the-kernel) given. *cannot*: nothing was checked. A disagreement fails the test. Where a
          reason speaks of this machine, another machine may check more, or less.
        - **their own system**: what the system that the suite belongs to does, where it is known to be something else than what is expected
          here. For LTP and the selftests that is Linux; its three known faults are in [semantics](semantics.md#where-timens-differs).


        """;

    private const string Foot = """
        ## From where

        The cases are told from the sources of the suites: LTP (`testcases/kernel/syscalls` and `containers/timens`, August 2026), the selftests of
        Linux (`tools/testing/selftests/timens` and `timers`), gVisor (`test/syscalls/linux/timerfd.cc`, `pkg/sentry/kernel/timekeeper_test.go`,
        `pkg/sentry/ktime/synthetic_timer_test.go`, August 2026) and CRIU (`test/zdtm/static`, November 2025). What their systems
        do is read in `pkg/sentry` of gVisor and in `criu/timerfd.c`, `criu/timens.c` and `timerfd_arm` of `criu/pie/restorer.c`; it was
        not run. The six situations of CRIU are what such a restore has to get right, and no test of CRIU. What Linux does was run.

        """;

    private static readonly string[] NotRun = ["", ""];

    private readonly IReadOnlyDictionary<string, ScenarioRun> _simulated;
    private readonly Func<string, string> _kernel;

    /// <param name="simulated">The run in simulated time, a scenario.</param>
    /// <param name="kernel">What to say of a scenario on the kernel.</param>
    public ConformanceTable(IReadOnlyDictionary<string, ScenarioRun> simulated, Func<string, string> kernel) => (_simulated, _kernel) = (simulated, kernel);

    /// <summary>The whole page.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Head).Append(Totals());
            foreach (var source in ConformanceCase.All.GroupBy(static c => c.Source, StringComparer.Ordinal))
            {
                text.Append($"## {source.Key}\n\n| case | what it checks | simulated | kernel | their own system |\n|---|---|---|---|---|\n");
                text.AppendJoin("", source.Select(Row)).Append('\n');
            }

            return text.Append(Foot).ToString().ReplaceLineEndings("\n").TrimEnd() + "\n";
        }
    }

    /// <summary>The kernel's cell of each scenario, out of a page that was written earlier.</summary>
    public static IReadOnlyDictionary<string, string> KernelCells(string page) => ConformanceCase.Scenarios
        .Select(scenario => (scenario, Row: Array.Find(page.Split('\n'), line => line.Contains($"/{scenario}.jsonl)", StringComparison.Ordinal))))
        .Where(static found => found.Row is not null)
        .ToDictionary(static found => found.scenario, static found => found.Row!.Split(" | ")[3], StringComparer.Ordinal);

    private string Row(ConformanceCase c)
    {
        var name = c.Scenario is { } link ? $"[{c.Case}](../Tests/Scenarios/{link}.jsonl)" : c.Case;
        var cells = c.Scenario is { } scenario
            ? [$"{_simulated[scenario].Passed} passed", _kernel(scenario)]
            : NotRun;
        var checks = c.NotApplicable is { } reason ? $"{c.Checks}. *Not applicable: {reason}*" : c.Checks;
        return $"| {name} | {checks} | {cells[0]} | {cells[1]} | {c.Differs} |\n";
    }

    /// <summary>A scenario that several cases share counts once.</summary>
    private string Totals()
    {
        var text = new StringBuilder("| source | cases | not applicable | scenarios | expectations, simulated | on the kernel: checked | skipped |\n|---|---|---|---|---|---|---|\n");
        foreach (var source in ConformanceCase.All.GroupBy(static c => c.Source, StringComparer.Ordinal))
        {
            text.Append(Total(source.Key, [.. source]));
        }

        return text.Append(Total("all", ConformanceCase.All)).Append('\n').ToString();
    }

    private string Total(string name, IReadOnlyList<ConformanceCase> cases)
    {
        var scenarios = cases.Select(static c => c.Scenario).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var kernel = scenarios.Select(s => KernelCell.Numbers(_kernel(s))).ToArray();
        return $"| {name} | {cases.Count} | {cases.Count(static c => c.NotApplicable is not null)} | {scenarios.Length} | {scenarios.Sum(s => _simulated[s].Passed)} | "
            + $"{kernel.Sum(static k => k.Checked)} | {kernel.Sum(static k => k.Skipped)} |\n";
    }
}
