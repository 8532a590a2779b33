using System.Diagnostics;
using System.Net.Sockets;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>Every verb where something is wrong: one line that says what, the exit code of that kind, and a service that goes on.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class FailureTest
{
    private EndToEndService _service = null!;
    private Stage _stage = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _service = new EndToEndService();
        _stage = await _service.PrepareAsync(VerbTable.All[0]);
    }

    [OneTimeTearDown]
    public void Stop() => _service.Dispose();

    private static IEnumerable<VerbCase> Asking => VerbTable.All.Where(VerbTable.Asks);

    private static IEnumerable<VerbCase> OfANamespace => VerbTable.All.Where(static v => v.Has("{ns}"));

    private static IEnumerable<VerbCase> OfATimer => VerbTable.All.Where(static v => Array.Exists(v.Words, static w => w is "tick" or "noon" or "spare"));

    private static IEnumerable<VerbCase> OfAnImage => VerbTable.All.Where(static v => v.Has("{image}"));

    [TestCaseSource(nameof(Asking))]
    public void NoService_IsExitCodeThree(object verb) => Fails(Run((VerbCase)verb, _service.File("nowhere.sock")), 3, "nowhere.sock");

    [TestCaseSource(nameof(Asking))]
    public void StaleSocket_IsExitCodeThree(object verb)
    {
        var path = _service.File("stale.sock");
        if (!File.Exists(path))
        {
            using var gone = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            gone.Bind(new UnixDomainSocketEndPoint(path));
            gone.Listen();
            File.Move(path, path + ".kept"); // closing removes it
            gone.Close();
            File.Move(path + ".kept", path);
        }

        Fails(Run((VerbCase)verb, path), 3, "stale.sock");
    }

    [TestCaseSource(nameof(OfANamespace))]
    public void UnknownNamespace_IsExitCodeOne(object verb) => Fails(Run((VerbCase)verb, _service.Socket, "{ns}", "nope"), 1, "There is no namespace 'nope' (ENOENT)");

    [TestCaseSource(nameof(OfATimer))]
    public void UnknownTimer_IsExitCodeOne(object verb)
    {
        var line = (VerbCase)verb;
        var name = line.Words.First(static w => w is "tick" or "noon" or "spare");
        Fails(Run(line, _service.Socket, name, "nope"), 1, "'nope'");
    }

    [TestCaseSource(typeof(VerbTable), nameof(VerbTable.OfRoles))]
    public void UnknownOption_IsExitCodeTwo(object verb) =>
        ToolRun.Of([.. _stage.Fill((VerbCase)verb), "--frobnicate"]).IsRefused("--frobnicate");

    [TestCaseSource(typeof(VerbTable), nameof(VerbTable.OfRoles))]
    public void OneWordTooMany_IsExitCodeTwo(object verb) => ToolRun.Of([.. _stage.Fill((VerbCase)verb), "a", "b", "c"]).IsRefused("Try 'timens ");

    [TestCaseSource(nameof(OfAnImage))]
    public void NoImage_OrADamagedOne_OrNoFile_IsExitCodeTwo(object verb)
    {
        var bytes = File.ReadAllBytes(_stage.Image);
        bytes[^3] ^= 0x40;
        File.WriteAllBytes(_service.File("damaged"), bytes);
        File.WriteAllText(_service.File("text"), "This is no image.\n");
        foreach (var file in new[] { "damaged", "text", "missing" })
        {
            Run((VerbCase)verb, _service.Socket, "{image}", _service.File(file)).IsRefused(_service.File(file));
        }
    }

    [Test]
    public async Task DamagedImage_OnTheWire_IsRefused_ByteByByte()
    {
        var good = await File.ReadAllBytesAsync(_stage.Image);
        for (var at = 0; at < good.Length; at++)
        {
            var bytes = good.ToArray();
            bytes[at] ^= 0xFF;
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/vnd.timens.image");
            using var answer = await _service.Http.PostAsync("/v1/restore?as=damaged", content);
            Assert.That((int)answer.StatusCode, Is.EqualTo(422), $"byte {at}: {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.That((int)(await _service.Http.GetAsync("/v1/namespaces/damaged")).StatusCode, Is.EqualTo(404));
    }

    [Test]
    public async Task FullDisk_TheNamespaceGoesOn_AndTheServiceSaysWhy()
    {
        if (!EndToEndService.IsRoot)
        {
            Assert.Ignore("needs root, to mount a small file system");
        }

        using var folder = new TestFolder();
        if (Sh($"mount -t tmpfs -o size=64k,mode=0700 tmpfs '{folder.Path}'") != 0)
        {
            Assert.Ignore("a tmpfs cannot be mounted here");
        }

        try
        {
            using var service = ServeProcess.Start(folder, "--state", folder.File("state"));
            using var content = new StringContent("""{"name":"web"}""", System.Text.Encoding.UTF8, "application/json");
            (await service.Http.PostAsync("/v1/namespaces", content)).EnsureSuccessStatusCode();
            Sh($"head -c 1000000 /dev/zero > '{folder.File("filler")}'");
            var stopped = ToolRun.Of("--socket", service.Socket, "checkpoint", "web", "-o", folder.File("web.tns"), "--stop");
            Fails(stopped, 2, "web was thawed and goes on");
            Assert.That(stopped.Error, Does.Contain("No space left on device"));
            Assert.That(File.Exists(folder.File("web.tns")), Is.False);
            Assert.That(ToolRun.Of("--socket", service.Socket, "ns", "show", "web", "--json").Json().GetProperty("frozen").GetBoolean(), Is.False);
            Fails(ToolRun.Of("--socket", service.Socket, "state", "--save"), 1, "No space left on device");
            Assert.That(ToolRun.Of("--socket", service.Socket, "health").Output, Is.EqualTo("degraded\n"));
            File.Delete(folder.File("filler"));
            Assert.That(ToolRun.Of("--socket", service.Socket, "state", "--save").Code, Is.Zero);
            Assert.That(ToolRun.Of("--socket", service.Socket, "health").Output, Is.EqualTo("ok\n"));
            Assert.That(ToolRun.Of("--socket", service.Socket, "checkpoint", "web", "-o", folder.File("web.tns"), "--stop").Code, Is.Zero);
        }
        finally
        {
            Sh($"umount -l '{folder.Path}'");
        }
    }

    [Test]
    public void NoPermission_IsExitCodeFour()
    {
        if (!EndToEndService.IsRoot)
        {
            Assert.Ignore("needs root and setpriv, to be another user");
        }

        var (code, _, error) = Linux.KernelNeeds.Run("setpriv", "--reuid=4244", "--regid=4244", "--clear-groups", "dotnet", ServeProcess.Tool, "--socket", _service.Socket, "health");
        Assert.That(error, Is.EqualTo($"timens: {_service.Socket}: permission denied: this user may not ask the service\n"));
        Assert.That(code, Is.EqualTo(4));
    }

    [Test]
    public async Task TheServiceIsKilled_UnderAWatch_IsExitCodeThree()
    {
        using var folder = new TestFolder();
        using var service = ServeProcess.Start(folder);
        var start = new ProcessStartInfo("dotnet", [ServeProcess.Tool, "--socket", service.Socket, "watch", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var watch = Process.Start(start)!;
        try
        {
            var seen = watch.StandardOutput.ReadLineAsync();
            while (!seen.IsCompleted) // it watches once it has told of something
            {
                Assert.That(ToolRun.Of("--socket", service.Socket, "ns", "create", "probe").Code, Is.Zero);
                Assert.That(ToolRun.Of("--socket", service.Socket, "ns", "delete", "probe").Code, Is.Zero);
            }

            service.Process.Kill();
            var error = await watch.StandardError.ReadToEndAsync();
            await watch.WaitForExitAsync();
            Assert.That(error, Is.EqualTo($"timens: cannot reach the service at {service.Socket}: the connection broke: The response ended prematurely. (ResponseEnded)\n"));
            Assert.That(watch.ExitCode, Is.EqualTo(3));
        }
        finally
        {
            watch.Kill();
        }
    }

    private ToolRun Run(VerbCase verb, string socket, string word = "", string instead = "") =>
        ToolRun.Of([.. verb.Words.Select(w => w == word ? instead : _stage.Fill(w)), .. VerbTable.Asks(verb) ? ["--socket", socket] : Array.Empty<string>()]);

    private static void Fails(ToolRun run, int code, string reason)
    {
        Assert.That(run.Code, Is.EqualTo(code), run.Error);
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1), run.Error);
        Assert.That(run.Error, Does.StartWith("timens: ").And.Contain(reason).And.Not.Contain("fault in timens"));
    }

    private static int Sh(string line)
    {
        using var process = Process.Start("sh", ["-c", line + " 2>/dev/null"]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
