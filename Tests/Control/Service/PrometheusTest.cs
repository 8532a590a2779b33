using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Metrics;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Service;

/// <summary>The metrics as text: well formed, and what happened.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class PrometheusTest
{
    private const string Plain = """{"metrics":{"prometheus":true}}""";
    private const string Labelled = """{"metrics":{"prometheus":true,"namespace_labels":true}}""";

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Text_IsWellFormed_AndTellsWhatHappened([Values] bool labels)
    {
        await using var rig = await ServiceRig.StartAsync(_folder, labels ? Labelled : Plain);
        var timer = rig.Runtime.CreateNamespace("web", ClockOffsets.Of(realtime: Duration.FromMilliseconds(-1500))).CreateTimer(ClockId.Boottime);
        timer.Set(TimerSetting.Every(Duration.FromSeconds(1)));
        rig.Kernel.Suspend(Duration.FromMilliseconds(4500));
        rig.Kernel.Settle();
        using var reader = timer.Ticks.Subscribe(static _ => { });
        rig.Kernel.Advance(Duration.FromSeconds(1));
        rig.Namespace("web").Checkpoint();
        var told = await ReadAsync(rig);
        var of = labels ? "web" : null;
        double Value(string name, string? le = null) => told.Values.SelectMany(static m => m.Samples)
            .Single(s => s.Name == name && s.Label("timens_namespace") == of && s.Label("le") == le && s.Label("timens_clock") is null).Value;
        NUnit.Framework.Constraints.Constraint Ticks(int own) => labels ? Is.EqualTo(own) : Is.GreaterThanOrEqualTo(own); // the service has timers too, in the host
        Assert.Multiple(() =>
        {
            Assert.That(Value("timens_timer_active"), Is.EqualTo(1));
            Assert.That(Value("timens_timer_overruns_total"), Is.EqualTo(3));
            Assert.That(Value("timens_timer_lateness_seconds_count"), Ticks(2));
            Assert.That(Value("timens_timer_lateness_seconds_sum"), Is.EqualTo(3.5));
            Assert.That(Value("timens_timer_lateness_seconds_bucket", "1e-06"), Ticks(1));
            Assert.That(Value("timens_timer_lateness_seconds_bucket", "2.5"), Ticks(1));
            Assert.That(Value("timens_timer_lateness_seconds_bucket", "10"), Ticks(2));
            Assert.That(told["timens_checkpoint_duration_seconds"].Samples.Single(static s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Value, Is.EqualTo(1));
            Assert.That(told["timens_queue_depth"].Samples.Select(static s => s.Label("timens_clock")), Is.EqualTo(new[] { "boottime", "monotonic", "realtime" }));
            Assert.That(told.ContainsKey("timens_clock_offset_seconds"), Is.EqualTo(labels));
        });
        if (labels)
        {
            Assert.That(told["timens_clock_offset_seconds"].Samples.Single(static s => s.Label("timens_namespace") == "web" && s.Label("timens_clock") == "realtime").Value, Is.EqualTo(-1.5));
        }
    }

    [Test]
    public async Task Text_OfNamesThatNeedIt_IsEscaped()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Labelled);
        const string Name = "quote\" back\\ ä { } , = #";
        rig.Runtime.CreateNamespace(Name);
        var told = await ReadAsync(rig);
        Assert.That(told["timens_timer_active"].Samples.Select(static s => s.Label("timens_namespace")), Is.EquivalentTo(new[] { "host", Name }));
    }

    [Test]
    public async Task Text_OfANamespaceThatIsGone_HasItsGaugesNoMore()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Labelled);
        var ns = rig.Runtime.CreateNamespace("web");
        Assert.That((await ReadAsync(rig))["timens_timer_active"].Samples, Has.Count.EqualTo(2));
        ns.Dispose();
        Assert.That((await ReadAsync(rig))["timens_timer_active"].Samples, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Text_WithoutTheConfiguration_IsNotThere_AndNobodyListens()
    {
        await using var rig = await ServiceRig.StartAsync(_folder);
        (await rig.SendAsync("GET", "/metrics")).Has(404);
        Assert.That(rig.Get<TimeNs.Runtime.RuntimeMeter>().Tap.IsWanted, Is.False);
    }

    [Test]
    public async Task Text_NeedsTheRoleRead()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Plain, services: static b => b.Services.AddTransient<Microsoft.AspNetCore.Hosting.IStartupFilter, ControlRig.AssumedPeer>());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { ControlRig.AsUid, "4711" } } };
        (await Answer.OfAsync(await rig.Http.SendAsync(request))).IsProblem(403, "forbidden");
    }

    [Test]
    public void Text_OfManySeries_EndsInOneForTheRest()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var text = new PrometheusText(factory);
        var counter = factory.Create("TimeNs").CreateCounter<long>("timens.some", "{thing}", "Some \\ things\nof a kind");
        for (var i = 0; i < PrometheusFamily.MaxSeries + 10; i++)
        {
            counter.Add(2, new KeyValuePair<string, object?>("timens.namespace", $"n{i}"));
            counter.Add(1, new KeyValuePair<string, object?>("timens.namespace", "n0"));
        }

        var some = PrometheusReader.Read(text.Collect())["timens_some_total"];
        Assert.That((some.Samples.Count, some.Help), Is.EqualTo((PrometheusFamily.MaxSeries + 1, "Some \\ things\nof a kind")));
        Assert.That(some.Samples.Single(static s => s.Label("otel_metric_overflow") == "true").Value, Is.EqualTo(20));
        Assert.That(some.Samples.Single(static s => s.Label("timens_namespace") == "n0").Value, Is.EqualTo(2 + PrometheusFamily.MaxSeries + 10));
    }

    [Test]
    public async Task Text_OfAnotherApplicationInTheProcess_IsNotInIt()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, Plain);
        using var other = new TestFolder();
        await using var second = await ServiceRig.StartAsync(other, Plain);
        second.Runtime.CreateNamespace("web").CreateTimer(ClockId.Monotonic);
        Assert.That((await ReadAsync(rig))["timens_timer_active"].Samples.Single().Value, Is.Zero);
        Assert.That((await ReadAsync(second))["timens_timer_active"].Samples.Single().Value, Is.EqualTo(1));
    }

    [TestCase("# HELP a x\n# TYPE a gauge\na 1\na 1\n")]
    [TestCase("# TYPE a gauge\na 1\n")]
    [TestCase("# HELP a x\n# TYPE a gauge\na{b=\"\\q\"} 1\n")]
    [TestCase("# HELP a x\n# TYPE a gauge\na 1")]
    [TestCase("# HELP a x\n# TYPE a counter\na 1\n")]
    [TestCase("# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [TestCase("# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"2\"} 1\na_sum 1\na_count 1\n")]
    public void Reader_RefusesWhatIsNotWellFormed(string text) => Assert.That(() => PrometheusReader.Read(text), Throws.TypeOf<FormatException>());

    private static async Task<IReadOnlyDictionary<string, PrometheusMetric>> ReadAsync(ServiceRig rig)
    {
        using var response = await rig.Http.GetAsync("/metrics");
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        return PrometheusReader.Read((await Answer.OfAsync(response)).Has(200).Text);
    }
}
