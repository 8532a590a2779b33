using System.Diagnostics;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary><c>timens serve</c> as a process of its own, on the machine's clocks. It is killed when a test has had it for a minute, or as long as it says: then every wait for it ends.</summary>
internal sealed class ServeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _patience;
    private readonly List<string> _log = [];

    private ServeProcess(TestFolder folder, string[] arguments, (string Name, string Value)[] environment, TimeSpan? patience = null)
    {
        _patience = new CancellationTokenSource(patience ?? Patience);
        Socket = folder.File("s/timens.sock");
        var start = new ProcessStartInfo("dotnet", [Tool, "serve", "--socket", Socket, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        Process = Process.Start(start)!;
        _patience.Token.Register(static process => ((Process)process!).Kill(), Process);
        Http = ControlRig.Client(Socket);
    }

    public static string Tool => typeof(TimeNs.Tool.CommandLine).Assembly.Location;

    public Process Process { get; }

    public string Socket { get; }

    public HttpClient Http { get; }

    /// <summary>The lines of the error stream that were read so far.</summary>
    public IReadOnlyList<string> Log => _log;

    /// <summary>Starts it and waits until it listens.</summary>
    public static ServeProcess Start(TestFolder folder, params string[] arguments) => Start(folder, [], arguments);

    /// <summary>Starts it, and does not wait for anything.</summary>
    public static ServeProcess Launch(TestFolder folder, params string[] arguments) => new(folder, arguments, []);

    public static ServeProcess Start(TestFolder folder, (string Name, string Value)[] environment, params string[] arguments) =>
        Started(new ServeProcess(folder, arguments, environment), arguments);

    /// <summary>One that a test needs for longer.</summary>
    public static ServeProcess Start(TestFolder folder, TimeSpan patience, params string[] arguments) =>
        Started(new ServeProcess(folder, arguments, [], patience), arguments);

    private static ServeProcess Started(ServeProcess started, string[] arguments)
    {
        if (started.Process.StandardOutput.ReadLine() is null)
        {
            var error = started.Process.StandardError.ReadToEnd();
            started.Dispose();
            throw new AssertionException($"timens serve {string.Join(' ', arguments)} did not come up: {error}");
        }

        return started;
    }

    /// <summary>Reads the error stream up to a line with this in it.</summary>
    public string WaitForLog(string part)
    {
        while (Process.StandardError.ReadLine() is { } line)
        {
            _log.Add(line);
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new AssertionException($"The service ended without '{part}' in its log: {string.Join('\n', _log)}");
    }

    public void Signal(string signal) => System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{Process.Id}"]).WaitForExit();

    /// <summary>SIGTERM, and waits for its end.</summary>
    public int Stop()
    {
        Signal("TERM");
        Process.WaitForExit();
        return Process.ExitCode;
    }

    public void Dispose()
    {
        _patience.Dispose();
        Http.Dispose();
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
