using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace TimeNs.Tool;

/// <summary>A command with examples, which its help shows: each a line to type, with a remark after <c>  # </c> where it needs one.</summary>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, and the examples of the command, or of its subcommands, after it.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitCodes = """
        Exit codes:
          0 done   1 refused by the service; expectations missed; images differ   2 wrong use or an unusable file
          3 the service cannot be reached   4 not authorised

        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var examples = ExamplesOf(parseResult.CommandResult.Command).ToArray();
        if (examples.Length != 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in Align(examples))
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
        }

        parseResult.InvocationConfiguration.Output.WriteLine(ExitCodes);
        return code;
    }

    /// <summary>A command's own examples; of a group the first one of each command, or group, in it.</summary>
    private static IEnumerable<string> ExamplesOf(Command command) => command is ExampleCommand { Examples.Count: > 0 } own
        ? own.Examples
        : command.Subcommands.SelectMany(static c => ExamplesOf(c).Take(1));

    /// <summary>The remarks below each other.</summary>
    private static IEnumerable<string> Align(string[] examples)
    {
        var parts = examples.Select(static e => e.Split("  # ", 2)).ToArray();
        var width = parts.Where(static p => p.Length == 2).Select(static p => p[0].Length).DefaultIfEmpty().Max();
        return parts.Select(p => p.Length == 2 ? $"{p[0].PadRight(width)}  # {p[1]}" : p[0]);
    }
}

/// <summary>The version that was built.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(ShowVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        parseResult.InvocationConfiguration.Output.WriteLine($"timens {version.Split('+')[0]}");
        return CommandLine.Done;
    }
}
