using TimeNs.Clocks;
using TimeNs.Control.State;
using TimeNs.Tests.Tool;
using TimeNs.Tests.Tool.Service;

namespace TimeNs.Tests.Control.Service;

/// <summary><c>timens state</c> and <c>timens health</c> beside a service over simulated clocks.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class StateCommandTest
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task State_AfterAnUncleanEnd_SaysWhatMayBeMissing()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web").CreateTimer(ClockId.Monotonic, "t");
        }

        using (var directory = new StateDirectory(ServiceRig.StateOf(_folder)))
        {
            var sign = directory.LoadSign()!;
            directory.SaveSign(sign with { IsClean = false, BoottimeNs = sign.BoottimeNs + 4_000_000_000 }, isForGood: false);
            File.WriteAllText(directory.FileOf("bad"), "x");
        }

        await using var second = await ServiceRig.StartAsync(_folder, """{"state":{"interval":"30s"}}""", state: true);
        await second.ReloadAsync("{\"x\":1}");
        var shown = ToolRun.In(ToolService.Around(second.SocketPath), "state").Output;
        Assert.That(shown, Does.Contain("state, written every 30s").And.Contain("did not stop cleanly; last alive 2026-01-01T00:00:00")
            .And.Contain("refused: ").And.Contain("$.x: it is not known").And.Contain("set aside  bad.tns.bad: ").And.Contain("degraded   an image could not be restored"));
        Assert.That(shown.Split('\n').Single(static l => l.StartsWith("  web ", StringComparison.Ordinal)), Does.Contain("4s to 4s"));
        var narrow = ToolRun.In(ToolService.Around(second.SocketPath) with { Width = 80 }, "state").OutputLines.Single(static l => l.StartsWith("  web ", StringComparison.Ordinal));
        Assert.That(narrow, Has.Length.LessThanOrEqualTo(80).And.Contains("2026-01-01T00:00:00Z   4s to 4s"));
        Assert.That(ToolRun.In(ToolService.Around(second.SocketPath), "state", "--json").Json().GetProperty("restored")[0].GetProperty("may_miss").GetBoolean(), Is.True);
    }

    [Test]
    public async Task State_Save_WritesNow()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, state: true);
        rig.Runtime.CreateNamespace("web");
        Assert.That(ToolRun.In(ToolService.Around(rig.SocketPath), "state").Output, Does.Not.Contain("web"));
        Assert.That(ToolRun.In(ToolService.Around(rig.SocketPath), "state", "--save").Output, Does.Contain("  web "));
        Assert.That(rig.State.Directory.Images, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task State_OfAServiceWithoutADirectory_SaysSo()
    {
        await using var rig = await ServiceRig.StartAsync(_folder);
        ToolRun.In(ToolService.Around(rig.SocketPath), "state").Prints("directory  none: nothing outlives the service");
        ToolRun.In(ToolService.Around(rig.SocketPath), "state", "--save").Fails(1, "The service has no state directory");
    }

    [Test]
    public async Task Health_IsTold_WithTheExitCode()
    {
        await using var rig = await ServiceRig.StartAsync(_folder);
        ToolRun.In(ToolService.Around(rig.SocketPath), "health", "--ready").Prints("ok");
        rig.Health.Degrade("x", "y");
        ToolRun.In(ToolService.Around(rig.SocketPath), "health").Prints("degraded");
        rig.Get<TimeNs.Control.ControlService>().IsStuck = static () => true;
        Assert.That(ToolRun.In(ToolService.Around(rig.SocketPath), "health").Code, Is.EqualTo(3));
        Assert.That(ToolRun.In(ToolService.Around(_folder.File("none")), "health").Code, Is.EqualTo(3));
    }
}
