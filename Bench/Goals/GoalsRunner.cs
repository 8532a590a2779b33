using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TimeNs.Bench.Goals;

/// <summary>Runs races one after another and says how far it is.</summary>
/// <param name="rounds">How often each contestant takes its turn.</param>
/// <param name="progress">Where to say so.</param>
internal sealed class GoalsRunner(int rounds, TextWriter progress)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <returns>The rows, in order. A race that goes wrong gives failed rows, and the next one follows.</returns>
    public List<RowResult> Run(IReadOnlyList<Race> races)
    {
        List<RowResult> rows = [];
        foreach (var (index, race) in races.Index())
        {
            var results = RunGuarded(race, $"[{index + 1}/{races.Count}] {race.Id}");
            foreach (var result in results)
            {
                Say($"    {GoalsTable.Line(result)} {result.Note}".TrimEnd());
            }

            rows.AddRange(results);
            if (race.Shared is { } shared && (index + 1 == races.Count || races[index + 1].Shared != shared))
            {
                rows.AddRange(End(race, shared));
            }
        }

        return rows;
    }

    /// <summary>What is shared verifies itself at its end as well.</summary>
    private static IEnumerable<RowResult> End(Race last, SharedSetup shared)
    {
        try
        {
            shared.Dispose();
            return [];
        }
#pragma warning disable CA1031 // As in a race.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return [RowResult.Failure(last, last.Goals[0], exception.Message)];
        }
    }

    private List<RowResult> RunGuarded(Race race, string title)
    {
        try
        {
            var figures = race.IsOneByOne ? RunOneByOne(race, title) : RunInTurns(race, title);
            return [.. race.Goals.Select(goal => RowResult.Of(race, goal, figures))];
        }
#pragma warning disable CA1031 // Whatever a contestant throws is its row's failure, and must not take the other rows along.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return [.. race.Goals.Select(goal => RowResult.Failure(race, goal, exception.Message))];
        }
        finally
        {
            GC.Collect();
        }
    }

    private Dictionary<string, List<double>> RunInTurns(Race race, string title)
    {
        List<(string Name, IMeasured Measured)> ready = [];
        try
        {
            foreach (var contestant in race.Contestants.Where(static c => c.Missing is null))
            {
                Say($"{title}: set up {contestant.Name}");
                ready.Add((contestant.Name, contestant.Setup()));
            }

            GC.Collect();
            var figures = ready.ToDictionary(static r => r.Name, static _ => new List<double>(), StringComparer.Ordinal);
            ready.ForEach(static r => r.Measured.Measure()); // warm-up, not counted
            for (var round = 0; round < Math.Min(rounds, race.MostRounds); round++)
            {
                Say($"{title}: round {round + 1}");
                ready.ForEach(r => figures[r.Name].Add(r.Measured.Measure()));
            }

            return figures;
        }
        finally
        {
            DisposeAll(ready.ConvertAll(static r => (IDisposable)r.Measured));
        }
    }

    private Dictionary<string, List<double>> RunOneByOne(Race race, string title)
    {
        var figures = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var round = 0; round < Math.Min(rounds, race.MostRounds); round++)
        {
            foreach (var contestant in race.Contestants.Where(static c => c.Missing is null))
            {
                Say($"{title}: round {round + 1}, {contestant.Name}");
                using var measured = contestant.Setup();
                (figures.TryGetValue(contestant.Name, out var of) ? of : figures[contestant.Name] = []).Add(measured.Measure());
            }
        }

        return figures;
    }

    /// <summary>All of them, whatever one throws; then the first of what was thrown.</summary>
    private static void DisposeAll(List<IDisposable> all)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var one in all)
        {
            try
            {
                one.Dispose();
            }
#pragma warning disable CA1031 // It is thrown again when the others are taken down.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        first?.Throw();
    }

    private void Say(string what) => progress.WriteLine($"{Stopwatch.GetElapsedTime(_start):m\\:ss} {what}");
}
