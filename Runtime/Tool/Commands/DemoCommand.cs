using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens demo</c>: the demonstration. Its place on the command line; what it shows is still to come.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "See time namespaces at work.") { Hidden = true };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed) => throw new ToolException("the demonstration is not in this build");
}
