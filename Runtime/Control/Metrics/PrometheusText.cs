using System.Diagnostics.Metrics;
using System.Text;
using TimeNs.Runtime;

namespace TimeNs.Control.Metrics;

/// <summary>
/// The instruments of the meter <c>TimeNs</c> of one application as Prometheus wants them (text format 0.0.4). A listener of its own, since the
/// exporter package for this is not released, and would bring the whole of OpenTelemetry into the library.
/// </summary>
/// <remarks>
/// Gauges and counters are asked for when somebody collects. Histograms and overruns are summed up meanwhile, on the engine's thread: a short lock for
/// each recording, nothing allocated, and never held while text is written.
/// </remarks>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new(); // one collection at a time
    private readonly Lock _gate = new(); // guards the families
    private readonly SortedDictionary<string, PrometheusFamily> _families = new(StringComparer.Ordinal);

    /// <param name="factory">Of the application: the meters of others are left alone.</param>
    public PrometheusText(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, RuntimeMeter.Name, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument, Add(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((PrometheusFamily)family!).Note(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((PrometheusFamily)family!).Note(value, tags));
        _listener.Start();
    }

    /// <summary>Asks for everything and writes it down.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            PrometheusFamily[] families;
            lock (_gate)
            {
                families = [.. _families.Values];
            }

            Array.ForEach(families, static family => family.BeginCollection());
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            Array.ForEach(families, family => family.Write(text));
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private PrometheusFamily Add(Instrument instrument)
    {
        lock (_gate)
        {
            var family = new PrometheusFamily(instrument);
            _families[family.Name] = family;
            return family;
        }
    }
}
