using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TimeNs.Control;
using TimeNs.Control.Service;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens serve</c>: runs the service until SIGINT or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var socket = new Option<string?>("--socket") { Description = "The Unix socket to listen on. Default: as the other commands ask for it.", HelpName = "PATH" };
        var group = new Option<string?>("--group") { Description = "The group whose members may connect.", HelpName = "GROUP" };
        var command = new ExampleCommand("serve", "Hold time namespaces and answer the control interface on a Unix socket.",
            "timens serve  # until SIGINT or SIGTERM",
            "timens serve --socket /run/timens/timens.sock --group timens")
        {
            socket,
            group,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(socket) ?? Environment.GetEnvironmentVariable("TIMENS_SOCKET") ?? TimeNsSocket.DefaultPath
                ?? throw new ToolException("XDG_RUNTIME_DIR is not set: say where the socket is to be with --socket PATH");
            return Run(Path.GetFullPath(path), parsed.GetValue(group), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static int Run(string path, string? group, TextWriter output)
    {
        try
        {
            using var application = ControlHost.Create(path, group, services: static builder => builder.Host.UseConsoleLifetime(static console => console.SuppressStatusMessages = true));
            application.Start();
            output.WriteLine($"timens: listening on {path}");
            output.Flush();
            application.WaitForShutdown();
            return CommandLine.Done;
        }
        catch (Exception refused) when (refused is IOException or ArgumentException or OptionsValidationException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw new ToolException(refused.Message);
        }
    }
}
