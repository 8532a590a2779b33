using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Wire;
using TimeNs.Timers;

namespace TimeNs.Tests.Control;

/// <summary>Every call of the control interface, over the socket.</summary>
[CancelAfter(60_000)]
public class CallsTest
{
    private const long Second = 1_000_000_000;
    private ControlRig _rig = null!;

    [SetUp]
    public async Task Start() => _rig = await ControlRig.StartAsync();

    [TearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    [Test]
    public async Task Lateness_OfANamespace_IsCountedWhileSomebodyLooks()
    {
        await _rig.MakeAsync();
        var timer = _rig.Runtime.FindNamespace("web")!.FindTimer("beat")!;
        using var reader = timer.Ticks.Subscribe(static _ => { });
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That(await CountsAsync(), Is.EqualTo((1L, 0L, 0L)), "nobody has looked yet");
        timer.Set(TimerSetting.At(timer.Namespace.Read(ClockId.Monotonic).Plus(-250_000_000), Duration.FromSeconds(1), cancelOnSet: false));
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That(await CountsAsync(), Is.EqualTo((3L, 2L, 250_000_000L)));
        _rig.Kernel.Advance(Duration.FromSeconds(100));
        Assert.That(await CountsAsync(), Is.EqualTo((103L, 62L, 250_000_000L)), "for a minute");
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That(await CountsAsync(), Is.EqualTo((104L, 63L, 250_000_000L)), "and again");

        async Task<(long Expirations, long Ticks, long Sum)> CountsAsync()
        {
            var ns = await _rig.GetAsync("/v1/namespaces/web", ControlJson.Default.NamespaceInfo);
            return (ns.Expirations, ns.LatenessTicks, ns.LatenessSumNs);
        }
    }

    [Test]
    public async Task Service_TellsWhatRuns()
    {
        await _rig.MakeAsync();
        _rig.Kernel.Advance(Duration.FromSeconds(3));
        var info = await _rig.GetAsync("/v1", ControlJson.Default.ServiceInfo);
        Assert.Multiple(() =>
        {
            Assert.That(info.Service, Is.EqualTo("timens"));
            Assert.That(info.Kernel, Is.EqualTo("simulated"));
            Assert.That(info.Pid, Is.EqualTo(Environment.ProcessId));
            Assert.That(info.StartedInstant, Is.EqualTo("2026-01-01T00:00:00.000000000Z"));
            Assert.That(info.UptimeNs, Is.EqualTo(3 * Second));
            Assert.That((info.Namespaces, info.Timers, info.Armed), Is.EqualTo((2, 1, 0)), "an unread timer is expired, not armed");
            Assert.That(info.Statistics.Expirations, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Clocks_AreThoseOfTheHost()
    {
        var readings = await _rig.GetAsync("/v1/clocks", ControlJson.Default.Readings);
        Assert.That(readings, Is.EqualTo(new Readings
        {
            Realtime = "2026-01-01T00:00:00.000000000Z",
            RealtimeNs = 1_767_225_600 * Second,
            MonotonicNs = 1000 * Second,
            BoottimeNs = 1000 * Second,
        }));
    }

    [Test]
    public async Task Namespace_CreateShowListClose()
    {
        var made = (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"a/b ü","offsets":{"realtime":"2027-01-01T00:00:00Z","monotonic":"+1h","boottime":5}}"""))
            .Has(201).As(ControlJson.Default.NamespaceInfo);
        var shown = await _rig.GetAsync("/v1/namespaces/" + Uri.EscapeDataString("a/b ü"), ControlJson.Default.NamespaceInfo);
        var list = await _rig.GetAsync("/v1/namespaces", ControlJson.Default.NamespaceList);
        Assert.Multiple(() =>
        {
            Assert.That(shown, Is.EqualTo(made));
            Assert.That(made.Clocks.Realtime, Is.EqualTo("2027-01-01T00:00:00.000000000Z"));
            Assert.That((made.Offsets.MonotonicNs, made.Offsets.BoottimeNs), Is.EqualTo((3600 * Second, 5L)));
            Assert.That((made.Timers, made.Armed, made.Next, made.EphemeralTimers, made.Frozen), Is.EqualTo((0, 0, (NextExpiration?)null, 0, false)));
            Assert.That(list.Namespaces.Select(static n => n.Name), Is.EqualTo(new[] { "host", "a/b ü" }));
        });
        (await _rig.SendAsync("DELETE", "/v1/namespaces/a%2Fb%20%C3%BC")).Has(204);
        (await _rig.SendAsync("GET", "/v1/namespaces/a%2Fb%20%C3%BC")).IsProblem(404, "no-such-namespace");
    }

    [Test]
    public async Task Namespace_ANameThatLooksEscaped_IsNotTheOneWithTheSlash()
    {
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"a%2Fb"}""")).Has(201);
        (await _rig.SendAsync("GET", "/v1/namespaces/a%2Fb")).IsProblem(404, "no-such-namespace");
        Assert.That((await _rig.GetAsync("/v1/namespaces/a%252Fb", ControlJson.Default.NamespaceInfo)).Name, Is.EqualTo("a%2Fb"));
    }

    [Test]
    public async Task SetOffsets_TellsWhatFires_AndADryRunChangesNothing()
    {
        await _rig.MakeAsync(timer: "near", value: "10s");
        await _rig.MakeAsync(timer: "far", value: "2h");
        var path = "/v1/namespaces/web";
        var dry = (await _rig.SendAsync("PATCH", path + "?dry_run=true", """{"offsets":{"monotonic":"1h"}}""")).Has(200).As(ControlJson.Default.NamespaceChange);
        Assert.That((dry.DryRun, dry.FiresCount, dry.Namespace.Offsets.MonotonicNs), Is.EqualTo((true, 1, 0L)));
        Assert.That(dry.Fires.Single(), Is.EqualTo(new Fire { Id = 1, Name = "near", Clock = "CLOCK_MONOTONIC", InNs = 0, Expirations = 360, Canceled = false }));
        var real = (await _rig.SendAsync("PATCH", path, """{"offsets":{"monotonic":"1h"}}""")).Has(200).As(ControlJson.Default.NamespaceChange);
        _rig.Kernel.Settle();
        var read = (await _rig.SendAsync("POST", path + "/timers/near/read")).Has(200).As(ControlJson.Default.TimerRead);
        Assert.Multiple(() =>
        {
            Assert.That(real.Fires, Is.EqualTo(dry.Fires));
            Assert.That((real.DryRun, real.Namespace.Offsets.MonotonicNs), Is.EqualTo((false, 3600 * Second)));
            Assert.That((read.Status, read.Expirations), Is.EqualTo(("ticks", 360UL)));
        });
    }

    [Test]
    public async Task FreezeAndThaw_StopAndGoOn()
    {
        await _rig.MakeAsync();
        var frozen = (await _rig.SendAsync("POST", "/v1/namespaces/web/freeze")).Has(200).As(ControlJson.Default.NamespaceInfo);
        _rig.Kernel.Advance(Duration.FromSeconds(100));
        var standing = await _rig.GetAsync("/v1/namespaces/web", ControlJson.Default.NamespaceInfo);
        var thawed = (await _rig.SendAsync("POST", "/v1/namespaces/web/thaw", """{"clocks":"gvisor","monotonic":"frozen","missed":"one"}""")).Has(200).As(ControlJson.Default.NamespaceChange).Namespace;
        Assert.Multiple(() =>
        {
            Assert.That((frozen.Frozen, frozen.Next), Is.EqualTo((true, (NextExpiration?)null)));
            Assert.That(standing.Clocks, Is.EqualTo(frozen.Clocks));
            Assert.That(thawed.Frozen, Is.False);
            Assert.That(thawed.Clocks.MonotonicNs, Is.EqualTo(frozen.Clocks.MonotonicNs));
            Assert.That(thawed.Clocks.BoottimeNs, Is.EqualTo(frozen.Clocks.BoottimeNs + (100 * Second)));
            Assert.That(thawed.Next?.InNs, Is.EqualTo(Second));
        });
        (await _rig.SendAsync("POST", "/v1/namespaces/web/freeze")).Has(200);
        (await _rig.SendAsync("POST", "/v1/namespaces/web/thaw")).Has(200);
    }

    [Test]
    public async Task Timer_CreateShowSetReadClose()
    {
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"web"}""")).Has(201);
        var path = "/v1/namespaces/web/timers";
        var made = (await _rig.SendAsync("POST", path, """{"clock":"CLOCK_REALTIME_ALARM","name":"t/1","set":{"at":"2026-01-01T00:01:00Z","interval":"1m","cancel_on_set":true}}"""))
            .Has(201).As(ControlJson.Default.TimerInfo);
        Assert.Multiple(() =>
        {
            Assert.That((made.Id, made.Name, made.Namespace, made.Clock), Is.EqualTo((1L, "t/1", "web", "CLOCK_REALTIME_ALARM")));
            Assert.That((made.Armed, made.Readable, made.ValueNs, made.IntervalNs), Is.EqualTo((true, false, 60 * Second, 60 * Second)));
            Assert.That(made.Flags, Is.EqualTo(new[] { "TFD_TIMER_ABSTIME", "TFD_TIMER_CANCEL_ON_SET" }));
            Assert.That(made.Fdinfo, Is.EqualTo("clockid: 8\nticks: 0\nsettime flags: 03\nit_value: (60, 0)\nit_interval: (60, 0)\n"));
        });
        _rig.Kernel.Advance(Duration.FromSeconds(185));
        var looked = await _rig.GetAsync(path + "/1", ControlJson.Default.TimerInfo);
        Assert.That((looked.Readable, looked.Armed), Is.EqualTo((true, false)), "looking forwards nothing");
        var read = (await _rig.SendAsync("POST", path + "/t%2F1/read")).Has(200).As(ControlJson.Default.TimerRead);
        Assert.That(read, Is.EqualTo(new TimerRead { Status = "ticks", Expirations = 3, DueNs = (1_767_225_600 + 60) * Second, AtNs = (1_767_225_600 + 185) * Second }));
        Assert.That((await _rig.SendAsync("POST", path + "/1/read")).As(ControlJson.Default.TimerRead), Is.EqualTo(new TimerRead { Status = "empty", Expirations = 0, DueNs = null, AtNs = null }));
        var set = (await _rig.SendAsync("PUT", path + "/1", """{"value":0}""")).Has(200).As(ControlJson.Default.TimerSet);
        Assert.That((set.OldValueNs, set.OldIntervalNs, set.Canceled, set.Timer.Armed), Is.EqualTo((55 * Second, 60 * Second, false, false)));
        (await _rig.SendAsync("DELETE", path + "/1")).Has(204);
        (await _rig.SendAsync("GET", path + "/1")).IsProblem(404, "no-such-timer");
    }

    [Test]
    public async Task Timer_CanceledByAClockSet_SaysSo()
    {
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"web"}""")).Has(201);
        (await _rig.SendAsync("POST", "/v1/namespaces/web/timers", """{"clock":"realtime","set":{"at":"2030-01-01T00:00:00Z","cancel_on_set":true}}""")).Has(201);
        var change = (await _rig.SendAsync("PATCH", "/v1/namespaces/web", """{"offsets":{"realtime":"-1d"}}""")).Has(200).As(ControlJson.Default.NamespaceChange);
        Assert.That(change.Fires.Single().Canceled, Is.True);
        Assert.That((await _rig.SendAsync("POST", "/v1/namespaces/web/timers/1/read")).As(ControlJson.Default.TimerRead).Status, Is.EqualTo("canceled"));
    }

    [TestCase("""{"value":"1500ms"}""", 1_500_000_000L, false)]
    [TestCase("""{"value":7}""", 7L, false)]
    [TestCase("""{"value":"+1h30m","interval":"1us"}""", 5_400_000_000_000L, false)]
    [TestCase("""{"value":"1010s","absolute":true}""", 10_000_000_000L, true)]
    [TestCase("""{"at":1001000000000}""", 1_000_000_000L, true)]
    [TestCase("""{"at":"1001s"}""", 1_000_000_000L, true)]
    public async Task Timer_Settings_MeanWhatTheySay(string setting, long remaining, bool absolute)
    {
        (await _rig.SendAsync("POST", "/v1/namespaces/host/timers", """{"clock":"boottime"}""")).Has(201);
        var set = (await _rig.SendAsync("PUT", "/v1/namespaces/host/timers/1", setting)).Has(200).As(ControlJson.Default.TimerSet);
        Assert.That((set.Timer.ValueNs, set.Timer.Flags.Contains("TFD_TIMER_ABSTIME")), Is.EqualTo((remaining, absolute)));
    }

    [Test]
    public async Task Timers_ComeInPages_InTheOrderOfTheirIds()
    {
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"web"}""")).Has(201);
        var ns = _rig.Runtime.FindNamespace("web")!;
        var timers = Enumerable.Range(0, 200).Select(_ => ns.CreateTimer(ClockId.Monotonic)).ToArray();
        foreach (var closed in timers.Where(static t => t.Id % 3 != 0 || t.Id is > 30 and < 180))
        {
            closed.Dispose();
        }

        var expected = ns.Timers.Select(static t => t.Id).Order().ToArray();
        List<long> seen = [];
        long? after = 0;
        while (after is { } from)
        {
            var page = await _rig.GetAsync($"/v1/namespaces/web/timers?after={from}&limit=7", ControlJson.Default.TimerList);
            Assert.That(page.Timers.Count, page.Next is null ? Is.InRange(0, 7) : Is.EqualTo(7));
            seen.AddRange(page.Timers.Select(static t => t.Id));
            after = page.Next;
        }

        Assert.That(seen, Is.EqualTo(expected));
    }

    [Test]
    public async Task CheckpointForecastRestore_KeepTheTimers()
    {
        await _rig.MakeAsync(value: "10s");
        _rig.Runtime.FindNamespace("web")!.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromHours(9), Timeout.InfiniteTimeSpan);
        _rig.Kernel.Advance(Duration.FromSeconds(25));
        var image = (await _rig.SendAsync("POST", "/v1/namespaces/web/checkpoint")).Has(200);
        Assert.That(image.Type, Is.EqualTo("application/vnd.timens.image"));
        Assert.That((image.Headers.GetValues("Timens-Timers").Single(), image.Headers.GetValues("Timens-Ephemeral-Timers").Single()), Is.EqualTo(("1", "1")));
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web")).Has(204);
        _rig.Kernel.Advance(Duration.FromSeconds(60));
        var forecast = (await _rig.SendImageAsync("/v1/forecast?clocks=gvisor&within=1m", image.Body)).Has(200).As(ControlJson.Default.ForecastInfo);
        var restored = (await _rig.SendImageAsync("/v1/restore?clocks=gvisor&as=web2", image.Body)).Has(201).As(ControlJson.Default.NamespaceChange);
        var read = (await _rig.SendAsync("POST", "/v1/namespaces/web2/timers/beat/read")).Has(200).As(ControlJson.Default.TimerRead);
        Assert.Multiple(() =>
        {
            Assert.That(forecast.Fires.Single(), Is.EqualTo(new Fire { Id = 1, Name = "beat", Clock = "CLOCK_MONOTONIC", InNs = 0, Expirations = 8, Canceled = false }));
            Assert.That(forecast.Truncated, Is.False);
            Assert.That(restored.Fires, Is.EqualTo(forecast.Fires));
            Assert.That((restored.Namespace.Name, restored.Namespace.Timers), Is.EqualTo(("web2", 1)));
            Assert.That(read.Expirations, Is.EqualTo(8));
            Assert.That(_rig.Runtime.FindNamespace("web"), Is.Null);
        });
    }

    [Test]
    public async Task Health_NeedsNoRole()
    {
        Assert.That((await _rig.SendAsync("GET", "/healthz", uid: 4711)).Has(200).As(ControlJson.Default.HealthInfo).Status, Is.EqualTo("ok"));
        Assert.That((await _rig.SendAsync("GET", "/readyz", uid: 4711)).Has(200).As(ControlJson.Default.HealthInfo).Status, Is.EqualTo("ok"));
        _rig.Service.IsReady = false;
        (await _rig.SendAsync("GET", "/readyz", uid: 4711)).IsProblem(503, "stopping");
    }

    [Test]
    public async Task AfterTheRuntimeHasEnded_EveryCallIsRefusedAsStopping()
    {
        _rig.Runtime.Dispose();
        (await _rig.SendAsync("GET", "/v1/clocks")).IsProblem(503, "stopping");
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"x"}""")).IsProblem(503, "stopping");
    }

    /// <summary>What the dry run says, the set says too, and a read then gives.</summary>
    [TestCase("""{"value":"1s"}""", 0UL)]
    [TestCase("""{"value":0,"interval":"1s"}""", 0UL)]
    [TestCase("""{"at":"1000s"}""", 1UL)]
    [TestCase("""{"at":"1000000000001ns","interval":"1s"}""", 0UL)]
    [TestCase("""{"at":"500s","interval":"7s"}""", 72UL)]
    [TestCase("""{"value":"1ns","absolute":true,"interval":"1ns"}""", 1_000_000_000_000UL)]
    public async Task SetTimer_DryRun_ChangesNothing_AndSaysWhatTheSetThenFires(string setting, ulong expirations)
    {
        const string Path = "/v1/namespaces/host/timers/1";
        _rig.Runtime.Host.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(9)));
        var foretold = (await _rig.SendAsync("PUT", Path + "?dry_run=true", setting)).Has(200).As(ControlJson.Default.TimerSet);
        Assert.That((foretold.DryRun, foretold.OldValueNs, foretold.Timer.ValueNs), Is.EqualTo((true, 9 * Second, 9 * Second)));
        Assert.That(foretold.Fires?.Expirations ?? 0, Is.EqualTo(expirations));
        var set = (await _rig.SendAsync("PUT", Path, setting)).Has(200).As(ControlJson.Default.TimerSet);
        Assert.That((set.DryRun, set.Fires), Is.EqualTo((false, foretold.Fires)));
        _rig.Kernel.Settle();
        var read = (await _rig.SendAsync("POST", Path + "/read")).Has(200).As(ControlJson.Default.TimerRead);
        Assert.That(read.Expirations, Is.EqualTo(expirations));
    }

    /// <summary>What the dry run says, the thaw says too, and a read then gives.</summary>
    [TestCase("count", 12UL)]
    [TestCase("one", 1UL)]
    [TestCase("skip", 0UL)]
    public async Task Thaw_DryRun_ChangesNothing_AndSaysWhatTheThawThenFires(string missed, ulong expirations)
    {
        await _rig.MakeAsync(value: "5s");
        (await _rig.SendAsync("POST", "/v1/namespaces/web/freeze")).Has(200);
        _rig.Kernel.Advance(Duration.FromSeconds(60));
        var policy = $$"""{"clocks":"gvisor","missed":"{{missed}}"}""";
        var foretold = (await _rig.SendAsync("POST", "/v1/namespaces/web/thaw?dry_run=true", policy)).Has(200).As(ControlJson.Default.NamespaceChange);
        Assert.That((foretold.DryRun, foretold.Namespace.Frozen, foretold.FiresCount), Is.EqualTo((true, true, expirations == 0 ? 0 : 1)));
        Assert.That(foretold.Fires.Select(static f => (f.Name, f.Clock, f.Expirations)), Is.EqualTo(expirations == 0 ? [] : new[] { ("beat", "CLOCK_MONOTONIC", expirations) }));
        var thawed = (await _rig.SendAsync("POST", "/v1/namespaces/web/thaw", policy)).Has(200).As(ControlJson.Default.NamespaceChange);
        Assert.That((thawed.DryRun, thawed.Namespace.Frozen), Is.EqualTo((false, false)));
        Assert.That(thawed.Fires, Is.EqualTo(foretold.Fires));
        _rig.Kernel.Settle();
        Assert.That((await _rig.SendAsync("POST", "/v1/namespaces/web/timers/beat/read")).Has(200).As(ControlJson.Default.TimerRead).Expirations, Is.EqualTo(expirations));
    }

    [Test]
    public async Task SetTimer_DryRunOfAFrozenNamespace_FiresNothingAtOnce()
    {
        var web = _rig.Runtime.CreateNamespace("web");
        web.CreateTimer(ClockId.Monotonic);
        web.Freeze();
        var foretold = (await _rig.SendAsync("PUT", "/v1/namespaces/web/timers/1?dry_run=true", """{"at":"5s"}""")).Has(200).As(ControlJson.Default.TimerSet);
        Assert.That(foretold.Fires, Is.Null);
        (await _rig.SendAsync("PUT", "/v1/namespaces/web/timers/1?dry_run=perhaps", """{"at":"5s"}""")).IsProblem(400, "bad-argument");
    }
}
