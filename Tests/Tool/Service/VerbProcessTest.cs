using System.Diagnostics;

namespace TimeNs.Tests.Tool.Service;

/// <summary>The verbs as a user runs them: processes of their own, signals, a pipe, another user.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class VerbProcessTest
{
    private ToolService _service;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web", "--monotonic", "-90s");
        _service.Do("timer", "create", "web", "realtime", "--name", "noon", "--at", "2026-01-01T12:00:00Z");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Verb_BySocketVariable_AnswersOnItsStreams()
    {
        var (code, output, error) = Finish(Begin("ns", "show", "web"));
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("  MONOTONIC   910s                   -1m30s\n"));
    }

    [Test]
    public void Set_WithoutATerminal_AsksNobodyAndChangesNothing()
    {
        var (code, output, error) = Finish(Begin("ns", "set", "web", "--realtime", "+1d"));
        Assert.That((code, output), Is.EqualTo((1, "this makes 1 timer fire\n")));
        Assert.That(error, Is.EqualTo("timens: this makes 1 timer fire: nothing was changed; --dry-run shows which, --yes does it\n"));
    }

    [TestCase("-INT")]
    [TestCase("-TERM")]
    public void Watch_ASignal_EndsItWithZero(string signal)
    {
        if (signal == "-INT")
        {
            Signals.NeedInterrupt();
        }

        using var watch = Begin("watch", "--json");
        // There is no terminal that it would tell when it watches: so until it has seen something.
        var seen = watch.StandardOutput.ReadLineAsync();
        for (var i = 0; !seen.IsCompleted && i < 100_000; i++)
        {
            _service.Do("ns", "create", "probe");
            _service.Do("ns", "delete", "probe");
        }

        Assert.That(seen.Result, Does.StartWith("""{"event":"""));
        Process.Start("kill", [signal, $"{watch.Id}"]).WaitForExit();
        Assert.That(Finish(watch).Code, Is.Zero);
    }

    [Test]
    public void Checkpoint_ThroughAPipe_IsRestoredAtTheOtherEnd()
    {
        var tool = $"dotnet '{Tool}'";
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{tool} checkpoint web -o - --stop | {tool} restore - --as copy --json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["TIMENS_SOCKET"] = _service.Socket;
        var (code, output, error) = Finish(Process.Start(start)!);
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("the namespace is deleted"));
        Assert.That(output, Does.Contain("\"name\": \"copy\""));
        Assert.That(_service.Runtime.FindNamespace("copy")!.FindTimer("noon"), Is.Not.Null);
        Assert.That(_service.Runtime.FindNamespace("web"), Is.Null);
    }

    [Test]
    public void Verb_OfAnotherUser_IsExitCodeFour()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv"))
        {
            Assert.Ignore("needs root and setpriv, to be another user");
        }

        Process.Start("chmod", ["755", Path.GetDirectoryName(_service.Socket)!]).WaitForExit();
        var start = new ProcessStartInfo("setpriv", ["--reuid=4242", "--regid=4242", "--clear-groups", "dotnet", Tool, "ns", "list"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["TIMENS_SOCKET"] = _service.Socket;
        start.Environment["DOTNET_CLI_HOME"] = "/tmp";
        var (code, _, error) = Finish(Process.Start(start)!);
        Assert.That(error, Is.EqualTo($"timens: {_service.Socket}: permission denied: this user may not ask the service\n"));
        Assert.That(code, Is.EqualTo(4));
    }

    private static string Tool => Path.ChangeExtension(typeof(TimeNs.Tool.CommandLine).Assembly.Location, ".dll");

    private Process Begin(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Tool, .. args]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["TIMENS_SOCKET"] = _service.Socket;
        return Process.Start(start)!;
    }

    private static (int Code, string Output, string Error) Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
    }
}
