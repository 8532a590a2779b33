using System.CommandLine;
using NodaTime;
using TimeNs.Tool.Scenarios;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens simulate FILE…</c>: runs scenario files, each on a fresh host: in simulated time, or with <c>--kernel</c> on real timerfds.
/// </summary>
internal static class SimulateCommand
{
    private static readonly Duration DefaultTolerance = Duration.FromMilliseconds(50);
    private static readonly Duration DefaultMax = Duration.FromSeconds(60);

    public static Command Create()
    {
        var files = CommonOptions.File<string[]>("Scenario files (JSON Lines, see docs/scenarios).", ArgumentArity.OneOrMore);
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only misses and the count." };
        var kernel = new Option<bool>("--kernel") { Description = "Run on real timerfds of this machine's kernel, in real time; skip what a kernel cannot do." };
        var tolerance = CommonOptions.Span("--tolerance", "With --kernel: how far times may be from what is expected. Default 50ms.");
        var max = CommonOptions.Span("--max", "With --kernel: refuse a file that would take longer than this. Default 60s.");
        var command = new ExampleCommand("simulate", "Run scenarios on a simulated host and check what they expect.",
            "timens simulate backup.jsonl  # a line of JSON for each step, then the count",
            "timens simulate --quiet scenarios/*.jsonl  # misses and the count only",
            "timens simulate backup.jsonl | grep '\"ticks\"'  # every delivery",
            "timens simulate --kernel backup.jsonl  # the same on real timerfds, in real time")
        {
            files,
            quiet,
            kernel,
            tolerance,
            max,
        };
        command.SetAction(parsed =>
        {
            var onKernel = parsed.GetValue(kernel);
            var limits = (parsed.GetValue(tolerance), parsed.GetValue(max));
            Check(onKernel, limits);
            var run = new Simulation(parsed.InvocationConfiguration, parsed.GetValue(quiet), onKernel, limits.Item1 ?? DefaultTolerance, limits.Item2 ?? DefaultMax);
            return run.Run(parsed.GetValue(files)!);
        });
        return command;
    }

    private static void Check(bool onKernel, (Duration? Tolerance, Duration? Max) limits)
    {
        if (!onKernel && limits != (null, null))
        {
            throw new ToolException($"{(limits.Tolerance is null ? "--max" : "--tolerance")} is for --kernel");
        }

        if (onKernel && !KernelCalls.IsSupported)
        {
            throw new ToolException("--kernel needs the timerfds of a 64-bit Linux");
        }
    }

    /// <summary>One run of the command: counts over all files.</summary>
    private sealed class Simulation(InvocationConfiguration console, bool quiet, bool onKernel, Duration tolerance, Duration max)
    {
        private int _passed;
        private int _failed;
        private int _skipped;

        public int Run(IEnumerable<string> files)
        {
            var (usable, unusable) = (0, 0);
            foreach (var file in files)
            {
                if (Load(file) is { } loaded)
                {
                    Run(loaded.Scenario, loaded.Plan);
                    usable++;
                }
                else
                {
                    unusable++;
                }
            }

            if (usable != 0)
            {
                console.Output.WriteLine($"{_passed} passed, {_failed} failed{(onKernel ? $", {_skipped} skipped" : "")}");
            }

            return unusable != 0 ? CommandLine.Unusable : _failed != 0 ? CommandLine.Missed : CommandLine.Done;
        }

        private void Run(Scenario scenario, KernelPlan? plan)
        {
            if (plan is not null)
            {
                using var kernel = new KernelRunner(scenario, plan, tolerance);
                foreach (var result in kernel.Run())
                {
                    Report(scenario.File, result);
                }

                return;
            }

            using var runner = new ScenarioRunner();
            foreach (var step in scenario.Steps)
            {
                Report(scenario.File, runner.Run(step));
            }
        }

        private void Report(string file, StepResult result)
        {
            if (!quiet)
            {
                console.Output.WriteLine(result.ToLine());
            }

            _skipped += result.IsSkipped ? 1 : 0;
            if (result.Passed is not { } passed)
            {
                return;
            }

            _passed += passed ? 1 : 0;
            _failed += passed ? 0 : 1;
            if (!passed)
            {
                Complain($"{file}:{result.Step.Line}: {result.Miss}");
            }
        }

        private (Scenario Scenario, KernelPlan? Plan)? Load(string file)
        {
            try
            {
                var scenario = ScenarioParser.Parse(file, InputFile.Read(file));
                return (scenario, onKernel ? KernelRunner.Plan(scenario, tolerance, max) : null);
            }
            catch (ScenarioException e)
            {
                Complain(e.Message);
            }
            catch (ToolException e)
            {
                Complain($"timens: {e.Message}");
            }

            return null;
        }

        /// <summary>After the results that came before it, also where both streams are one.</summary>
        private void Complain(string line)
        {
            console.Output.Flush();
            console.Error.WriteLine(line);
        }
    }
}
