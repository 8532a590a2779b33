using System.CommandLine;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens kernel-host</c>: the other end of <c>simulate --kernel</c>, which starts it inside a time namespace. Not for people, so
/// it stands in no help.
/// </summary>
internal static class KernelHostCommand
{
    public const string Name = "kernel-host";

    public static Command Create()
    {
        var command = new Command(Name, "Do the steps of a scenario as calls on real timerfds.") { Hidden = true };
        command.SetAction(static parsed => new KernelHost().Serve(Console.In, parsed.InvocationConfiguration.Output));
        return command;
    }
}
