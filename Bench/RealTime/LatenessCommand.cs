using System.Globalization;
using TimeNs.Bench.Goals;

namespace TimeNs.Bench.RealTime;

/// <summary>The verb <c>lateness</c>: how late periodic timers are called, in real time.</summary>
internal static class LatenessCommand
{
    public const string Usage = """
        lateness                     how late timers at 1 Hz are, from raw samples
          --timers N                 10000
          --seconds N                measured, after one of warm-up; 10
          --only NAME                sources whose name contains this
          --raw DIR                  one text file a source, a sample a line, in nanoseconds, sorted
        """;

    public static double[] Shares { get; } = [0.5, 0.9, 0.99, 0.999, 1];

    /// <returns>0; 1 when a source did not do its work; 2 when the arguments are wrong.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var options = Arguments.Parse(args, ["--timers", "--seconds", "--only", "--raw"], [], error);
        if (options is null || !options.TryNumber("--timers", 10_000, 1_000_000, error, out var timers)
            || !options.TryNumber("--seconds", 10, 3_600, error, out var seconds))
        {
            error.WriteLine(Usage);
            return 2;
        }

        var plan = new LatenessPlan(timers, seconds);
        output.WriteLine($"| {timers} timers at 1 Hz, {seconds} s | p50 | p90 | p99 | p99.9 | max | samples |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        var sources = LatenessSources.All().Where(s => s.Name.Contains(options["--only"] ?? "", StringComparison.OrdinalIgnoreCase));
        return sources.Select(source => Report(source, plan, options["--raw"], output)).DefaultIfEmpty().Max();
    }

    private static int Report(LatenessSource source, LatenessPlan plan, string? folder, TextWriter output)
    {
        if (source.Missing is { } why)
        {
            output.WriteLine($"| {source.Name} | not measured here: {why} |");
            return 0;
        }

        try
        {
            var samples = source.Run(plan);
            var figures = Shares.Select(share => Unit.Nanoseconds.Format(Samples.Percentile(samples, share)));
            output.WriteLine($"| {source.Name} | {string.Join(" | ", figures)} | {samples.Length} |");
            if (folder is not null)
            {
                var name = string.Concat(source.Name.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
                File.WriteAllLines(
                    Path.Combine(Directory.CreateDirectory(folder).FullName, $"lateness-{name}.txt"),
                    samples.Select(static s => s.ToString(CultureInfo.InvariantCulture)));
            }

            return 0;
        }
        catch (InvalidOperationException exception)
        {
            output.WriteLine($"| {source.Name} | failed: {exception.Message} |");
            return 1;
        }
    }
}
