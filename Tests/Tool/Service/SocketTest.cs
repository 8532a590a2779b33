using System.Net.Sockets;

namespace TimeNs.Tests.Tool.Service;

/// <summary>Where the service is looked for, and what is said when it is not there, is something else, or does not let us in.</summary>
public class SocketTest
{
    [Test]
    public void Socket_AsAnOption_GoesBeforeAndAfterAnyVerb()
    {
        using var service = new ToolService();
        foreach (var args in (string[][])
        [
            ["--socket", service.Socket, "ns", "list"],
            ["ns", "--socket", service.Socket, "list"],
            ["ns", "list", "--socket", service.Socket],
            ["ns", "list", $"--socket={service.Socket}"],
            ["--socket", "/nowhere", "ns", "list", "--socket", service.Socket],
        ])
        {
            var run = ToolRun.In(ToolService.Around(null), args);
            Assert.That(run.Code, Is.Zero, $"{string.Join(' ', args)}: {run.Error}");
        }
    }

    [Test]
    public void Socket_OptionThenVariableThenDefault_IsTheOrder()
    {
        using var service = new ToolService();
        var elsewhere = ToolService.Around("/nowhere/default");
        var byVariable = elsewhere with { Variable = name => name == "TIMENS_SOCKET" ? service.Socket : null };
        Assert.Multiple(() =>
        {
            Assert.That(service.Run("ns", "list").Code, Is.Zero);
            Assert.That(ToolRun.In(byVariable, "ns", "list").Code, Is.Zero);
            Assert.That(ToolRun.In(byVariable, "ns", "list", "--socket", "/nowhere/option").Error, Does.Contain("/nowhere/option"));
            Assert.That(ToolRun.In(elsewhere, "ns", "list").Error, Does.Contain("/nowhere/default"));
        });
    }

    [Test]
    public void Socket_NoPlaceForIt_SaysWhatToDo() => ToolRun.In(ToolService.Around(null), "ns", "list").Fails(
        3, "no service to ask: XDG_RUNTIME_DIR is not set, so give --socket PATH or set TIMENS_SOCKET");

    [Test]
    public void Socket_NotThere_IsExitCodeThree() => ToolRun.In(ToolService.Around("/nowhere/s"), "ns", "list").Fails(
        3, "cannot reach the service at /nowhere/s: there is no such socket. Is 'timens serve' running? Another path is given by --socket or TIMENS_SOCKET");

    [Test]
    public void Socket_LeftByADeadService_IsExitCodeThree()
    {
        using var folder = new TestFolder();
        var path = folder.File("s");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path));
        }

        if (!File.Exists(path))
        {
            folder.Write("s");
        }

        ToolRun.In(ToolService.Around(path), "ns", "list").Fails(
            3, $"cannot reach the service at {path}: nobody listens there; it was left by a service that has ended, or is no socket");
    }

    [Test]
    public void Socket_IsADirectory_IsExitCodeThree() =>
        ToolRun.In(ToolService.Around("/tmp"), "ns", "list").Fails(3, "cannot reach the service at /tmp: this is a directory");

    [TestCase("", "--socket must not be empty")]
    [TestCase("/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890", "the path of a socket has at most 107 bytes")]
    public void Socket_ImpossiblePath_IsWrongUse(string path, string reason) => ToolRun.In(ToolService.Around(null), "ns", "list", "--socket", path).IsRefused(reason);

    [Test]
    public void Socket_BeforeAVerbThatAsksNoService_IsWrongUse() => ToolRun.Of("--socket", "x", "simulate", "y").IsRefused("--socket does not go before 'simulate'");

    [TestCase(401)]
    [TestCase(403)]
    public void Answer_NotAuthorised_IsExitCodeFour(int status)
    {
        using var fake = new FakeService(http => FakeService.Refuse(http, status, "Client uid 7 has the role read; the call needs admin.", "EACCES"));
        fake.Run("ns", "delete", "web").Fails(4, "Client uid 7 has the role read; the call needs admin (EACCES)");
    }

    [TestCase(400, 1)]
    [TestCase(404, 1)]
    [TestCase(409, 1)]
    [TestCase(413, 1)]
    [TestCase(422, 1)]
    [TestCase(429, 1)]
    [TestCase(500, 1)]
    [TestCase(503, 3)]
    public void Answer_AProblem_IsItsDetailAndItsExitCode(int status, int code)
    {
        using var fake = new FakeService(http => FakeService.Refuse(http, status, "Because."));
        fake.Run("ns", "show", "web", "--json").Fails(code, "Because");
    }

    [TestCase(200, "text/html", "<p>hello", "what answers there is no timens service of this version")]
    [TestCase(200, "application/json", "{\"name\":", "what answers there is no timens service of this version")]
    [TestCase(200, "application/json", "{}", "what answers there is no timens service of this version")]
    [TestCase(200, "application/json", "null", "what answers there is no timens service of this version")]
    [TestCase(404, "text/html", "<p>not here", "what answers there is no timens service of this version (HTTP 404)")]
    [TestCase(302, "text/html", "", "what answers there is no timens service of this version (HTTP 302)")]
    [TestCase(403, "application/problem+json", "{", "what answers there is no timens service of this version")]
    public void Answer_OfSomethingElse_IsExitCodeThree(int status, string type, string body, string reason)
    {
        using var fake = new FakeService(http => FakeService.Write(http, status, type, body));
        fake.Run("ns", "show", "web").Fails(3, $"cannot reach the service at {fake.Socket}: {reason}");
    }

    [Test]
    public void Answer_ThatBreaksOff_IsExitCodeThree()
    {
        using var fake = new FakeService(static http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        var run = fake.Run("ns", "show", "web");
        Assert.That((run.Code, run.ErrorLines.Length), Is.EqualTo((3, 1)), run.Error);
        Assert.That(run.Error, Does.Contain($"cannot reach the service at {fake.Socket}: the connection broke"));
    }

    [Test]
    public void Answer_OfWhatSpeaksNoHttp_IsExitCodeThree()
    {
        using var folder = new TestFolder();
        var path = folder.File("s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var answered = Task.Run(() =>
        {
            using var peer = listener.Accept();
            peer.Send("SSH-2.0-nonsense\r\n"u8);
            var rest = new byte[4096];
            while (peer.Receive(rest) > 0)
            {
            }
        });
        ToolRun.In(ToolService.Around(path), "ns", "list").Fails(3, $"cannot reach the service at {path}: what answers there does not speak HTTP");
        Assert.That(answered.Wait(TimeSpan.FromSeconds(20)), Is.True);
    }
}
