using TimeNs.Control.Wire;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary>The real command with a configuration file and a state directory: signals, logs and exit codes.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class ServeProcessTest
{
    private const string Web = """{"namespaces":[{"name":"web","offsets":{"realtime":"+1h"}}]}""";

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Serve_TheFileChanges_AndSighupComes_AndSigtermStopsCleanly()
    {
        var file = ServiceRig.File(_folder);
        await File.WriteAllTextAsync(file, Web);
        using (var service = ServeProcess.Start(_folder, "--config", file, "--state", ServiceRig.StateOf(_folder), "--log", "json"))
        {
            Assert.That(service.WaitForLog("\"EventId\":200"), Does.Contain("\"Timestamp\":"));
            await File.WriteAllTextAsync(file, Web.Replace("+1h", "+2h", StringComparison.Ordinal));
            service.WaitForLog("\"EventId\":200");
            Assert.That(await OffsetAsync(service), Is.EqualTo(7200L * 1_000_000_000));
            await File.WriteAllTextAsync(file, "{");
            service.WaitForLog("\"EventId\":201");
            service.Signal("HUP");
            service.WaitForLog("\"EventId\":201");
            Assert.That(await OffsetAsync(service), Is.EqualTo(7200L * 1_000_000_000));
            Assert.That(service.Stop(), Is.Zero);
            service.WaitForLog("\"EventId\":214");
        }

        await File.WriteAllTextAsync(file, Web.Replace("+1h", "+2h", StringComparison.Ordinal));
        using var next = ServeProcess.Start(_folder, "--config", file, "--state", ServiceRig.StateOf(_folder));
        Assert.That(await OffsetAsync(next), Is.EqualTo(7200L * 1_000_000_000));
    }

    /// <summary>A mounted ConfigMap: the file is a link into a folder that is a link, and that one is replaced.</summary>
    [Test]
    public async Task Serve_AFolderThatIsSwappedByALink_IsRead()
    {
        foreach (var (folder, offset) in new[] { ("v1", "+1h"), ("v2", "+2h") })
        {
            Directory.CreateDirectory(_folder.File(folder));
            await File.WriteAllTextAsync(_folder.File($"{folder}/timens.json"), Web.Replace("+1h", offset, StringComparison.Ordinal));
        }

        File.CreateSymbolicLink(_folder.File("..data"), "v1");
        File.CreateSymbolicLink(ServiceRig.File(_folder), "..data/timens.json");
        using var service = ServeProcess.Start(_folder, "--config", ServiceRig.File(_folder), "--log", "text");
        service.WaitForLog("[200]");
        File.CreateSymbolicLink(_folder.File("..tmp"), "v2");
        System.Diagnostics.Process.Start("mv", ["-T", _folder.File("..tmp"), _folder.File("..data")]).WaitForExit();
        service.WaitForLog("[200]");
        Assert.That(await OffsetAsync(service), Is.EqualTo(7200L * 1_000_000_000));
    }

    [Test]
    public void CheckConfig_SaysWhatIsWrong_OrThatItIsGood()
    {
        var file = ServiceRig.File(_folder);
        File.WriteAllText(file, Web);
        var good = ToolRun.Of("serve", "--check-config", file);
        Assert.That((good.Code, good.Output), Is.EqualTo((0, $"{file}: good\n")));
        File.WriteAllText(file, "{\n\"x\": 1, \"y\": 2}");
        var bad = ToolRun.Of("serve", "--check-config", file);
        Assert.That(bad.Code, Is.EqualTo(2));
        Assert.That(bad.Error.Split('\n')[0], Does.StartWith($"timens: {file}:2:1: $.x: it is not known"));
        Assert.That(bad.Error.Split('\n')[1], Does.StartWith($"{file}:2:9: $.y: it is not known"));
        ToolRun.Of("serve", "--config", _folder.File("none")).IsRefused("Could not find file");
        ToolRun.Of("serve", "--http", "0.0.0.0:1").IsRefused("no loopback address");
        ToolRun.Of("serve", "--http", "localhost").IsRefused("an address and a port are wanted");
    }

    [Test]
    public void Serve_TwoOnOneStateDirectory_TheSecondIsRefused()
    {
        using var first = ServeProcess.Start(_folder, "--state", ServiceRig.StateOf(_folder));
        ToolRun.Of("serve", "--socket", _folder.File("o/t.sock"), "--state", ServiceRig.StateOf(_folder)).IsRefused("Another service has the state directory");
    }

    [TestCase("HUP")]
    [TestCase("INT")]
    [TestCase("TERM")]
    public void Serve_WithoutAFile_EachOfTheSignals_StopsCleanly(string signal)
    {
        if (signal == "INT")
        {
            Signals.NeedInterrupt();
        }

        using var service = ServeProcess.Start(_folder, "--state", ServiceRig.StateOf(_folder), "--log", "systemd");
        service.Signal(signal);
        Assert.That(service.WaitForLog("written down"), Does.StartWith("<6>"));
        service.Process.WaitForExit();
        Assert.That(service.Process.ExitCode, Is.Zero);
        using var directory = new TimeNs.Control.State.StateDirectory(ServiceRig.StateOf(_folder));
        Assert.That(directory.LoadSign()!.IsClean, Is.True);
    }

    [Test]
    public async Task Serve_AStormOfSighups_IsAFewReadings_AndTheLastFileIsTheOneThatHolds()
    {
        var file = ServiceRig.File(_folder);
        await File.WriteAllTextAsync(file, Web);
        using var service = ServeProcess.Start(_folder, "--config", file, "--log", "json");
        for (var i = 0; i < 40; i++)
        {
            service.Signal("HUP");
        }

        await File.WriteAllTextAsync(file, Web.Replace("+1h", "+7h", StringComparison.Ordinal));
        service.Signal("HUP");
        while (await OffsetAsync(service) != 7L * 3600 * 1_000_000_000)
        {
            service.WaitForLog("\"EventId\":200");
        }

        Assert.That(service.Stop(), Is.Zero);
    }

    [Test]
    public void Serve_ThatCannotWriteDown_SaysSoWithItsExitCode()
    {
        using var service = ServeProcess.Start(_folder, "--state", ServiceRig.StateOf(_folder), "--log", "text");
        Directory.CreateDirectory(Path.Combine(ServiceRig.StateOf(_folder), "web.tns"));
        using (var made = service.Http.PostAsync("/v1/namespaces", new StringContent("""{"name":"web"}""", System.Text.Encoding.UTF8, "application/json")).GetAwaiter().GetResult())
        {
            made.EnsureSuccessStatusCode();
        }

        Assert.That(service.Stop(), Is.EqualTo(1));
        service.WaitForLog("[217]");
    }

    [Test]
    public async Task Serve_TellsItsServiceManager_AndFeedsTheWatchdog()
    {
        using var manager = new ManagerStub(_folder.File("notify"));
        using var service = ServeProcess.Start(_folder, [("NOTIFY_SOCKET", manager.Address), ("WATCHDOG_USEC", "100000")]);
        var told = new List<string>();
        while (told.Count(static m => m == "WATCHDOG=1") < 3 || !told.Contains("READY=1"))
        {
            told.Add(await manager.ReceiveAsync());
        }

        Assert.That(service.Stop(), Is.Zero);
        while (told[^1] != "STOPPING=1")
        {
            told.Add(await manager.ReceiveAsync());
        }
    }

    [Test]
    public void Serve_TheSocketBeforeTheVerb_AndTheVariable_AreTaken()
    {
        File.WriteAllText(_folder.File("taken"), "");
        ToolRun.Of("--socket", _folder.File("taken"), "serve").IsRefused("taken");
        var surroundings = TimeNs.Tool.Surroundings.OfProcess() with { Variable = name => name == "TIMENS_SOCKET" ? _folder.File("taken") : null };
        ToolRun.In(surroundings, "serve").IsRefused("taken");
    }

    private static async Task<long> OffsetAsync(ServeProcess service)
    {
        var answer = await Answer.OfAsync(await service.Http.GetAsync("/v1/namespaces/web"));
        return answer.Has(200).As(ControlJson.Default.NamespaceInfo).Offsets.RealtimeNs;
    }
}
