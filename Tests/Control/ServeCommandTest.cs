using System.Diagnostics;
using TimeNs.Control.Sockets;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary><c>timens serve</c> as a process, asked by curl, also as another user.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class ServeCommandTest
{
    [Test]
    public void Serve_AnswersCurl_RefusesASecond_AndEndsWithTheSignal()
    {
        Need("curl", "--version");
        using var folder = new TestFolder();
        var socket = folder.File("d/t.sock");
        using var service = Serve(socket);
        Assert.That(Run("curl", "-sS", "--unix-socket", socket, "http://localhost/v1/namespaces").Output, Does.Contain("\"name\":\"host\""));
        var second = Run("dotnet", Tool, "serve", "--socket", socket);
        Assert.That((second.Code, second.Error), Is.EqualTo((2, $"timens: Another service has '{socket}': its lock is held.\n")));
        Run("kill", "-TERM", $"{service.Id}");
        service.WaitForExit();
        Assert.That(service.ExitCode, Is.Zero);
        Assert.That(LibC.Status(socket), Is.Null);
    }

    [Test]
    public void Serve_Killed_LeavesAStaleSocket_ThatTheNextReplaces()
    {
        Need("curl", "--version");
        using var folder = new TestFolder();
        var socket = folder.File("d/t.sock");
        using (var killed = Serve(socket))
        {
            killed.Kill();
            killed.WaitForExit();
        }

        Assert.That(LibC.Status(socket)?.IsSocket, Is.True);
        using var next = Serve(socket);
        Assert.That(Run("curl", "-sS", "--unix-socket", socket, "http://localhost/healthz").Output, Is.EqualTo("""{"status":"ok"}"""));
        next.Kill();
    }

    [Test]
    public void Serve_AnotherUser_IsKeptOut_AndWithItsGroupItHasNoRole()
    {
        Need("curl", "--version");
        Need("setpriv", "--version");
        if (!OperatingSystem.IsLinux() || LibC.EffectiveUid != 0)
        {
            Assert.Ignore("needs root, to be another user");
        }

        using var folder = new TestFolder();
        Run("chmod", "755", folder.Path);
        var socket = folder.File("d/t.sock");
        using var service = Serve(socket, "--group", "4243");
        string[] curl = ["curl", "-sS", "--unix-socket", socket, "http://localhost/v1/clocks"];
        var stranger = Run("setpriv", ["--reuid=4242", "--regid=4242", "--clear-groups", .. curl]);
        var member = Run("setpriv", ["--reuid=4242", "--regid=4242", "--groups=4243", .. curl]);
        service.Kill();
        Assert.That(stranger.Code, Is.EqualTo(7), "curl: could not connect");
        Assert.That(member.Output, Does.Contain("urn:timens:error:forbidden").And.Contain("uid 4242"));
    }

    [Test]
    public async Task Peer_OfARealConnection_HasTheRolesOfItsUserAndGroups()
    {
        Need("curl", "--version");
        Need("setpriv", "--version");
        if (!OperatingSystem.IsLinux() || LibC.EffectiveUid != 0)
        {
            Assert.Ignore("needs root, to be another user");
        }

        await using var rig = await ControlRig.StartAsync(static o =>
        {
            o.Access.ReadUsers.Add("4242");
            o.Access.AdminGroups.Add("4244");
        });
        Run("chmod", "755", Path.GetDirectoryName(Path.GetDirectoryName(rig.Socket)!)!);
        Run("chmod", "755", Path.GetDirectoryName(rig.Socket)!);
        Run("chmod", "666", rig.Socket);
        string[] read = ["curl", "-sS", "--unix-socket", rig.Socket, "http://localhost/v1/clocks"];
        string[] write = ["curl", "-sS", "--unix-socket", rig.Socket, "-H", "Content-Type: application/json", "-d", """{"name":"mine"}""", "http://localhost/v1/namespaces"];
        Assert.Multiple(() =>
        {
            Assert.That(Run("setpriv", ["--reuid=4242", "--regid=4242", "--clear-groups", .. read]).Output, Does.Contain("realtime_ns"));
            Assert.That(Run("setpriv", ["--reuid=4242", "--regid=4242", "--clear-groups", .. write]).Output, Does.Contain("forbidden"));
            Assert.That(Run("setpriv", ["--reuid=4245", "--regid=4245", "--clear-groups", .. read]).Output, Does.Contain("forbidden"));
            Assert.That(Run("setpriv", ["--reuid=4245", "--regid=4245", "--groups=1,2,4244", .. write]).Output, Does.Contain("\"name\":\"mine\""));
        });
    }

    [Test]
    public void Serve_AnImpossibleSocket_IsOneLine()
    {
        ToolRun.Of("serve", "--socket", "/no/such/place/t.sock").IsRefused("There is no directory '/no/such'");
        ToolRun.Of("serve", "--socket", "/" + new string('x', 120)).IsRefused("at most 107 bytes");
        ToolRun.Of("serve", "--socket", "/tmp/t.sock", "--group", "no such group").IsRefused("no such group");
    }

    private static string Tool => typeof(TimeNs.Tool.CommandLine).Assembly.Location;

    private static Process Serve(string socket, params string[] more)
    {
        var service = Process.Start(new ProcessStartInfo("dotnet", [Tool, "serve", "--socket", socket, .. more]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.That(service.StandardOutput.ReadLine(), Is.EqualTo($"timens: listening on {socket}"));
        return service;
    }

    private static (int Code, string Output, string Error) Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static void Need(string command, string argument)
    {
        try
        {
            Run(command, argument);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore($"needs {command}");
        }
    }
}
