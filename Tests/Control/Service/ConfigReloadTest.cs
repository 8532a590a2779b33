using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control;
using TimeNs.Images;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Service;

/// <summary>What a changed file does to a service that runs.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class ConfigReloadTest
{
    private const long Second = 1_000_000_000;
    private const string Web = """{"namespaces":[{"name":"web","offsets":{"realtime":"+1h","monotonic":"10s"},"timers":[{"name":"beat","clock":"monotonic","set":{"value":"5s","interval":"5s"}}]}]}""";

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Start_MakesWhatTheFileHas()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var web = rig.Namespace("web");
        Assert.That(web.Offsets, Is.EqualTo(new ClockOffsets(3600 * Second, 10 * Second, 0)));
        Assert.That(web.FindTimer("beat")!.Get(), Is.EqualTo(new TimerValue(5 * Second, 5 * Second)));
    }

    [Test]
    public async Task Reload_ANewOffset_IsAppliedToTheLiveNamespace_AndTimersGoOn()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var (web, beat) = (rig.Namespace("web"), rig.Namespace("web").FindTimer("beat")!);
        rig.Kernel.Advance(Duration.FromSeconds(2));
        Assert.That(await rig.ReloadAsync(Web.Replace("+1h", "-1h", StringComparison.Ordinal)), Is.True);
        Assert.That(rig.Namespace("web"), Is.SameAs(web));
        Assert.That(web.Offsets, Is.EqualTo(new ClockOffsets(-3600 * Second, 10 * Second, 0)));
        Assert.That(beat.Get().ValueNs, Is.EqualTo(3 * Second), "an unchanged timer is left alone");
    }

    [Test]
    public async Task Reload_WhatTheFileSaysAsBefore_IsLeftAsClientsHaveMadeIt()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var web = rig.Namespace("web");
        web.SetOffsets(new ClockOffsets(7, 20 * Second, 0));
        web.FindTimer("beat")!.Set(TimerSetting.After(Duration.FromDays(1)));
        Assert.That(await rig.ReloadAsync(Web.Replace("10s", "30s", StringComparison.Ordinal)), Is.True);
        Assert.That(web.Offsets, Is.EqualTo(new ClockOffsets(7, 30 * Second, 0)));
        Assert.That(web.FindTimer("beat")!.Get().IntervalNs, Is.Zero);
    }

    [Test]
    public async Task Reload_TimersByName_AreMadeSetAndClosed()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var web = rig.Namespace("web");
        var (beat, own) = (web.FindTimer("beat")!, web.CreateTimer(ClockId.Monotonic, "own"));
        Assert.That(await rig.ReloadAsync(Web.Replace("5s", "8s", StringComparison.Ordinal)), Is.True);
        Assert.That(beat.Get(), Is.EqualTo(new TimerValue(8 * Second, 8 * Second)));
        Assert.That(await rig.ReloadAsync(Web.Replace("\"clock\":\"monotonic\"", "\"clock\":\"boottime\"", StringComparison.Ordinal)), Is.True);
        Assert.That(beat.IsClosed, Is.True);
        Assert.That(web.FindTimer("beat")!.Clock, Is.EqualTo(ClockId.Boottime));
        Assert.That(await rig.ReloadAsync("""{"namespaces":[{"name":"web","timers":[{"name":"other","clock":"realtime"}]}]}"""), Is.True);
        Assert.That(web.Timers.Select(static t => t.Name), Is.EquivalentTo(new[] { "own", "other" }));
        Assert.That(own.IsClosed, Is.False, "a client's timer is not the file's");
        Assert.That(web.Offsets.RealtimeNs, Is.EqualTo(3600 * Second), "an offset that the file no longer has stays");
    }

    [TestCase("""{"namespaces":[{"name":"web","offsets":{"realtime":"+9h","monotonic":"9s"}},{"name":"new","timers":[{"name":"t","clock":"realtime"}]}]}""", "EACCES")]
    [TestCase("""{"namespaces":[{"name":"new"},{"name":"web","offsets":{"realtime":"+9h","monotonic":"60000d"}}]}""", "$.namespaces[1].offsets: Monotonic would read")]
    [TestCase("""{"namespaces":[{"name":"new"},{"name":"web","offsets":{"realtime":"+9h"}},{"name":"far","offsets":{"monotonic":"-1d"}}]}""", "$.namespaces[2].offsets: Monotonic would read")]
    [TestCase("""{"namespaces":[{"name":"new"},{"name":"web","offsets":{"realtime":"later"}}]}""", "$.namespaces[1].offsets.realtime")]
    [TestCase("""{"namespaces":[{"name":"new"}""", "no JSON")]
    public async Task Reload_ARefusedFile_ChangesNothing_AndSaysWhy(string file, string reason)
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var before = rig.Namespace("web").Checkpoint();
        Assert.That(await rig.ReloadAsync(file), Is.False);
        Assert.That(rig.Config.Faults, Has.Count.EqualTo(1));
        Assert.That(rig.Config.Faults[0], Does.StartWith(ServiceRig.File(_folder) + ":1:").And.Contains(reason));
        Assert.That(rig.Runtime.Namespaces.Select(static n => n.Name), Is.EqualTo(new[] { "host", "web" }));
        Assert.That(ImageFormat.Encode(rig.Namespace("web").Checkpoint()), Is.EqualTo(ImageFormat.Encode(before)));
        Assert.That(rig.Health.IsDegraded, Is.True);
        Assert.That(await rig.ReloadAsync(Web + " "), Is.True);
        Assert.That((rig.Health.IsDegraded, rig.Config.Faults.Count), Is.EqualTo((false, 0)));
    }

    /// <summary>The first timer of a namespace fixes which way its MONOTONIC may go: a refused file must not make it.</summary>
    [Test]
    public async Task Reload_ARefusedFile_MakesNoTimer_NotEvenForAMoment()
    {
        const string Bare = """{"namespaces":[{"name":"web","offsets":{"monotonic":"10s"}}]}""";
        const string WithTimer = """{"namespaces":[{"name":"web","offsets":{"monotonic":"7s"},"timers":[{"name":"t","clock":"monotonic"}]},{"name":"far","offsets":{"monotonic":"-1d"}}]}""";
        await using var rig = await ServiceRig.StartAsync(_folder, Bare);
        Assert.That(await rig.ReloadAsync(WithTimer), Is.False);
        Assert.That(await rig.ReloadAsync(Bare.Replace("10s", "8s", StringComparison.Ordinal)), Is.True, string.Join('\n', rig.Config.Faults));
        Assert.That(await rig.ReloadAsync(WithTimer.Replace("-1d", "1d", StringComparison.Ordinal)), Is.True, "a first timer and a MONOTONIC that goes back, in one file");
        Assert.That((rig.Namespace("web").Offsets.MonotonicNs, rig.Namespace("web").Timers.Count), Is.EqualTo((7 * Second, 1)));
    }

    [Test]
    public async Task Reload_ANamespaceThatIsGone_IsClosedOnlyByPrune_AndOnlyWhenTheFileMadeIt()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        rig.Runtime.CreateNamespace("mine");
        const string Both = """{"namespaces":[{"name":"web"},{"name":"mine"}]}""";
        Assert.That(await rig.ReloadAsync(Both), Is.True);
        Assert.That(await rig.ReloadAsync("""{"namespaces":[]}"""), Is.True);
        Assert.That(rig.Runtime.FindNamespace("web"), Is.Not.Null, "no prune");
        Assert.That(await rig.ReloadAsync(Both), Is.True);
        Assert.That(await rig.ReloadAsync("""{"prune":true}"""), Is.True);
        Assert.That(rig.Runtime.FindNamespace("web"), Is.Null);
        Assert.That(rig.Runtime.FindNamespace("mine"), Is.Not.Null, "a client made it");
    }

    [Test]
    public async Task Reload_LimitsAndAccess_AreThoseOfTheFile()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        Assert.That(await rig.ReloadAsync("""{"limits":{"json_bytes":512},"access":{"tcp_role":"read"}}"""), Is.True);
        var options = rig.Get<ControlService>().Options;
        Assert.That((options.Limits.JsonBytes, options.Access.TcpRole), Is.EqualTo((512, Role.Read)));
    }

    [Test]
    public async Task Reload_ALimitOfEachClient_HoldsForTheNextCall_AndNotForTheFile()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        Assert.That(await rig.ReloadAsync("""{"limits":{"namespaces_per_client":1},"namespaces":[{"name":"web"},{"name":"two"},{"name":"three"}]}"""), Is.True);
        foreach (var (name, status) in new[] { ("mine", 201), ("more", 429) })
        {
            using var body = new StringContent($$"""{"name":"{{name}}"}""", System.Text.Encoding.UTF8, "application/json");
            Assert.That((int)(await rig.Http.PostAsync("/v1/namespaces", body)).StatusCode, Is.EqualTo(status));
        }
    }

    [Test]
    public async Task Http_ListensBesideTheSocket_AndAClientHasTheRoleOfTheFile()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, """{"http":{"listen":"127.0.0.1:0"}}""");
        var address = rig.Application.Urls.Single(static u => u.StartsWith("http://127", StringComparison.Ordinal));
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        Assert.That(await http.GetStringAsync("/healthz"), Is.EqualTo("""{"status":"ok"}"""));
        Assert.That((int)(await http.GetAsync("/v1")).StatusCode, Is.EqualTo(200));
        Assert.That(await rig.ReloadAsync("""{"http":{"listen":"127.0.0.1:0"},"access":{"tcp_role":"none"}}"""), Is.True);
        Assert.That((int)(await http.GetAsync("/v1")).StatusCode, Is.EqualTo(401));
        Assert.That(await rig.ReloadAsync("""{"http":{"listen":"127.0.0.1:0"},"access":{"tcp_role":"read"}}"""), Is.True);
        Assert.That((int)(await http.GetAsync("/v1")).StatusCode, Is.EqualTo(200));
        Assert.That((int)(await http.PostAsync("/v1/state", null)).StatusCode, Is.EqualTo(403));
    }

    [Test]
    public async Task Watch_AFileThatIsReplacedByRename_IsRead()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Web);
        var changed = new TaskCompletionSource();
        using var told = rig.Namespace("web").Changes.Subscribe(_ => changed.TrySetResult());
        File.WriteAllText(_folder.File("new"), Web.Replace("+1h", "+2h", StringComparison.Ordinal));
        File.Move(_folder.File("new"), ServiceRig.File(_folder), overwrite: true);
        rig.Kernel.Advance(Duration.FromSeconds(11)); // the poll, for where the watch has not told yet
        await changed.Task;
        Assert.That(rig.Namespace("web").Offsets.RealtimeNs, Is.EqualTo(7200 * Second));
    }
}
