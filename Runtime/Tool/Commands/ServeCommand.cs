using System.CommandLine;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using TimeNs.Control;
using TimeNs.Control.Configuration;
using TimeNs.Control.Service;
using TimeNs.Control.State;
using TimeNs.Tool.Telemetry;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens serve</c>: runs the service until SIGINT or SIGTERM.</summary>
internal static class ServeCommand
{
    private static readonly string[] LogFormats = ["text", "json", "systemd"];

    public static Command Create(ServiceVerbs verbs)
    {
        var group = new Option<string?>("--group") { Description = "The group whose members may connect.", HelpName = "GROUP" };
        var config = new Option<string?>("--config") { Description = "A file of namespaces, timers, access and limits, applied again whenever it changes.", HelpName = "FILE" };
        var check = new Option<string?>("--check-config") { Description = "Only say what is wrong with this file, and end.", HelpName = "FILE" };
        var state = new Option<string?>("--state") { Description = "The directory that namespaces are written down in and restored from.", HelpName = "DIRECTORY" };
        var log = new Option<string?>("--log") { Description = "How to log on the error stream. Default: text, without a time; none without --config and --state.", HelpName = string.Join('|', LogFormats) };
        log.AcceptOnlyFromAmong(LogFormats);
        var http = new Option<string?>("--http") { Description = "A loopback address and port for the web page and the metrics.", HelpName = "ADDRESS:PORT" };
        var any = new Option<bool>("--http-any") { Description = "Take an address for --http that other machines can reach. Set a token." };
        var command = new ExampleCommand("serve", "Hold time namespaces and answer the control interface on a Unix socket.",
            "timens serve  # until SIGINT or SIGTERM",
            "timens serve --socket /run/timens/timens.sock --group timens",
            "timens serve --config /etc/timens/timens.json --state /var/lib/timens",
            "timens serve --http 127.0.0.1:9464  # the web page, for looking; a token makes an admin",
            "timens serve --check-config timens.json")
        {
            verbs.Socket, group, config, check, state, log, http, any,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(check) is { } checkedFile)
            {
                Load(checkedFile);
                output.WriteLine($"{checkedFile}: good");
                return CommandLine.Done;
            }

            var path = verbs.TryFindSocket(parsed)
                ?? throw new ToolException("XDG_RUNTIME_DIR is not set: say where the socket is to be with --socket PATH or TIMENS_SOCKET");
            var options = new ServeOptions
            {
                Socket = Path.GetFullPath(path),
                Group = parsed.GetValue(group),
                Config = parsed.GetValue(config) is { } file ? Load(file) : null,
                State = parsed.GetValue(state),
                Variable = verbs.Surroundings.Variable,
                Http = parsed.GetValue(http) is { } address ? Address(address, parsed.GetValue(any)) : null,
            };
            return Run(options, parsed.GetValue(log) ?? (options.Config is null && options.State is null ? null : "text"), output);
        });
        return command;
    }

    private static ConfigSource Load(string file)
    {
        try
        {
            return new ConfigSource(file);
        }
        catch (Exception refused) when (refused is ConfigException or IOException or UnauthorizedAccessException)
        {
            throw new ToolException(refused is ConfigException ? refused.Message.Replace(Path.GetFullPath(file), file, StringComparison.Ordinal) : refused.Message);
        }
    }

    private static IPEndPoint Address(string text, bool any)
    {
        var address = HttpAddress.Find(text) ?? throw new ToolException($"--http '{text}': {HttpAddress.Wanted}");
        return any || IPAddress.IsLoopback(address.Address)
            ? address
            : throw new ToolException($"--http '{text}' is no loopback address: other machines could reach it; with --http-any it is taken all the same");
    }

    private static int Run(ServeOptions options, string? log, TextWriter output)
    {
        try
        {
            using var application = ServiceHost.Create(options, builder => Configure(builder, log));
            using var export = OtlpExport.Start(options.Config?.Current.Metrics); // ends before the application, whose meter tells it the last counts
            application.Start();
            output.WriteLine($"timens: listening on {options.Socket}");
            foreach (var url in application.Urls.Where(static u => !u.Contains("unix:", StringComparison.Ordinal)))
            {
                output.WriteLine($"timens: listening on {url}{Whom(application.Services.GetRequiredService<ControlService>().Options.Access)}");
            }

            output.Flush();
            application.WaitForShutdown();
            return application.Services.GetService<StateService>() is { HasLost: true } ? CommandLine.Refused : CommandLine.Done;
        }
        catch (Exception refused) when (refused is IOException or ArgumentException or ConfigException or OptionsValidationException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw new ToolException(refused.Message);
        }
    }

    private static string Whom(AccessOptions access) =>
        access.TcpRole == Role.None ? "" : $" ({access.TcpRole.ToString().ToLowerInvariant()}{(access.TokenFile is { } token ? $" with the token in {token}" : "")})";

    /// <summary>The error stream takes the log: the output has a line for each place that the service listens on.</summary>
    private static void Configure(WebApplicationBuilder builder, string? log)
    {
        builder.Host.UseConsoleLifetime(static console => console.SuppressStatusMessages = true);
        if (log is null)
        {
            return;
        }

        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // what ends the start is told as the command's error
        _ = log switch
        {
            "json" => builder.Logging.AddJsonConsole(static json => 
                (json.UseUtcTimestamp, json.TimestampFormat, json.JsonWriterOptions) = (true, "O", new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })),
            "systemd" => builder.Logging.AddSystemdConsole(),
            _ => builder.Logging.AddSimpleConsole(static text => text.SingleLine = true),
        };
    }
}
