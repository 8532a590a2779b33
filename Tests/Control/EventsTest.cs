using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Events;
using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Control;

/// <summary>Ticks and changes as server-sent events.</summary>
[CancelAfter(60_000)]
public class EventsTest
{
    private ControlRig _rig = null!;

    [SetUp]
    public async Task Start() => _rig = await ControlRig.StartAsync();

    [TearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    [Test]
    public async Task Changes_OfEveryNamespace_AreTold()
    {
        using var events = await EventReader.OpenAsync(_rig, "/v1/events");
        (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"web"}""")).Has(201);
        (await _rig.SendAsync("PATCH", "/v1/namespaces/web", """{"offsets":{"realtime":"1h"}}""")).Has(200);
        (await _rig.SendAsync("POST", "/v1/namespaces/web/freeze")).Has(200);
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web")).Has(204);
        Assert.That((await events.NextAsync("created")).GetRawText(), Is.EqualTo("""{"namespace":"web","timer":null,"name":null}"""));
        var change = (await events.NextAsync("change")).Deserialize(ControlJson.Default.ChangeEvent)!;
        Assert.That((change.Namespace, change.Reason, change.OldOffsets.RealtimeNs, change.NewOffsets.RealtimeNs), Is.EqualTo(("web", "offsets-set", 0L, 3_600_000_000_000L)));
        Assert.That((await events.NextAsync("change")).GetProperty("reason").GetString(), Is.EqualTo("frozen"));
        Assert.That((await events.NextAsync("closed")).GetProperty("namespace").GetString(), Is.EqualTo("web"));
    }

    [Test]
    public async Task ARestore_IsToldAsAChange_AndThenAsCreated()
    {
        using var events = await EventReader.OpenAsync(_rig, "/v1/events");
        await _rig.MakeAsync();
        Assert.That((await events.NextAsync("created")).GetProperty("timer").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That((await events.NextAsync("created")).GetProperty("timer").GetInt64(), Is.EqualTo(1));
        var image = (await _rig.SendAsync("POST", "/v1/namespaces/web/checkpoint")).Has(200).Body;
        (await _rig.SendImageAsync("/v1/restore?as=other", image)).Has(201);
        Assert.That((await events.NextAsync("change")).GetProperty("reason").GetString(), Is.EqualTo("restored"));
        Assert.That((await events.NextAsync("created")).GetProperty("namespace").GetString(), Is.EqualTo("other"));
    }

    [Test]
    public async Task Ticks_OfAStreamThatReads_AreTold_AlsoOfATimerThatComesLater()
    {
        await _rig.MakeAsync();
        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&read=true");
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        var tick = (await events.NextAsync("tick")).Deserialize(ControlJson.Default.TickEvent)!;
        Assert.That(tick, Is.EqualTo(new TickEvent
        {
            Namespace = "web",
            Timer = 1,
            Name = "beat",
            Clock = "CLOCK_MONOTONIC",
            Expirations = 1,
            DueNs = 1001_000_000_000,
            AtNs = 1001_000_000_000,
            LatenessNs = 0,
            Canceled = false,
        }));
        await _rig.MakeAsync(timer: "later", value: "1500ms");
        Assert.That((await events.NextAsync("created")).GetRawText(), Is.EqualTo("""{"namespace":"web","timer":2,"name":"later"}"""));
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web/timers/beat")).Has(204);
        Assert.That((await events.NextAsync("closed")).GetProperty("timer").GetInt64(), Is.EqualTo(1));
        _rig.Kernel.Advance(Duration.FromMilliseconds(1500));
        Assert.That((await events.NextAsync("tick")).GetProperty("name").GetString(), Is.EqualTo("later"));
    }

    [Test]
    public async Task AStreamThatDoesNotRead_LeavesTheTicksToTheirReaders()
    {
        await _rig.MakeAsync();
        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web");
        _rig.Kernel.Advance(Duration.FromSeconds(5));
        Assert.That((await _rig.SendAsync("POST", "/v1/namespaces/web/timers/beat/read")).As(ControlJson.Default.TimerRead).Expirations, Is.EqualTo(5));
    }

    [Test]
    public async Task AStreamThatDoesNotRead_ShowsTheTicksThatOthersRead_OnceEach()
    {
        await _rig.MakeAsync(timer: "read");
        await _rig.MakeAsync(timer: "unread");
        await _rig.MakeAsync(ns: "other", timer: "elsewhere");
        using var everything = await EventReader.OpenAsync(_rig, "/v1/events");
        using var web = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web");
        using var one = await EventReader.OpenAsync(_rig, "/v1/events?namespace=other&timer=elsewhere");
        var (read, elsewhere) = (_rig.Runtime.FindNamespace("web")!.FindTimer("read")!, _rig.Runtime.FindNamespace("other")!.FindTimer("elsewhere")!);
        using var first = read.Ticks.Subscribe(static _ => { });
        using var second = read.Ticks.Subscribe(static _ => { });
        using var third = elsewhere.Ticks.Subscribe(static _ => { });
        _rig.Kernel.Advance(Duration.FromMilliseconds(1500));
        (await _rig.SendAsync("PATCH", "/v1/namespaces/web", """{"offsets":{"realtime":"1s"}}""")).Has(200);
        Assert.That(new[] { await Name(everything), await Name(everything), await Name(web), await Name(one) }, Is.EquivalentTo(new[] { "read", "elsewhere", "read", "elsewhere" }));
        await everything.NextAsync("change");
        await web.NextAsync("change");

        static async Task<string?> Name(EventReader reader) => (await reader.NextAsync("tick")).GetProperty("name").GetString();
    }

    [Test]
    public async Task AStreamThatReads_IsSeenByOneThatDoesNot()
    {
        await _rig.MakeAsync();
        using var mirror = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web");
        using var reader = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&read=true");
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That((await mirror.NextAsync("tick")).GetRawText(), Is.EqualTo((await reader.NextAsync("tick")).GetRawText()));
    }

    [Test]
    public async Task ATickWhoseReaderClosesTheTimer_IsShown_BeforeItsEnd()
    {
        await _rig.MakeAsync();
        using var mirror = await EventReader.OpenAsync(_rig, "/v1/events");
        var timer = _rig.Runtime.FindNamespace("web")!.FindTimer("beat")!;
        using var reader = timer.Ticks.Subscribe(_ => timer.Dispose());
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That((await mirror.NextAsync("tick")).GetProperty("name").GetString(), Is.EqualTo("beat"));
    }

    [Test]
    public async Task AMirror_OfABigBatch_TakesAPart_AndSaysWhatItLeft()
    {
        const int Timers = EventScope.MostMirrored + 50;
        var ns = _rig.Runtime.CreateNamespace("web");
        using var mirror = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web");
        for (var i = 0; i < Timers; i++)
        {
            var timer = ns.CreateTimer(ClockId.Monotonic);
            timer.Ticks.Subscribe(static _ => { });
            timer.Set(TimerSetting.At(ns.Read(ClockId.Monotonic).Plus(1_000_000_000)));
        }

        _rig.Kernel.Advance(Duration.FromSeconds(1));
        ns.Dispose();
        var (ticks, dropped) = (0L, 0L);
        while (await mirror.NextAsync() is var (kind, data))
        {
            ticks += kind == "tick" ? 1 : 0;
            dropped += kind == "dropped" ? JsonDocument.Parse(data).RootElement.GetProperty("count").GetInt64() : 0;
        }

        Assert.That((ticks, dropped), Is.EqualTo(((long)EventScope.MostMirrored, 50L)));
    }

    [Test]
    public async Task TheEngine_IsTappedOnlyWhileAStreamMirrors()
    {
        await _rig.MakeAsync();
        Assert.That(_rig.Service.Events.IsWanted, Is.False);
        using (await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&read=true"))
        {
            Assert.That(_rig.Service.Events.IsWanted, Is.False);
        }

        using (await EventReader.OpenAsync(_rig, "/v1/events?namespace=web"))
        {
            Assert.That(_rig.Service.Events.IsWanted, Is.True);
            (await _rig.SendAsync("DELETE", "/v1/namespaces/web")).Has(204);
        }

        Assert.That(() => _rig.Service.Events.IsWanted, Is.False.After(60_000, 10));
    }

    [Test]
    public async Task AStreamOfOneTimer_HearsOfNoOther_AndEndsWithIt()
    {
        await _rig.MakeAsync(timer: "a");
        await _rig.MakeAsync(timer: "b");
        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&timer=b&read=true");
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        Assert.That((await events.NextAsync("tick")).GetProperty("name").GetString(), Is.EqualTo("b"));
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web/timers/a")).Has(204);
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web/timers/b")).Has(204);
        Assert.That((await events.NextAsync("closed")).GetRawText(), Is.EqualTo("""{"namespace":"web","timer":2,"name":"b"}"""));
        Assert.That(await events.NextAsync(), Is.Null);
    }

    [Test]
    public async Task AStreamOfOneNamespace_EndsWithIt_WhoeverClosesIt()
    {
        var ns = _rig.Runtime.CreateNamespace("web");
        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web");
        ns.Dispose();
        await events.NextAsync("closed");
        Assert.That(await events.NextAsync(), Is.Null);
    }

    [Test]
    public async Task AQuietStream_GivesASignOfLife_AndFindsTimersOfTheApplication()
    {
        var ns = _rig.Runtime.CreateNamespace("web");
        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&read=true");
        ns.CreateTimer(ClockId.Monotonic, "own").Set(TimerSetting.After(Duration.FromSeconds(20)));
        _rig.Kernel.Advance(Duration.FromSeconds(15));
        Assert.That(await events.NextAsync(), Is.EqualTo((":", "heartbeat")));
        _rig.Kernel.Advance(Duration.FromSeconds(5));
        Assert.That((await events.NextAsync("tick")).GetProperty("name").GetString(), Is.EqualTo("own"));
    }

    [Test]
    public async Task WhenTheApplicationStops_StreamsEnd()
    {
        using var events = await EventReader.OpenAsync(_rig, "/v1/events");
        var stop = _rig.Application.StopAsync();
        Assert.That(await events.NextAsync(), Is.Null);
        await stop;
    }

    [Test]
    public async Task ASlowReader_NeitherSlowsTheEngineNorLosesACount()
    {
        const int Timers = 50;
        const int Periods = 400;
        var ns = _rig.Runtime.CreateNamespace("web");
        for (var i = 0; i < Timers; i++)
        {
            ns.CreateTimer(ClockId.Monotonic).Set(TimerSetting.Every(Duration.FromMilliseconds(1)));
        }

        using var events = await EventReader.OpenAsync(_rig, "/v1/events?namespace=web&read=true");
        _rig.Kernel.Advance(Duration.FromMilliseconds(Periods)); // returns when the engine has delivered all, though nobody reads
        Assert.That(_rig.Runtime.Statistics.Deliveries, Is.EqualTo(Timers * Periods));
        (await _rig.SendAsync("DELETE", "/v1/namespaces/web")).Has(204);
        var (ticks, dropped) = (0L, 0L);
        while (await events.NextAsync() is var (kind, data))
        {
            var json = kind == ":" ? default : JsonDocument.Parse(data).RootElement;
            ticks += kind == "tick" ? json.GetProperty("expirations").GetInt64() : 0;
            dropped += kind == "dropped" ? json.GetProperty("expirations").GetInt64() : 0;
        }

        Assert.That((ticks + dropped, dropped), Is.EqualTo(((long)Timers * Periods, 0L)));
    }

    [Test]
    public void Buffer_SumsTheTicksOfATimer_AndKeepsTheOrderAroundOtherEvents()
    {
        var (a, b) = TwoTimers();
        var buffer = new EventBuffer(100);
        buffer.Add(a, Of(1, due: 10));
        buffer.Add(b, Of(1, due: 11));
        buffer.Add(a, Of(4, due: 20));
        buffer.Add(a, Of(0, due: 21, canceled: true));
        buffer.Add(a, Of(2, due: 30));
        buffer.Add("closed", new LifeEvent { Namespace = "n", Timer = null, Name = null });
        buffer.Add(a, Of(ulong.MaxValue, due: 40));
        buffer.Add(a, Of(2, due: 41));
        Assert.That(Drain(buffer), Is.EqualTo(new[] { "a 5 due 10 at 20", "b 1 due 11 at 11", "a canceled", "a 2 due 30 at 30", "closed", $"a {ulong.MaxValue} due 40 at 41" }));
        Assert.That(buffer.TakeDropped(), Is.EqualTo(new DroppedEvent { Count = 0, Expirations = 0, Conflated = 2 }));
        Assert.That(buffer.TakeDropped(), Is.Null);
    }

    [Test]
    public void Buffer_Full_CountsWhatItThrowsAway()
    {
        var (a, b) = TwoTimers();
        var buffer = new EventBuffer(2);
        buffer.Add(a, Of(1, due: 1));
        buffer.Add("created", new LifeEvent { Namespace = "n", Timer = null, Name = null });
        buffer.Add(b, Of(3, due: 2));
        buffer.Add(b, Of(4, due: 3));
        buffer.Add("closed", new LifeEvent { Namespace = "n", Timer = null, Name = null });
        Assert.That(Drain(buffer), Is.EqualTo(new[] { "a 1 due 1 at 1", "created" }));
        Assert.That(buffer.TakeDropped(), Is.EqualTo(new DroppedEvent { Count = 3, Expirations = 7, Conflated = 0 }));
        buffer.Add(b, Of(5, due: 4));
        buffer.Drop(2, ulong.MaxValue);
        buffer.Drop(1, 1);
        Assert.That(buffer.TakeDropped(), Is.EqualTo(new DroppedEvent { Count = 3, Expirations = ulong.MaxValue, Conflated = 0 }));
        Assert.That(Drain(buffer), Is.EqualTo(new[] { "b 5 due 4 at 4" }));
    }

    [Test]
    public async Task AReaderThatTakesNothing_IsCutOff()
    {
        var (a, _) = TwoTimers();
        var buffer = new EventBuffer(1000);
        for (var i = 0; i < 500; i++)
        {
            buffer.Add(a, Of((ulong)i + 1, due: i, canceled: i % 2 == 0));
        }

        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512, useSynchronizationContext: false));
        var run = new EventStream(buffer, pipe.Writer).RunAsync(static () => { }, _rig.Runtime.Host.TimeProvider, TimeSpan.FromSeconds(30), CancellationToken.None);
        _rig.Kernel.Advance(Duration.FromSeconds(29));
        Assert.That(run.IsCompleted, Is.False);
        _rig.Kernel.Advance(Duration.FromSeconds(1));
        await Assert.ThatAsync(() => run, Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public async Task Events_AreWellFormed()
    {
        var (a, _) = TwoTimers();
        var buffer = new EventBuffer(10);
        buffer.Add(a, Of(1, due: 1));
        buffer.End();
        var pipe = new Pipe();
        await new EventStream(buffer, pipe.Writer).RunAsync(static () => { }, _rig.Runtime.Host.TimeProvider, TimeSpan.FromSeconds(30), CancellationToken.None);
        await pipe.Writer.CompleteAsync();
        using var reader = new StreamReader(pipe.Reader.AsStream(), Encoding.UTF8);
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo("""
            : timens

            id: 1
            event: tick
            data: {"namespace":"two","timer":1,"name":"a","clock":"CLOCK_MONOTONIC","expirations":1,"due_ns":1,"at_ns":1,"lateness_ns":0,"canceled":false}


            """.ReplaceLineEndings("\n")));
    }

    private (NamespaceTimer A, NamespaceTimer B) TwoTimers()
    {
        var ns = _rig.Runtime.CreateNamespace("two");
        return (ns.CreateTimer(ClockId.Monotonic, "a"), ns.CreateTimer(ClockId.Monotonic, "b"));
    }

    private static Tick Of(ulong expirations, long due, bool canceled = false) => new(expirations, new ClockTime(due), new ClockTime(due), ClockId.Monotonic, canceled);

    private static List<string> Drain(EventBuffer buffer)
    {
        List<string> seen = [];
        while (buffer.TryTake(out var pending))
        {
            seen.Add(pending!.Timer is { } timer
                ? pending.Tick.IsCanceled ? $"{timer.Name} canceled" : $"{timer.Name} {pending.Tick.Expirations} due {pending.Tick.Due.Nanoseconds} at {pending.Tick.At.Nanoseconds}"
                : pending.Life!.Value.Kind);
        }

        return seen;
    }
}
