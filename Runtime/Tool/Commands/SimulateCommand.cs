using System.CommandLine;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens simulate FILE…</c>: runs scenario files in simulated time, each on a fresh host.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Scenario files (JSON Lines, see docs/scenarios).",
            Arity = ArgumentArity.OneOrMore,
        };
        files.Validators.Add(static result =>
        {
            if (result.Tokens.FirstOrDefault(static token => token.Value.StartsWith('-')) is { } option)
            {
                result.AddError($"Unknown option '{option.Value}' (a file of that name is ./{option.Value})");
            }
        });
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only misses and the count." };
        var command = new ExampleCommand("simulate", "Run scenarios on a simulated host and check what they expect.",
            "timens simulate backup.jsonl            a line of JSON for each step, then the count",
            "timens simulate --quiet scenarios/*.jsonl   misses and the count only",
            "timens simulate backup.jsonl | grep '\"ticks\"'   every delivery")
        {
            files,
            quiet,
        };
        command.SetAction(parsed => new Simulation(parsed.InvocationConfiguration, parsed.GetValue(quiet)).Run(parsed.GetValue(files)!));
        return command;
    }

    /// <summary>One run of the command: counts over all files.</summary>
    private sealed class Simulation(InvocationConfiguration console, bool quiet)
    {
        private int _passed;
        private int _failed;

        public int Run(IEnumerable<string> files)
        {
            var (usable, unusable) = (0, 0);
            foreach (var file in files)
            {
                if (Load(file) is { } scenario)
                {
                    Run(scenario);
                    usable++;
                }
                else
                {
                    unusable++;
                }
            }

            if (usable != 0)
            {
                console.Output.WriteLine($"{_passed} passed, {_failed} failed");
            }

            return unusable != 0 ? CommandLine.Unusable : _failed != 0 ? CommandLine.Missed : CommandLine.Done;
        }

        private void Run(Scenario scenario)
        {
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

        private Scenario? Load(string file)
        {
            try
            {
                return ScenarioParser.Parse(file, InputFile.Read(file));
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
