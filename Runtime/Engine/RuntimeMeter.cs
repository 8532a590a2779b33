using System.Diagnostics.Metrics;
using TimeNs.Clocks;

namespace TimeNs.Runtime;

/// <summary>
/// The measurements of one runtime, as a meter named <c>TimeNs</c>: docs/metrics.md says what each means. Durations are in seconds; names and
/// units as OpenTelemetry has them.
/// </summary>
/// <remarks>
/// <para>What is counted anyway is asked for when somebody collects: the lock is held while the namespaces are listed and not while they are
/// summed up. Lateness and overruns are noted on the engine's thread, after the readers of a batch were told of it: with a listener once a tick for lateness and
/// once a batch and namespace for overruns, without allocation; without one it is a check a batch. A listener that throws ends that.</para>
/// <para>From any thread. One a runtime, else everything is told twice; disposing of it ends the measurements and leaves the runtime alone.</para>
/// </remarks>
public sealed class RuntimeMeter : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "TimeNs";

    private static readonly ClockBase[] Bases = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    private static readonly KeyValuePair<string, object?>[] Clocks = [.. Bases.Select(static clock =>
        new KeyValuePair<string, object?>("timens.clock", clock.ToString().ToLowerInvariant()))];

    private readonly TimeRuntime _runtime;
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly bool _namespaceLabels;
    private readonly IDisposable _tap;
    private volatile bool _disposed;

    /// <summary>Begins to measure a runtime.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="factory">Of the host application, which then owns the meter; null: the meter is made here.</param>
    /// <param name="namespaceLabels">
    /// True: what is told of timers and clocks is told for each namespace, with its name as <c>timens.namespace</c>. Only where names are few and stay.
    /// False: it is summed up, and offsets are not told.
    /// </param>
    public RuntimeMeter(TimeRuntime runtime, IMeterFactory? factory = null, bool namespaceLabels = false)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtime = runtime;
        _namespaceLabels = namespaceLabels;
        _ownsMeter = factory is null;
        _meter = factory?.Create(new MeterOptions(Name)) ?? new Meter(Name);
        CreateTimerInstruments();
        CreateEngineInstruments();
        Checkpoints = Seconds("timens.checkpoint.duration", "Time that a checkpoint takes its caller, without encoding and saving the image", DurationBuckets);
        Restores = Seconds("timens.restore.duration", "Time that a restore takes its caller, without loading and decoding the image", DurationBuckets);
        var lateness = Seconds("timens.timer.lateness", "Time from the first deadline that a tick tells of to the reading of the clock that it is delivered with", LatenessBuckets);
        var overruns = _meter.CreateCounter<long>("timens.timer.overruns", "{expiration}", "Expirations beyond the first of each tick that a reader took");
        Tap = new DeliveryMeter(lateness, overruns, namespaceLabels);
        _tap = runtime.Tap(Tap);
        runtime.Meter = this;
    }

    internal Histogram<double> Checkpoints { get; }

    internal Histogram<double> Restores { get; }

    /// <summary>What the engine tells of deliveries.</summary>
    internal IDeliveryTap Tap { get; }

    /// <summary>1 µs to 10 s: from what a spinning engine reaches to what a suspended machine leaves.</summary>
    private static double[] LatenessBuckets => [1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    /// <summary>10 µs to 10 s: from an empty namespace to some hundred million timers.</summary>
    private static double[] DurationBuckets => [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _tap.Dispose();
        if (_runtime.Meter == this)
        {
            _runtime.Meter = null;
        }

        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    internal static KeyValuePair<string, object?> Label(string ns) => new("timens.namespace", ns);

    private void CreateTimerInstruments()
    {
        _meter.CreateObservableUpDownCounter("timens.timer.active", () => PerNamespace(static ns => ns.Timers.Count), "{timer}", "Open timers, without those of delegates");
        _meter.CreateObservableUpDownCounter("timens.timer.armed", () => PerNamespace(static ns => ns.Queues.Sum(static q => q.Count - q.Ephemerals)), "{timer}", "Timers that will expire, without those of delegates");
        _meter.CreateObservableCounter("timens.timer.expirations", Expirations, "{expiration}", "Timers that expired; periods that a read counts later are not in it");
        _meter.CreateObservableUpDownCounter("timens.queue.depth", Depths, "{timer}", "Timers in the queues of a clock, those of delegates among them");
        if (_namespaceLabels)
        {
            _meter.CreateObservableGauge("timens.clock.offset", Offsets, "s", "What a namespace adds to a clock of its host");
        }
    }

    private void CreateEngineInstruments()
    {
        _meter.CreateObservableUpDownCounter("timens.namespaces", () => One(Namespaces().Count()), "{namespace}", "Live namespaces, the host among them");
        _meter.CreateObservableCounter("timens.wakeups", () => Sum(static e => e.Wakeups), "{wakeup}", "Times that the engine woke");
        _meter.CreateObservableCounter("timens.clock.steps", () => One(_runtime.Engines.Max(static e => e.HostClockSets)), "{step}", "Times that the host's wall clock was set or the host resumed");
        _meter.CreateObservableCounter("timens.observers.dropped", () => Sum(static e => e.Faults), "{observer}", "Observers that threw and lost their subscription, and callbacks that threw");
    }

    private Histogram<double> Seconds(string name, string description, double[] buckets) => _meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    /// <summary>None of a runtime that has ended; its counters stay what they are.</summary>
    private IEnumerable<TimeNamespace> Namespaces() => _disposed ? [] : _runtime.Engines.SelectMany(static e => e.ListNamespaces());

    private Measurement<long>[] One(long value) => _disposed ? [] : [new Measurement<long>(value)];

    private Measurement<long>[] Sum(Func<TimerEngine, long> count) => One(_runtime.Engines.Sum(count));

    private Measurement<long>[] PerNamespace(Func<TimeNamespace, long> count) => _namespaceLabels
        ? [.. Namespaces().Select(ns => new Measurement<long>(count(ns), Label(ns.Name)))]
        : One(Namespaces().Sum(count));

    /// <summary>Summed up they are what the engine has counted, those of namespaces that are gone among them.</summary>
    private Measurement<long>[] Expirations() => _namespaceLabels ? PerNamespace(static ns => ns.Expirations) : Sum(static e => e.Expirations);

    private Measurement<double>[] Offsets() => [.. Namespaces().Select(static ns => (ns.Name, ((RuntimeNamespace)ns.Tag!).Offsets)).SelectMany(static ns => Bases.Select(clock =>
        new Measurement<double>(ns.Offsets[clock] / 1e9, Label(ns.Name), Clocks[(int)clock])))];

    private Measurement<long>[] Depths()
    {
        var all = Namespaces().ToArray();
        return _disposed ? [] : [.. Bases.Select(clock => new Measurement<long>(all.Sum(ns => ns.Queues.Where(q => q.Clock == clock).Sum(static q => (long)q.Count)), Clocks[(int)clock]))];
    }
}
