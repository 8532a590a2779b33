using System.Globalization;
using System.Security.Cryptography;

namespace TimeNs.Tests.Simulation;

/// <summary>
/// Whole runtimes, driven by a seed (docs/simulation.md). A failure prints the seed, the step, the trace, how to see it again, and a
/// shorter run that fails.
/// </summary>
[TestFixture]
public sealed class SimulationTest
{
    public const string SeedVariable = "TIMENS_SEED";
    public const string StepsVariable = "TIMENS_STEPS";
    public const string MinutesVariable = "TIMENS_MINUTES";

    private const int Steps = 200;
    private const int FreshSeeds = 10;

    /// <summary>The last ones were found with a product broken on purpose, in ways that the first do not notice.</summary>
    private static readonly ulong[] FixedSeeds = [.. Enumerable.Range(1, 60).Select(static i => (ulong)i), 14_491_877_041_437_048_261, 4_182_075_078_461_586_914];

    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(15);

    [Test]
    public void AnyRun_OfTheFixedSeeds_DoesWhatTheModelDoes()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var (calls, checks) = (0L, 0L);
        foreach (var seed in FixedSeeds)
        {
            var run = Good(SimulationRun.Of(seed, Steps));
            (calls, checks) = (calls + run.Calls, checks + run.LedgerChecks);
            foreach (var (what, times) in run.Counts)
            {
                counts[what] = counts.GetValueOrDefault(what) + times;
            }
        }

        TestContext.Out.WriteLine($"{FixedSeeds.Length} seeds, {FixedSeeds.Length * Steps} steps, {calls} calls, {checks} entries of the ledger\n{string.Join('\n', counts.Select(static c => $"{c.Value,7} {c.Key}"))}");
        Assert.That(SimulationCoverage.Expected.Where(what => !counts.ContainsKey(what)), Is.Empty, "the simulator has stopped doing this");
        Assert.That(checks, Is.Positive);
    }

    [Test]
    public void AnyRun_OfFreshSeeds_DoesWhatTheModelDoes()
    {
        for (var i = 0; i < FreshSeeds; i++)
        {
            var seed = Fresh();
            TestContext.Out.WriteLine($"seed {seed}");
            Good(SimulationRun.Of(seed, Steps));
        }
    }

    [Test]
    public void OneSeed_RunTwice_LeavesTheSameTrace([Values(1UL, 2UL, 3UL)] ulong seed)
    {
        var (once, again) = (SimulationRun.Of(seed, Steps), SimulationRun.Of(seed, Steps));
        Assert.That(again.TraceHash, Is.EqualTo(once.TraceHash));
        Assert.That(SimulationRun.Of(seed + 1, Steps).TraceHash, Is.Not.EqualTo(once.TraceHash), "the trace tells runs apart");
    }

    [Test, Explicit("needs TIMENS_SEED"), Category("Long")]
    public void AnyRun_OfASeed_DoesWhatTheModelDoes()
    {
        var run = Good(SimulationRun.Of((ulong)(Number(SeedVariable) ?? 1), (int)(Number(StepsVariable) ?? Steps)));
        TestContext.Out.WriteLine($"seed {run.Seed}: trace {run.TraceHash:x16}");
    }

    [Test, Explicit("an hour, or TIMENS_MINUTES"), Category("Long")]
    public void AnyLongRun_OfFreshSeeds_DoesWhatTheModelDoes()
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes((double)(Number(MinutesVariable) ?? 60)));
        var steps = (int)(Number(StepsVariable) ?? 2 * Steps);
        var failed = new List<string>();
        var (seeds, calls) = (0, 0L);
        while (!end.IsCancellationRequested)
        {
            using var report = new CancellationTokenSource(BetweenReports);
            while (!report.IsCancellationRequested && !end.IsCancellationRequested)
            {
                var run = SimulationRun.Of(Fresh(), steps);
                (seeds, calls) = (seeds + 1, calls + run.Calls);
                if (run.Fault is not null)
                {
                    failed.Add(run.Report());
                    TestContext.Progress.WriteLine(failed[^1]);
                }
            }

            TestContext.Progress.WriteLine($"{seeds} seeds, {(long)seeds * steps} steps, {calls} calls, {failed.Count} failures");
        }

        Assert.That(failed.Count, Is.Zero, string.Join("\n\n", failed));
    }

    private static SimulationRun Good(SimulationRun run)
    {
        if (run.Fault is not null)
        {
            Assert.Fail(run.Report());
        }

        return run;
    }

    private static ulong Fresh() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private static decimal? Number(string variable) =>
        decimal.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
