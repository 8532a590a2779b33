using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace TimeNs.Control.Metrics;

/// <summary>
/// An instrument as Prometheus has it: what it is called, and a series for each set of labels. A name is that of the instrument with <c>_</c> for <c>.</c>, and behind it the unit
/// <c>_seconds</c> and, for a counter, <c>_total</c>.
/// </summary>
internal sealed class PrometheusFamily
{
    /// <summary>Series beyond which measurements go to one that says so: names of namespaces that come and go must not fill the memory.</summary>
    public const int MaxSeries = 2000;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    private readonly Lock _gate = new(); // guards the series
    private readonly Dictionary<string, PrometheusSeries> _series = new(StringComparer.Ordinal);
    private readonly bool _isObservable;
    private readonly bool _isCounter;
    private readonly double[]? _bounds; // of a histogram
    private readonly string _type;
    private readonly string _help;

    public PrometheusFamily(Instrument instrument)
    {
        _isObservable = instrument.IsObservable;
        _isCounter = instrument is ObservableCounter<long> or Counter<long>;
        _bounds = instrument is Histogram<double> histogram ? [.. histogram.Advice?.HistogramBucketBoundaries ?? []] : null;
        _type = _bounds is not null ? "histogram" : _isCounter ? "counter" : "gauge";
        _help = (instrument.Description ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        Name = instrument.Name.Replace('.', '_')
            + (string.Equals(instrument.Unit, "s", StringComparison.Ordinal) ? "_seconds" : "")
            + (_isCounter ? "_total" : "");
    }

    public string Name { get; }

    /// <summary>What is observed is told anew: series that are told no more are gone.</summary>
    public void BeginCollection()
    {
        if (_isObservable)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    /// <summary>On the thread that measures.</summary>
    public void Note(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // An instrument has always the same labels, so one value is as good as a name and its value.
        var key = tags.IsEmpty ? "" : tags.Length == 1 && tags[0].Value is string one ? one : Labels(tags);
        lock (_gate)
        {
            SeriesOf(key, tags).Note(value, isAdded: _isCounter && !_isObservable);
        }
    }

    public void Write(StringBuilder text)
    {
        PrometheusSeries[] series;
        lock (_gate)
        {
            series = [.. _series.Values.Select(static s => s.Copy())];
        }

        if (series is [] && !_isObservable)
        {
            series = [new PrometheusSeries("", _bounds)]; // nothing yet is 0, so that a first one shows as an increase
        }

        text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_help}\n# TYPE {Name} {_type}\n");
        foreach (var one in series.OrderBy(static s => s.Labels, StringComparer.Ordinal))
        {
            one.Write(text, Name);
        }
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)!
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(name.Replace('.', '_')).Append("=\"").Append(escaped).Append('"');
        }

        return text.ToString();
    }

    private PrometheusSeries SeriesOf(string key, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_series.TryGetValue(key, out var found))
        {
            return found;
        }

        var labels = Labels(tags);
        if (_series.Count >= MaxSeries)
        {
            (key, labels) = (Overflow, Overflow);
            if (_series.TryGetValue(key, out var overflow))
            {
                return overflow;
            }
        }

        return _series[key] = new PrometheusSeries(labels, _bounds);
    }
}
