using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tool.Commands;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool;

/// <summary>
/// The command line as one function of arguments to an exit code, which tests call without a process.
/// </summary>
/// <remarks>
/// Exit codes: 0 done; 1 the service or the engine refused, a scenario's expectations were missed, images differ; 2 wrong use or an
/// unusable file; 3 the service cannot be reached; 4 not authorised. Whatever goes wrong is one line on the error stream; a stack
/// trace only with TIMENS_DEBUG set, for reports of faults.
/// </remarks>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Missed = 1;
    public const int Refused = 1;
    public const int Unusable = 2;
    public const int Unreachable = 3;
    public const int NotAuthorised = 4;

    /// <param name="args">What was typed.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="error">Where one line goes when something is wrong, and what is said on the way.</param>
    /// <param name="surroundings">What else there is; null for the process as it was started.</param>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, Surroundings? surroundings = null)
    {
        try
        {
            var code = Invoke(args, output, error, surroundings ?? Surroundings.OfProcess());
            output.Flush();
            return code;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            error.WriteLine($"timens: {Describe(e)}");
            if (Environment.GetEnvironmentVariable("TIMENS_DEBUG") is { Length: > 0 })
            {
                error.WriteLine(e);
            }

            return e is ToolException { ExitCode: var told } ? told : Unusable;
        }
    }

    private static int Invoke(IReadOnlyList<string> args, TextWriter output, TextWriter error, Surroundings surroundings)
    {
        var verbs = new ServiceVerbs(surroundings, args.Contains("--", StringComparer.Ordinal));
        var root = CreateRoot(verbs);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Tokens.Where(static t => t.Type == TokenType.Directive).Skip(1).Any())
        {
            error.WriteLine("timens: only one directive in brackets is taken. Try 'timens --help'.");
            return Unusable;
        }

        if (parsed.Action is ParseErrorAction)
        {
            var command = CommandPath(parsed);
            error.WriteLine($"timens: {Reason(parsed)}. Try '{command} --help'.");
            return Unusable;
        }

        if (parsed.RootCommandResult.GetResult(verbs.Socket) is { Implicit: false } && parsed.CommandResult.Command is var asked && asked != root && !asked.Options.Contains(verbs.Socket))
        {
            error.WriteLine($"timens: --socket does not go before '{CommandPath(parsed)["timens ".Length..]}'. Try '{CommandPath(parsed)} --help'.");
            return Unusable;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    internal static RootCommand CreateRoot(ServiceVerbs verbs)
    {
        var root = new RootCommand("Time namespaces: steer those of a service, run scenarios in simulated time, look into checkpoint images.")
        {
            NsCommand.Create(verbs),
            TimerCommand.Create(verbs),
            WatchCommand.Create(verbs),
            TopCommand.Create(verbs),
            CheckpointCommand.Create(verbs),
            RestoreCommand.Create(verbs),
            SimulateCommand.Create(),
            ImageCommand.Create(verbs.Surroundings),
            DemoCommand.Create(),
            ServeCommand.Create(verbs),
            StateCommand.Create(verbs),
            HealthCommand.Create(verbs),
            CompletionCommand.Create(),
            KernelHostCommand.Create(),
        };
        root.Add(verbs.Socket);
        foreach (var option in root.Options.ToArray())
        {
            switch (option)
            {
                case HelpOption usual:
                    root.Options.Remove(usual);
                    root.Options.Add(CreateHelp());
                    break;
                case VersionOption version:
                    version.Action = new ShowVersion();
                    break;
                default:
                    break;
            }
        }

        return root;
    }

    /// <summary>Help under the names that it has on Unix: a file may well be called /h.</summary>
    private static HelpOption CreateHelp()
    {
        var help = new HelpOption("--help", "-h");
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return help;
    }

    /// <summary>The error that tells most, on one line. A misspelt option takes a file's place, so it goes first; a list of choices comes as a line each.</summary>
    private static string Reason(ParseResult parsed)
    {
        var unknownOption = parsed.Errors.FirstOrDefault(static e => e.Message.StartsWith(CommonOptions.UnknownOption, StringComparison.Ordinal));
        if (unknownOption is null && parsed.UnmatchedTokens is [var unknown, ..])
        {
            return $"Unrecognized command or argument '{unknown}'";
        }

        var lines = (unknownOption ?? parsed.Errors[0]).Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return $"{lines[0]} {string.Join(", ", lines[1..])}".TrimEnd(' ', '.');
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            names.Add(at.Command.Name);
        }

        names.Add("timens");
        names.Reverse();
        return string.Join(' ', names);
    }

    private static string Describe(Exception e) => e switch
    {
        ToolException => e.Message,
        ScenarioException => e.Message,
        IOException => $"cannot write the output: {Errors.OneLine(e.Message)}",
        OffsetRangeException or TimeNamespaceException or ImageException => Errors.MessageOf(e),
        _ => $"fault in timens: {e.GetType().Name}: {Errors.OneLine(e.Message)} (set TIMENS_DEBUG=1 for the place)",
    };
}
