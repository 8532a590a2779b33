namespace TimeNs.Bench.Goals;

/// <summary>The verb <c>goals</c>.</summary>
internal static class GoalsCommand
{
    public const string Usage = """
        goals                        every row of the table of goals, with its peers
          --rows expiry,cancel       races whose id begins so; --list names them
          --list                     the races and their rows, without running them
          --rounds N                 turns of each contestant, 1 to 99; 9
          --quick                    3 turns and shorter ones in real time
          --output DIR               where goals.md and goals.json are written; ./bench-results
        """;

    private const int DefaultRounds = 9;
    private const int QuickRounds = 3;
    private const int MostRounds = 99;

    /// <returns>0; 1 when a row falls short by more than its noise; 2 when the arguments are wrong.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var options = Arguments.Parse(args, ["--rows", "--rounds", "--output"], ["--list", "--quick"], error);
        var otherwise = options?.Has("--quick") == true ? QuickRounds : DefaultRounds;
        if (options is null || !options.TryNumber("--rounds", otherwise, MostRounds, error, out var rounds)
            || !TryRaces(options, error, out var races))
        {
            error.WriteLine(Usage);
            return 2;
        }

        if (options.Has("--list"))
        {
            foreach (var race in races)
            {
                output.WriteLine($"{race.Id,-16}{string.Join("; ", race.Goals.Select(g => $"{g.Row} {g.Text(race.Unit)}".TrimEnd()))}");
            }

            return 0;
        }

        var machine = Machine.Describe(TimeProvider.System);
        var rows = new GoalsRunner(rounds, error).Run(races);
        var markdown = GoalsTable.Markdown(rows, machine, rounds);
        output.Write(markdown);
        var folder = Directory.CreateDirectory(options["--output"] ?? "bench-results").FullName;
        File.WriteAllText(Path.Combine(folder, "goals.md"), markdown);
        File.WriteAllText(Path.Combine(folder, "goals.json"), GoalsTable.Json(rows, machine, rounds));
        return GoalsTable.ExitCode(rows);
    }

    private static bool TryRaces(Arguments options, TextWriter error, out Race[] races)
    {
        var scale = options.Has("--quick") ? new GoalScale { LatenessSeconds = 1, SaturationSeconds = 0.3 } : new GoalScale();
        var all = GoalList.All(scale);
        string[] wanted = options["--rows"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [""];
        races = [.. all.Where(race => wanted.Any(w => race.Id.StartsWith(w, StringComparison.Ordinal)))];
        var unknown = wanted.FirstOrDefault(w => !all.Any(race => race.Id.StartsWith(w, StringComparison.Ordinal)));
        if (unknown is not null || races.Length == 0)
        {
            error.WriteLine($"--rows {unknown}: there is no such race. There are: {string.Join(' ', all.Select(static r => r.Id))}");
            return false;
        }

        return true;
    }
}
