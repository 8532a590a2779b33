using TimeNs.Bench.Goals;
using TimeNs.Bench.Load;

namespace TimeNs.Bench.RealTime;

/// <summary>The verb <c>saturation</c>: deliveries a second when the engine never sleeps.</summary>
internal static class SaturationCommand
{
    public const string Usage = """
        saturation                   deliveries a second when there is always one more to make
          --timers N                 100000; one kernel timerfd a timer has as many of them as it may open
          --seconds N                measured at a time; 1
          --rounds N                 3
        """;

    /// <returns>0; 1 when a source did not do its work; 2 when the arguments are wrong.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var options = Arguments.Parse(args, ["--timers", "--seconds", "--rounds"], [], error);
        if (options is null || !options.TryNumber("--timers", 100_000, 10_000_000, error, out var timers)
            || !options.TryNumber("--seconds", 1, 3_600, error, out var seconds) || !options.TryNumber("--rounds", 3, 99, error, out var rounds))
        {
            error.WriteLine(Usage);
            return 2;
        }

        var plan = new SaturationPlan(timers, seconds);
        output.WriteLine("| source | timers | deliveries | least | most |");
        output.WriteLine("|---|--:|--:|--:|--:|");
        try
        {
            Report("TimeNs", plan, SaturationSources.RunRuntime, null);
            Report("System.Threading.Timer", plan, SaturationSources.RunSystem, null);
            Report("libev", plan, SaturationSources.RunLibev, Peers.LibevMissing);
            Report(
                "timerfd a timer + epoll", new SaturationPlan(Peers.TimerfdMissing is null ? KernelTimers.Limit(timers) : 1, seconds),
                SaturationSources.RunTimerfd, Peers.TimerfdMissing);
            return 0;
        }
        catch (InvalidOperationException exception)
        {
            error.WriteLine(exception.Message);
            return 1;
        }

        void Report(string name, SaturationPlan of, Func<SaturationPlan, double> run, string? missing)
        {
            if (missing is not null)
            {
                output.WriteLine($"| {name} | not measured here: {missing} |");
                return;
            }

            double[] rates = [.. Enumerable.Range(0, rounds).Select(_ => run(of))];
            var format = Unit.PerSecond;
            output.WriteLine(
                $"| {name} | {of.Timers} | {format.Format(Samples.Of(rates).Median)} | {format.Format(rates.Min())} | {format.Format(rates.Max())} |");
        }
    }
}
