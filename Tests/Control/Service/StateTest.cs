using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control;
using TimeNs.Control.State;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Service;

/// <summary>What a service keeps of its namespaces, from one process to the next, in simulated time.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class StateTest
{
    private const long Second = 1_000_000_000;

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Stop_ThenStart_RestoresEverything_AndMissesNothing()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            var web = first.Runtime.CreateNamespace("web/ä %", new ClockOffsets(5, 6 * Second, 0));
            web.CreateTimer(ClockId.Monotonic, "beat").Set(TimerSetting.Every(Duration.FromSeconds(3)));
            first.Runtime.CreateNamespace("still").Freeze();
        }

        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        Assert.That(second.Namespace("web/ä %").FindTimer("beat")!.Get(), Is.EqualTo(new TimerValue(3 * Second, 3 * Second)));
        Assert.That(second.Namespace("still").IsFrozen, Is.True);
        var info = second.State.Look();
        Assert.That((info.Before, info.Refused.Count, info.Restored.Count), Is.EqualTo(("clean", 0, 2)));
        Assert.That(info.Restored.Any(static r => r.MayMiss), Is.False);
        Assert.That(second.Health.IsDegraded, Is.False);
    }

    [Test]
    public async Task Interval_WritesEveryNamespaceDown_AndABeatWhatCameOrWent()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, """{"state":{"interval":"20s"}}""", state: true);
        var web = rig.Runtime.CreateNamespace("web");
        await BeatAsync(rig);
        Assert.That(Image("web").Timers, Is.Empty, "a new namespace is written down at the next beat");
        web.CreateTimer(ClockId.Monotonic, "t");
        await BeatAsync(rig);
        Assert.That(Image("web").Timers, Is.Empty, "what changes in it is written down at the interval");
        rig.Kernel.Advance(Duration.FromSeconds(23));
        await BeatAsync(rig);
        Assert.That(Image("web").Timers, Has.Length.EqualTo(1));
        web.Dispose();
        await BeatAsync(rig);
        Assert.That(rig.State.Directory.Images, Is.Empty, "a closed namespace does not come back");
    }

    [TestCase("cut")]
    [TestCase("flipped")]
    [TestCase("empty")]
    [TestCase("other")]
    public async Task Start_ADamagedImage_IsKeptAside_AndTheOthersComeUp(string damage)
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("bad").CreateTimer(ClockId.Monotonic, "t");
            first.Runtime.CreateNamespace("good");
        }

        var file = Path.Combine(ServiceRig.StateOf(_folder), "bad.tns");
        var bytes = File.ReadAllBytes(file);
        bytes[^9] ^= 1;
        File.WriteAllBytes(file, damage switch
        {
            "cut" => bytes[..^1],
            "flipped" => bytes,
            "empty" => [],
            _ => File.ReadAllBytes(Path.Combine(ServiceRig.StateOf(_folder), "good.tns")),
        });
        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        Assert.That(second.Runtime.Namespaces.Select(static n => n.Name), Is.EqualTo(new[] { "host", "good" }));
        Assert.That(File.Exists(file + ".bad"), Is.True);
        Assert.That(second.State.Look().Refused.Single().File, Is.EqualTo("bad.tns.bad"));
        Assert.That(second.Health.IsDegraded, Is.True);
        Assert.That((await second.SendAsync("GET", "/healthz")).Has(200).Text, Is.EqualTo("""{"status":"degraded"}"""));
    }

    [Test]
    public async Task Start_AfterAnUncleanEnd_SaysWhatMayBeMissing()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web");
        }

        using (var directory = new StateDirectory(ServiceRig.StateOf(_folder)))
        {
            var sign = directory.LoadSign()!;
            directory.SaveSign(sign with { IsClean = false, RealtimeNs = sign.RealtimeNs + (4 * Second), BoottimeNs = sign.BoottimeNs + (4 * Second) }, isForGood: false);
        }

        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        var restored = second.State.Look().Restored.Single();
        Assert.That((second.State.Look().Before, restored.MayMiss, restored.MissesAtLeastNs), Is.EqualTo(("killed", true, 4 * Second)));
        Assert.That(restored.MissesAtMostNs, Is.GreaterThanOrEqualTo(0));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase(null)]
    public async Task Start_WithImagesAndNoSignOfLife_TakesItForAnUncleanEnd(string? sign)
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web");
        }

        var file = Path.Combine(ServiceRig.StateOf(_folder), "alive.json");
        File.Delete(file);
        if (sign is not null)
        {
            File.WriteAllText(file, sign);
        }

        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        var restored = second.State.Look().Restored.Single();
        Assert.That((second.State.Look().Before, restored.MayMiss, restored.MissesAtLeastNs), Is.EqualTo(("unknown", true, 0L)));
    }

    /// <summary>CLOCK_BOOTTIME began again in between: only the wall clock compares an image with the sign of life.</summary>
    [TestCase("another boot", 9)]
    [TestCase("", 9)]
    [TestCase(null, 4)]
    public async Task Start_AfterAnUncleanEnd_ComparesReadingsOfOneStartOfTheMachine(string? imagesBootId, int seconds)
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web");
        }

        using (var directory = new StateDirectory(ServiceRig.StateOf(_folder)))
        {
            var sign = directory.LoadSign()!;
            directory.SaveSign(
                sign with { IsClean = false, RealtimeNs = sign.RealtimeNs + (9 * Second), BoottimeNs = sign.BoottimeNs + (4 * Second), ImagesBootId = imagesBootId ?? sign.ImagesBootId }, isForGood: false);
        }

        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        Assert.That(second.State.Look().Restored.Single().MissesAtLeastNs, Is.EqualTo(seconds * Second));
    }

    [Test]
    public async Task Start_ThatFails_LeavesTheSignOfTheCleanStop()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web");
        }

        Directory.CreateDirectory(_folder.File("no-socket"));
        await Assert.ThatAsync(() => ServiceRig.StartAsync(_folder, state: true, change: o => o with { Socket = _folder.File("no-socket") }), Throws.InstanceOf<IOException>());
        await using var second = await ServiceRig.StartAsync(_folder, state: true);
        Assert.That((second.State.Look().Before, second.State.Look().Restored.Count), Is.EqualTo(("clean", 1)));
    }

    [Test]
    public async Task Beat_ANamespaceThatWentAndCameAgain_IsWrittenDownAnew()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, state: true);
        var old = rig.Runtime.CreateNamespace("web");
        old.CreateTimer(ClockId.Monotonic, "t");
        await BeatAsync(rig);
        Assert.That(Image("web").Timers, Has.Length.EqualTo(1));
        old.Dispose();
        rig.Runtime.CreateNamespace("web");
        await BeatAsync(rig);
        Assert.That(Image("web").Timers, Is.Empty, "what was closed does not come back under the name of another");
    }

    /// <summary>It is applied, and a service that starts before it could be written down applies it again.</summary>
    [Test]
    public async Task Reload_OnADiskThatRefuses_IsApplied_AndIsNotedWhenItTakesAgain()
    {
        const string Web = """{"namespaces":[{"name":"web"}]}""";
        await using var rig = await ServiceRig.StartAsync(_folder, Web, state: true);
        var image = rig.State.Directory.FileOf("web");
        File.Delete(image);
        Directory.CreateDirectory(image);
        Assert.That(await rig.ReloadAsync(Web.Replace("}]", ",\"offsets\":{\"realtime\":\"+9s\"}}]", StringComparison.Ordinal)), Is.True);
        Assert.That((rig.Config.Faults.Count, rig.Namespace("web").Offsets.RealtimeNs), Is.EqualTo((0, 9 * Second)));
        Assert.That(rig.Health.Reasons.Keys, Is.EqualTo(new[] { "state" }));
        Assert.That(rig.State.Directory.LoadApplied()!.File, Is.EqualTo(Web));
        Directory.Delete(image);
        rig.Runtime.CreateNamespace("other");
        await BeatAsync(rig);
        Assert.That(rig.Health.IsDegraded, Is.True, "another namespace that can be written says nothing of this one");
        Assert.That(await rig.State.SaveAsync(), Is.True);
        Assert.That((rig.Health.IsDegraded, rig.State.Directory.LoadApplied()!.File.Contains("+9s", StringComparison.Ordinal)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Start_BySuspendPolicyAndAnother_ClocksGoOnAsTheFileSays()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            first.Runtime.CreateNamespace("web");
            first.Kernel.Advance(Duration.FromSeconds(500));
        }

        // The second kernel begins where the first one began: its BOOTTIME is 500 s behind that of the image.
        await using var second = await ServiceRig.StartAsync(_folder, """{"state":{"restore":{"realtime":"frozen"}}}""", state: true);
        Assert.That(second.Namespace("web").ReadClocks().Realtime.Since(second.Runtime.ReadClocks().Realtime), Is.EqualTo(500 * Second));
    }

    [Test]
    public async Task Restart_TheFileIsComparedWithTheOneAppliedBefore()
    {
        const string Web = """{"namespaces":[{"name":"web","offsets":{"realtime":"+1h","monotonic":"1h"}}]}""";
        await using (var first = await ServiceRig.StartAsync(_folder, Web, state: true))
        {
            first.Namespace("web").SetOffsets(new ClockOffsets(1, 7200 * Second, 0));
        }

        await using (var second = await ServiceRig.StartAsync(_folder, state: true))
        {
            Assert.That(second.Namespace("web").Offsets.RealtimeNs, Is.EqualTo(1), "the state wins over a file that says what it said");
        }

        await using (var third = await ServiceRig.StartAsync(_folder, Web.Replace("+1h", "+2h", StringComparison.Ordinal), state: true))
        {
            Assert.That(third.Namespace("web").Offsets, Is.EqualTo(new ClockOffsets(7200 * Second, 7200 * Second, 0)), "what the file says anew is applied");
        }

        await using (var fourth = await ServiceRig.StartAsync(_folder, Web.Replace("\"1h\"", "\"3s\"", StringComparison.Ordinal), state: true))
        {
            Assert.That(fourth.Config.Faults, Is.Empty, "no timer was ever made in it, so MONOTONIC may go back");
            fourth.Namespace("web").CreateTimer(ClockId.Monotonic, "t");
        }

        await using var fifth = await ServiceRig.StartAsync(_folder, Web.Replace("\"1h\"", "\"2s\"", StringComparison.Ordinal), state: true);
        Assert.That(fifth.Config.Faults.Single(), Does.Contain("EACCES"));
        Assert.That((fifth.Namespace("web").Offsets.MonotonicNs, fifth.Health.IsDegraded), Is.EqualTo((3 * Second, true)), "it comes up with what was restored");
    }

    [Test]
    public async Task Restart_WithAFileThatTheEngineRefuses_KeepsTheAccessAndLimitsOfTheOneApplied()
    {
        await using (var first = await ServiceRig.StartAsync(_folder, """{"namespaces":[{"name":"web"}],"limits":{"json_bytes":700}}""", state: true))
        {
            Assert.That(first.Get<ControlService>().Options.Limits.JsonBytes, Is.EqualTo(700));
        }

        await using var second = await ServiceRig.StartAsync(_folder, """{"namespaces":[{"name":"web","offsets":{"monotonic":"-1d"}}],"limits":{"json_bytes":900},"access":{"tcp_role":"admin"}}""", state: true);
        Assert.That(second.Config.Faults, Has.Count.EqualTo(1));
        var options = second.Get<ControlService>().Options;
        Assert.That((options.Limits.JsonBytes, options.Access.TcpRole), Is.EqualTo((700, Role.None)));
    }

    [Test]
    public async Task Applied_IsWrittenDownBeforeItCounts()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, """{"namespaces":[{"name":"web"}]}""", state: true);
        Assert.That(await rig.ReloadAsync("""{"namespaces":[{"name":"web","offsets":{"realtime":"+9s"}}]}"""), Is.True);
        Assert.That(Image("web").Offsets.RealtimeNs, Is.EqualTo(9 * Second));
        Assert.That(rig.State.Directory.LoadApplied()!.File, Does.Contain("+9s"));
    }

    [Test]
    public async Task Directory_OfALiveService_IsRefused_AndAfterItsEndTaken()
    {
        using var other = new TestFolder();
        await using (var first = await ServiceRig.StartAsync(_folder, state: true))
        {
            var refused = await Assert.ThrowsAsync<IOException>(() => ServiceRig.StartAsync(other, change: o => o with { State = ServiceRig.StateOf(_folder) }));
            Assert.That(refused!.Message, Does.Contain("Another service has the state directory"));
        }

        await using var second = await ServiceRig.StartAsync(other, change: o => o with { State = ServiceRig.StateOf(_folder) });
        Assert.That(second.State.Look().Before, Is.EqualTo("clean"));
    }

    [Test]
    public void Directory_ThatOthersCanWriteTo_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("needs the modes of Linux");
            return;
        }

        var path = Directory.CreateDirectory(_folder.File("open")).FullName;
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        Assert.That(() => new StateDirectory(path), Throws.TypeOf<IOException>().With.Message.Contains("mode must be 0700"));
        using var made = new StateDirectory(_folder.File("made"));
        Assert.That((int)File.GetUnixFileMode(made.Path), Is.EqualTo(0b111_000_000));
    }

    [Test]
    public void FileOf_DifferentNames_AreDifferentFiles_ThatAFileSystemTakes()
    {
        using var directory = new StateDirectory(ServiceRig.StateOf(_folder));
        string[] names = ["a", "A", "a/b", "a%2Fb", "../x", ".x", "x.", " ", "ä", new('ä', 128), new string('ä', 127) + "b", "a.tns", "lock", "~"];
        var files = names.Select(directory.FileOf).ToList();
        Assert.That(files, Is.Unique);
        Assert.That(files.Select(static f => Path.GetFileName(f)), Has.All.Length.LessThan(200).And.None.StartsWith("."));
        Assert.That(files.Select(static f => Path.GetDirectoryName(f)), Has.All.EqualTo(directory.Path));
        foreach (var file in files)
        {
            File.WriteAllText(file, "");
        }

        Assert.That(directory.Images, Has.Count.EqualTo(names.Length));
    }

    [Test]
    public async Task Save_OnADiskThatRefuses_IsSaid_AndForgottenWhenItTakesAgain()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, state: true);
        rig.Runtime.CreateNamespace("web");
        var image = rig.State.Directory.FileOf("web");
        Directory.CreateDirectory(image);
        (await rig.SendAsync("POST", "/v1/state")).IsProblem(500, "internal");
        Assert.That(rig.State.Look().SaveFault, Does.Contain("web"));
        Assert.That(rig.Health.Reasons, Contains.Key("state"));
        Directory.Delete(image);
        (await rig.SendAsync("POST", "/v1/state")).Has(200);
        Assert.That((rig.State.Look().SaveFault, rig.Health.IsDegraded), Is.EqualTo(((string?)null, false)));
    }

    /// <summary>Lets a second pass, and waits for what it had written.</summary>
    private static async Task BeatAsync(ServiceRig rig)
    {
        rig.Kernel.Advance(Duration.FromSeconds(1));
        await rig.State.SaveAsync([]);
    }

    private NamespaceImage Image(string name) => ImageFile.Load(Path.Combine(ServiceRig.StateOf(_folder), name + ".tns"));
}
