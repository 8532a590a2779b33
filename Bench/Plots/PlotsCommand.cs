using TimeNs.Bench.RealTime;

namespace TimeNs.Bench.Plots;

/// <summary>The verb <c>plots</c>: measures and draws the figures of docs/benchmarks.md.</summary>
internal static class PlotsCommand
{
    public const string Usage = """
        plots                        measures and draws the figures of docs/benchmarks.md
          --output DIR               docs/images
          --most N                   timers at most, 1000 to 10000000; 10000000
          --only NAME                lateness, cost, memory or image
        """;

    private const int DefaultMost = 10_000_000;
    private const int LatenessTimers = 10_000;
    private const int LatenessSeconds = 10;

    /// <returns>0; 1 when something did not do its work; 2 when the arguments are wrong.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var options = Arguments.Parse(args, ["--output", "--most", "--only"], [], error);
        if (options is null || !options.TryNumber("--most", DefaultMost, DefaultMost, error, out var most) || !IsKnown(options["--only"], error))
        {
            error.WriteLine(Usage);
            return 2;
        }

        var folder = Directory.CreateDirectory(options["--output"] ?? Path.Combine("docs", "images")).FullName;
        var sizes = GrowthSeries.Sizes(most);
        try
        {
            foreach (var (name, draw) in Figures(sizes, error))
            {
                if (options["--only"] is null || options["--only"] == name)
                {
                    var file = Path.Combine(folder, $"{name}.png");
                    draw(file);
                    output.WriteLine(file);
                }
            }

            return 0;
        }
        catch (InvalidOperationException exception)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static IEnumerable<(string Name, Action<string> Draw)> Figures(int[] sizes, TextWriter progress) =>
    [
        ("lateness", file => LatenessFigure.Draw(file, LatenessFigure.Measure(new LatenessPlan(LatenessTimers, LatenessSeconds), progress))),
        ("cost", file => GrowthFigures.DrawCost(file, GrowthSeries.Cost(sizes, progress))),
        ("memory", file => GrowthFigures.DrawMemory(file, GrowthSeries.Memory(sizes, progress))),
        ("image", file => GrowthFigures.DrawImage(file, GrowthSeries.Image(sizes, progress))),
    ];

    private static bool IsKnown(string? figure, TextWriter error)
    {
        if (figure is null or "lateness" or "cost" or "memory" or "image")
        {
            return true;
        }

        error.WriteLine($"--only {figure}: there is no such figure.");
        return false;
    }
}
