using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>What the meter tells is what happened.</summary>
internal sealed class MeterTest : EngineTest
{
    private ServiceProvider _services = null!;

    private IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    [SetUp]
    public void MakeFactory() => _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [TearDown]
    public void DisposeFactory() => _services.Dispose();

    [Test]
    public void Timers_OpenArmedAndQueued_AreThoseOfAllNamespaces()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        Every(Ms(10));
        NewTimer(ns: Runtime.Host);
        NewTimer(ClockId.BoottimeAlarm).Set(TimerSetting.After(Ms(5)));
        using var delegated = Ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        Assert.That((Ask("timens.timer.active"), Ask("timens.timer.armed"), Ask("timens.namespaces")), Is.EqualTo((3, 2, 2)));
        Assert.That(AskAll("timens.queue.depth"), Is.EqualTo(new[] { "realtime 0", "monotonic 2", "boottime 1" }));
    }

    [Test]
    public void Counters_AreThoseOfTheEngine_AlsoOfWhatIsGone()
    {
        ExpectedFaults = 1;
        using var meter = new RuntimeMeter(Runtime, Factory);
        var gone = Runtime.CreateNamespace("gone");
        After(Ms(1), gone);
        Observe(Every(Ms(10)), static _ => throw new InvalidOperationException("a fault"));
        Advance(Ms(10));
        Kernel.SetRealtime(Kernel.Read().Realtime.Plus(1).ToInstant());
        Settle();
        gone.Dispose();
        Assert.That((Ask("timens.timer.expirations"), Ask("timens.clock.steps"), Ask("timens.observers.dropped")), Is.EqualTo((2, 1, 1)));
        Assert.That(Ask("timens.wakeups"), Is.EqualTo(Runtime.Statistics.Wakeups).And.GreaterThan(0));
    }

    [Test]
    public void Lateness_IsToldOfEachTick_FromItsFirstDeadline()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var lateness = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.timer.lateness");
        using var overruns = new MetricCollector<long>(Factory, RuntimeMeter.Name, "timens.timer.overruns");
        var timer = NewTimer(ClockId.Boottime);
        timer.Set(TimerSetting.Every(Ms(1000)));
        Kernel.Suspend(Ms(4500));
        Settle();
        Observe(timer);
        Advance(Ms(1000));
        Assert.That(lateness.GetMeasurementSnapshot().Select(static m => m.Value), Is.EqualTo(new[] { 3.5, 0 }), "the first tick tells of 4 periods");
        Assert.That(overruns.GetMeasurementSnapshot().Select(static m => m.Value), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void Lateness_OfACancelNotice_IsNone()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var lateness = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.timer.lateness");
        var timer = NewTimer(ClockId.Realtime);
        var seen = Observe(timer);
        timer.Set(TimerSetting.At(Ns.Read(ClockId.Realtime).Plus(1_000_000_000), Duration.Zero, cancelOnSet: true));
        Kernel.SetRealtime(Kernel.Read().Realtime.Plus(5).ToInstant());
        Settle();
        Assert.That(seen.Values.Single().IsCanceled);
        Assert.That(lateness.GetMeasurementSnapshot(), Is.Empty);
    }

    [Test]
    public void Overruns_OfACountThatSaturates_StayInRange()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var overruns = new MetricCollector<long>(Factory, RuntimeMeter.Name, "timens.timer.overruns");
        foreach (var timer in new[] { NewTimer(), NewTimer() })
        {
            timer.SetTicks(ulong.MaxValue);
            Observe(timer);
        }

        Settle();
        Assert.That(overruns.GetMeasurementSnapshot().Select(static m => m.Value), Has.All.Positive);
    }

    [Test]
    public void Labels_WhenAskedFor_NameTheNamespace()
    {
        using var meter = new RuntimeMeter(Runtime, Factory, namespaceLabels: true);
        using var lateness = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.timer.lateness");
        using var overruns = new MetricCollector<long>(Factory, RuntimeMeter.Name, "timens.timer.overruns");
        var other = Runtime.CreateNamespace("other", ClockOffsets.Of(realtime: Ms(-1500)));
        foreach (var ns in new[] { Ns, other, Ns })
        {
            Observe(After(Ms(10), ns));
        }

        Advance(Ms(10));
        var late = NewTimer(ns: other);
        late.SetTicks(5);
        Observe(late);
        Settle();
        Assert.That(lateness.GetMeasurementSnapshot().Select(static m => m.Tags["timens.namespace"]), Is.EqualTo(new[] { "ns", "other", "ns", "other" }));
        Assert.That(overruns.GetMeasurementSnapshot().Select(static m => (m.Value, m.Tags["timens.namespace"])), Is.EqualTo(new[] { (4L, (object?)"other") }));
        Assert.That(AskAll("timens.timer.expirations"), Is.EqualTo(new[] { "host 0", "ns 2", "other 1" }));
        Assert.That(AskAll("timens.timer.active"), Is.EqualTo(new[] { "host 0", "ns 2", "other 2" }));
        Assert.That(AskOffsets(), Does.Contain("other realtime -1.5").And.Contain("ns boottime 10800"));
    }

    [Test]
    public void Labels_WhenNotAskedFor_NameNobody()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var lateness = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.timer.lateness");
        Observe(Every(Ms(10)));
        Advance(Ms(10));
        Assert.That(lateness.GetMeasurementSnapshot().Single().Tags, Is.Empty);
        Assert.That(AskAll("timens.timer.active"), Is.EqualTo(new[] { "1" }));
        Assert.That(AskOffsets(), Is.Empty);
    }

    [Test]
    public void CheckpointAndRestore_AreTimed_AndWhatIsRefusedIsNot()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var checkpoints = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.checkpoint.duration");
        using var restores = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.restore.duration");
        var image = Ns.Checkpoint();
        Assert.That(() => Runtime.Restore(image), Throws.TypeOf<TimeNamespaceException>());
        Runtime.Restore(image, name: "again");
        Assert.That((checkpoints.GetMeasurementSnapshot().Count, restores.GetMeasurementSnapshot().Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public void WithoutAListener_NoBatchIsWrittenDown()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        Assert.That(Tap(meter).IsWanted, Is.False);
        using (new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.timer.lateness"))
        {
            Assert.That(Tap(meter).IsWanted, Is.True);
        }
    }

    [Test]
    public void AListenerThatThrows_EndsTheMeasuringOfTicks_AndNothingElse()
    {
        ExpectedFaults = 1;
        using var meter = new RuntimeMeter(Runtime, Factory);
        using var listener = new MeterListener { InstrumentPublished = static (i, l) => l.EnableMeasurementEvents(i) };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("a listener's fault"));
        listener.Start();
        var seen = Observe(Every(Ms(10)));
        Advance(Ms(30));
        Assert.That(seen.Values, Has.Count.EqualTo(3));
    }

    [Test]
    public void AfterTheEndOfTheRuntime_CountersStay_AndNothingIsThere()
    {
        using var meter = new RuntimeMeter(Runtime, Factory);
        After(Ms(10));
        Advance(Ms(20));
        Ends(Task.Run(Runtime.Dispose));
        Assert.That((Ask("timens.timer.expirations"), Ask("timens.timer.active"), Ask("timens.namespaces")), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public void AfterTheEndOfTheMeter_NothingIsTold()
    {
        var meter = new RuntimeMeter(Runtime, Factory);
        Assert.That(AskAll("timens.wakeups"), Has.Length.EqualTo(1));
        meter.Dispose();
        Assert.That(AskAll("timens.wakeups").Concat(AskAll("timens.queue.depth")).Concat(AskAll("timens.timer.active")), Is.Empty);
    }

    [Test]
    public void WithoutAFactory_TheMeterIsItsOwn()
    {
        var published = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (i, _) => published.Add(i.Meter.Scope is null ? i.Meter.Name : "") };
        listener.Start();
        published.Clear();
        using var meter = new RuntimeMeter(Runtime);
        Assert.That(published, Has.Count.EqualTo(12).And.All.EqualTo("TimeNs"));
    }

    private static IDeliveryTap Tap(RuntimeMeter meter) => meter.Tap;

    /// <summary>The one value of an observable instrument.</summary>
    private long Ask(string instrument)
    {
        using var collector = new MetricCollector<long>(Factory, RuntimeMeter.Name, instrument);
        collector.RecordObservableInstruments();
        return collector.GetMeasurementSnapshot().Single().Value;
    }

    private string[] AskAll(string instrument)
    {
        using var collector = new MetricCollector<long>(Factory, RuntimeMeter.Name, instrument);
        collector.RecordObservableInstruments();
        return [.. collector.GetMeasurementSnapshot().Select(static m => string.Join(' ', [.. m.Tags.Values, m.Value]))];
    }

    private string[] AskOffsets()
    {
        using var collector = new MetricCollector<double>(Factory, RuntimeMeter.Name, "timens.clock.offset");
        collector.RecordObservableInstruments();
        return [.. collector.GetMeasurementSnapshot().Select(static m => FormattableString.Invariant($"{m.Tags["timens.namespace"]} {m.Tags["timens.clock"]} {m.Value}"))];
    }
}
