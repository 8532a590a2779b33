using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TimeNs.Control.Calls;
using TimeNs.Control.Metrics;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Docs;

/// <summary><c>docs/metrics.md</c> and the dashboard say what there is, no more and no less.</summary>
[TestFixture]
public sealed class VisibleDocumentTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Type[] Logs = [.. new[] { typeof(TimeRuntime), typeof(CallTrace), typeof(TimeNs.Tool.CommandLine) }
        .SelectMany(static t => t.Assembly.GetTypes()).Where(static t => Events(t).Length != 0)];

    private ServiceProvider _services = null!;
    private TimeRuntime _runtime = null!;

    private static string Document => File.ReadAllText(Path.Combine(Repository.Root, "docs/metrics.md"));

    private IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    [SetUp]
    public void Start()
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _runtime = TimeRuntime.Start(new SimulatedKernel());
    }

    [TearDown]
    public void Stop()
    {
        _runtime.Dispose();
        _services.Dispose();
    }

    [Test]
    public void Instruments_OfTheDocument_AreThoseOfTheMeter()
    {
        var documented = Rows("### What it costs").Where(static r => r[0].StartsWith("`timens.", StringComparison.Ordinal)).ToArray();
        Assert.That(documented.Select(static r => $"{r[0]} {r[1]} {r[2]}"), Is.EquivalentTo(Published(labels: true).Select(static i => $"`{i.Name}` {TypeOf(i)} `{i.Unit}`")));
        Assert.That(documented.Select(static r => r[4]), Has.None.Empty);
        var onlyLabelled = Published(labels: true).Select(static i => i.Name).Except(Published(labels: false).Select(static i => i.Name));
        Assert.That(onlyLabelled, Is.EqualTo(documented.Where(static r => r[4].EndsWith("Only with labels of namespaces.", StringComparison.Ordinal)).Select(static r => r[0].Trim('`'))));
    }

    [Test]
    public void Labels_OfTheDocument_AreThoseOfTheMeasurements()
    {
        using var meter = new RuntimeMeter(_runtime, Factory, namespaceLabels: true);
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = Enable };
        listener.SetMeasurementEventCallback<long>((i, _, tags, _) => seen[i.Name] = Names(tags));
        listener.SetMeasurementEventCallback<double>((i, _, tags, _) => seen[i.Name] = Names(tags));
        listener.Start();
        var timer = _runtime.Host.CreateTimer(TimeNs.Clocks.ClockId.Monotonic);
        timer.SetTicks(2);
        timer.Ticks.Subscribe(static _ => { });
        ((SimulatedKernel)_runtime.Kernel).Settle();
        _runtime.Restore(_runtime.CreateNamespace("web").Checkpoint(stop: true));
        listener.RecordObservableInstruments();
        void Enable(Instrument instrument, MeterListener l)
        {
            if (ReferenceEquals(instrument.Meter.Scope, Factory))
            {
                l.EnableMeasurementEvents(instrument);
            }
        }

        var documented = Rows("### What it costs").Where(static r => r[0].StartsWith("`timens.", StringComparison.Ordinal));
        Assert.That(seen.Select(static s => $"{s.Key}: {s.Value}"), Is.EquivalentTo(documented.Select(static r => $"{r[0].Trim('`')}: {r[3].Replace("*", "", StringComparison.Ordinal)}")));
    }

    [Test]
    public void Dashboard_AsksForMetricsThatThereAre_AndForEachOfThem()
    {
        using var text = new PrometheusText(Factory);
        using var meter = new RuntimeMeter(_runtime, Factory, namespaceLabels: true);
        var told = Regex.Matches(text.Collect(), "^# TYPE (?<name>\\S+) (?<type>\\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Patience)
            .Select(static m => m.Groups["name"].Value + (m.Groups["type"].Value == "histogram" ? "_bucket" : ""));
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs/grafana/timens.json")));
        var asked = Expressions(dashboard.RootElement).SelectMany(static e => Regex.Matches(e, @"\btimens_\w+(?=\{)", RegexOptions.None, Patience)).Select(static m => m.Value).ToHashSet();
        Assert.That(asked, Is.EquivalentTo(told));
        var labels = Expressions(dashboard.RootElement).SelectMany(static e => Regex.Matches(e, @"(?<=by \()[^)]*", RegexOptions.None, Patience)).Select(static m => m.Value).ToHashSet();
        Assert.That(labels, Is.SubsetOf(new[] { "le", "timens_namespace", "timens_clock" }));
    }

    [Test]
    public void Dashboard_PanelsDoNotOverlap_AndHaveIdsOfTheirOwn()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs/grafana/timens.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToArray();
        Assert.That(panels.Select(static p => p.GetProperty("id").GetInt32()), Is.Unique);
        var cells = panels.Select(static p => p.GetProperty("gridPos")).SelectMany(static g =>
            from x in Enumerable.Range(g.GetProperty("x").GetInt32(), g.GetProperty("w").GetInt32())
            from y in Enumerable.Range(g.GetProperty("y").GetInt32(), g.GetProperty("h").GetInt32())
            select (x, y)).ToArray();
        Assert.That(cells, Is.Unique);
        Assert.That(cells.Max(static c => c.x), Is.LessThan(24));
    }

    [Test]
    public void EventIds_AreUnique_AndThoseOfTheDocument()
    {
        var events = Logs.SelectMany(Events).ToArray();
        Assert.That(events, Has.Length.GreaterThan(20));
        Assert.That(events.Select(static e => e.Id), Is.Unique);
        var documented = Rows(null).Where(static r => int.TryParse(r[0], out _)).Select(static r => string.Join(' ', r));
        Assert.That(documented, Is.EqualTo(events.OrderBy(static e => e.Id).Select(static e => $"{e.Id} {e.Name} {e.Level} {e.Category}")));
    }

    private static (int Id, string Name, LogLevel Level, string Category)[] Events(Type type) => [.. type
        .GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(static m => (Method: m, Event: m.GetCustomAttribute<LoggerMessageAttribute>())).Where(static e => e.Event is not null)
        .Select(e => (e.Event!.EventId, e.Method.Name, e.Event.Level, Category(type)))];

    /// <summary>Which part of the product logs it.</summary>
    private static string Category(Type type) => type.Name switch
    {
        "Log" => "engine",
        "ControlLog" => "control",
        "ServiceLog" => "service",
        _ => type.Name,
    };

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableUpDownCounter" => "up-down counter",
        "ObservableCounter" or "Counter" => "counter",
        "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => other,
    };

    private static string Names(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(", ", tags.ToArray().Select(static t => $"`{t.Key}`"));

    /// <summary>The cells of the rows of tables, up to a heading.</summary>
    private static IEnumerable<string[]> Rows(string? end) => Document.Split(end ?? "\0")[0].Split('\n').Where(static l => l.StartsWith('|'))
        .Select(static l => l.Trim('|').Split('|').Select(static c => c.Trim()).ToArray());

    private static IEnumerable<string> Expressions(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray()
        .SelectMany(static p => p.GetProperty("targets").EnumerateArray()).Select(static t => t.GetProperty("expr").GetString()!);

    private List<Instrument> Published(bool labels)
    {
        List<Instrument> published = [];
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    published.Add(instrument);
                }
            },
        };
        listener.Start();
        using var meter = new RuntimeMeter(_runtime, factory, labels);
        return published;
    }
}
