using System.CommandLine;
using Spectre.Console;
using TimeNs.Tool.Demo;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens demo</c>: the main job on the machine's own clocks. Exit code 1 when a timer lost its meaning.</summary>
internal static class DemoCommand
{
    /// <summary>Wide enough for the table where there is no terminal to ask.</summary>
    private const int WidthWithoutTerminal = 160;

    public static Command Create()
    {
        var save = new Option<string?>("--save") { Description = "Keep the checkpoint's image in a file.", HelpName = "FILE" };
        var command = new ExampleCommand(
            "demo",
            "Show the main job on real timers: namespaces, a live clock change, a checkpoint, downtime, a restore, and what became of every timer.",
            "timens demo",
            "timens demo --save web.tns && timens image show web.tns")
        {
            save,
        };
        command.SetAction((parsed, _) => new DemoRun(Open(parsed.InvocationConfiguration.Output), Usable(parsed.GetValue(save))).RunAsync());
        return command;
    }

    /// <summary>A place that cannot be written to is better told before the demonstration than after it.</summary>
    private static string? Usable(string? path) =>
        path is null ? null
        : Directory.Exists(path) ? throw new ToolException($"--save {path}: is a directory, not a file")
        : Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? path
        : throw new ToolException($"--save {path}: there is no such directory");

    private static IAnsiConsole Open(TextWriter output)
    {
        var isTerminal = !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }
}
