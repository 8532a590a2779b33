using System.Text;

namespace TimeNs.Tests.Simulation;

/// <summary>A run from its seed to its end, or to the first thing that is wrong.</summary>
internal sealed class SimulationRun
{
    /// <summary>Lines of the trace that a failure prints.</summary>
    private const int Tail = 40;

    /// <summary>Runs tried to make a failing one shorter, and how long that may go on.</summary>
    private const int MaxAttempts = 400;

    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(1);

    private volatile int _step;

    private SimulationRun(ulong seed, SimStep[] steps)
    {
        Seed = seed;
        Steps = steps;
    }

    public ulong Seed { get; }

    public SimStep[] Steps { get; }

    /// <summary>What is wrong; null for a good run.</summary>
    public string? Fault { get; private set; }

    /// <summary>The step that showed it.</summary>
    public int FaultStep => _step;

    /// <summary>Over all that was done, answered and told.</summary>
    public ulong TraceHash { get; private set; } = 14695981039346656037;

    public SortedDictionary<string, long> Counts { get; private set; } = new(StringComparer.Ordinal);

    public long Calls { get; private set; }

    public long LedgerChecks { get; private set; }

    private IReadOnlyList<string> Trace { get; set; } = [];

    public static SimulationRun Of(ulong seed, int steps) => Of(seed, SimStep.Sequence(seed, steps));

    public static SimulationRun Of(ulong seed, SimStep[] steps)
    {
        var run = new SimulationRun(seed, steps);
        var thread = Task.Factory.StartNew(run.Go, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!thread.Wait(ProductSide.Patience * 2))
        {
            run.Fault = "a deadlock: the step does not end";
        }

        return run;
    }

    /// <summary>The fault, how to see it again, and the shortest steps found that show one.</summary>
    public string Report()
    {
        var text = new StringBuilder();
        text.AppendLine($"seed {Seed}, step {FaultStep} of {Steps.Length} ({(FaultStep < Steps.Length ? Steps[FaultStep].Verb : SimVerb.Advance)}):");
        text.AppendLine(Fault);
        text.AppendLine($"Again: {SimulationTest.SeedVariable}={Seed} {SimulationTest.StepsVariable}={Steps.Length} dotnet test Tests --filter \"Name~AnyRun_OfASeed\"");
        text.AppendLine("The end of its trace:");
        text.AppendJoin('\n', Trace.TakeLast(Tail)).AppendLine();
        var shortest = Shortest(out var attempts);
        text.AppendLine($"The shortest run found in {attempts} attempts has {shortest.Steps.Length} steps:");
        text.AppendJoin('\n', shortest.Steps).AppendLine();
        text.AppendLine(shortest.Fault);
        text.AppendLine("Its trace:");
        text.AppendJoin('\n', shortest.Trace.TakeLast(2 * Tail));
        return text.ToString();
    }

    /// <summary>Steps taken out, first many at once and then one by one, as long as something is wrong without them.</summary>
    public SimulationRun Shortest(out int attempts)
    {
        var shortest = this;
        attempts = 0;
        if (Fault is null || Fault.Contains(ProductSide.Locked, StringComparison.Ordinal) || Fault.StartsWith("a deadlock", StringComparison.Ordinal))
        {
            return shortest;
        }

        shortest = Of(Seed, Steps[..Math.Min(Steps.Length, FaultStep + 1)]) is { Fault: not null } cut ? cut : this;
        using var end = new CancellationTokenSource(Enough);
        for (var size = Math.Max(1, shortest.Steps.Length / 2); size >= 1; size /= 2)
        {
            for (var at = shortest.Steps.Length - size; at >= 0 && attempts < MaxAttempts && !end.IsCancellationRequested; at -= size)
            {
                attempts++;
                var steps = shortest.Steps;
                var without = Of(Seed, [.. steps[..at], .. steps[Math.Min(steps.Length, at + size)..]]);
                shortest = without.Fault is null ? shortest : without;
                at = Math.Min(at, shortest.Steps.Length);
            }
        }

        return shortest;
    }

    private void Go()
    {
        using var simulation = new SimulatedWorld(Seed);
        try
        {
            for (_step = 0; _step < Steps.Length; _step++)
            {
                simulation.Trace.Add($"step {_step} {Steps[_step].Verb}");
                simulation.Step(Steps[_step]);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is what this run was to find.
        catch (Exception wrong)
#pragma warning restore CA1031
        {
            Fault = wrong is SimulationException ? wrong.Message : wrong.ToString();
        }

        (Counts, Calls, LedgerChecks, Trace) = (simulation.Counts, simulation.Calls, simulation.LedgerChecks, simulation.Trace);
        foreach (var c in simulation.Trace.SelectMany(static line => line))
        {
            TraceHash = (TraceHash ^ c) * 1099511628211;
        }
    }
}
