using System.Globalization;
using System.Text;

namespace TimeNs.Tests.Control.Service;

/// <summary>A sample of the text format of Prometheus.</summary>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string? Label(string name) => Labels.GetValueOrDefault(name);
}

/// <summary>A family of samples, with what stands above it.</summary>
internal sealed record PrometheusMetric(string Name, string Type, string Help, List<PrometheusSample> Samples);

/// <summary>
/// Reads the text format of Prometheus 0.0.4 as strictly as its description is: throws <see cref="FormatException"/> for whatever is not so.
/// </summary>
internal sealed class PrometheusReader
{
    private readonly Dictionary<string, PrometheusMetric> _metrics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private PrometheusMetric? _open;
    private string? _help;

    public static IReadOnlyDictionary<string, PrometheusMetric> Read(string text)
    {
        Check(text.EndsWith('\n'), "the last line has no end");
        var reader = new PrometheusReader();
        foreach (var line in text[..^1].Split('\n'))
        {
            reader.ReadLine(line);
        }

        foreach (var metric in reader._metrics.Values)
        {
            CheckMetric(metric);
        }

        return reader._metrics;
    }

    private static void Check(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new FormatException(otherwise);
        }
    }

    private void ReadLine(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            _help = line["# HELP ".Length..];
        }
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var (name, type) = Two(line["# TYPE ".Length..]);
            Check(type is "counter" or "gauge" or "histogram", line);
            Check(_help is not null && Two(_help).First == name, $"HELP of {name} is not just above its TYPE");
            Check(type != "counter" || name.EndsWith("_total", StringComparison.Ordinal), line);
            _open = new PrometheusMetric(name, type, Unescape(Two(_help!).Second, "\\n"), []);
            Check(_metrics.TryAdd(name, _open), $"{name} stands twice");
            _help = null;
        }
        else
        {
            ReadSample(line);
        }
    }

    private void ReadSample(string line)
    {
        var end = line.IndexOfAny(['{', ' ']);
        Check(end > 0 && line[..end].All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(line[0]), line);
        var (name, at) = (line[..end], end);
        var labels = line[end] == '{' ? Labels(line, ref at) : [];
        Check(line[at] == ' ', line);
        Check(_open is not null && Belongs(name, _open), $"{line} does not stand below its TYPE");
        Check(_seen.Add(line[..at]), $"{line[..at]} stands twice");
        _open!.Samples.Add(new PrometheusSample(name, labels, Number(line[(at + 1)..])));
    }

    private static bool Belongs(string name, PrometheusMetric metric) => metric.Type == "histogram"
        ? name.StartsWith(metric.Name, StringComparison.Ordinal) && name[metric.Name.Length..] is "_bucket" or "_sum" or "_count"
        : name == metric.Name;

    private static Dictionary<string, string> Labels(string line, ref int at)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        do
        {
            var equals = line.IndexOf('=', ++at);
            var name = line[at..equals];
            Check(name.Length != 0 && name.All(static c => char.IsAsciiLetterLower(c) || c == '_') && line[equals + 1] == '"', line);
            var end = equals + 2;
            while (line[end] != '"')
            {
                end += line[end] == '\\' ? 2 : 1;
            }

            labels.Add(name, Unescape(line[(equals + 2)..end], "\\n\""));
            at = end + 1;
        }
        while (line[at] == ',');
        Check(line[at++] == '}', line);
        return labels;
    }

    private static string Unescape(string text, string allowed)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            Check(text[i] != '\\' || (i + 1 < text.Length && allowed.Contains(text[i + 1])), $"a wrong escape in {text}");
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        _ => double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
    };

    private static (string First, string Second) Two(string text) => text.Split(' ', 2) is [var first, var second] ? (first, second) : throw new FormatException(text);

    private static void CheckMetric(PrometheusMetric metric)
    {
        Check(metric.Help.Length != 0, $"{metric.Name} has no help");
        Check(metric.Type != "counter" || metric.Samples.TrueForAll(static s => s.Value >= 0), metric.Name);
        if (metric.Type == "histogram")
        {
            foreach (var series in metric.Samples.GroupBy(static s => string.Join(',', s.Labels.Where(static l => l.Key != "le").Select(static l => $"{l.Key}={l.Value}"))))
            {
                CheckHistogram(metric.Name, [.. series]);
            }
        }
    }

    private static void CheckHistogram(string name, PrometheusSample[] series)
    {
        var buckets = series.Where(s => s.Name == name + "_bucket").Select(static s => (Bound: Number(s.Label("le")!), s.Value)).ToArray();
        Check(buckets.Zip(buckets.Skip(1)).All(static p => p.First.Bound < p.Second.Bound && p.First.Value <= p.Second.Value), $"the buckets of {name} do not grow");
        Check(buckets.Length > 1 && double.IsPositiveInfinity(buckets[^1].Bound), $"{name} has no last bucket");
        Check(series.Single(s => s.Name == name + "_count").Value == buckets[^1].Value, $"the count of {name} is not that of its last bucket");
        Check(series.Count(s => s.Name == name + "_sum") == 1, $"{name} has no sum");
    }
}
