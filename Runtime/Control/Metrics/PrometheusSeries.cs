using System.Globalization;
using System.Text;

namespace TimeNs.Control.Metrics;

/// <summary>One series of an instrument: a value, or buckets.</summary>
/// <param name="labels">As text, without braces; empty for none.</param>
/// <param name="bounds">Upper bounds of the buckets, ascending, without the last one that takes everything; null for a value.</param>
internal sealed class PrometheusSeries(string labels, double[]? bounds)
{
    private readonly long[] _counts = new long[bounds is null ? 0 : bounds.Length + 1];
    private double _value; // of a histogram the sum

    public string Labels { get; } = labels;

    /// <param name="value">What was measured.</param>
    /// <param name="isAdded">True: it is added to what was measured before.</param>
    public void Note(double value, bool isAdded)
    {
        if (bounds is null)
        {
            _value = isAdded ? _value + value : value;
            return;
        }

        var found = Array.BinarySearch(bounds, value); // a bound is within its bucket
        _counts[found >= 0 ? found : ~found]++;
        _value += value;
    }

    public PrometheusSeries Copy()
    {
        var copy = new PrometheusSeries(Labels, bounds) { _value = _value };
        _counts.CopyTo(copy._counts, 0);
        return copy;
    }

    public void Write(StringBuilder text, string name)
    {
        if (bounds is null)
        {
            Line(text, name, Labels, _value);
            return;
        }

        var (total, before) = (0L, Labels.Length == 0 ? "" : Labels + ",");
        for (var i = 0; i < _counts.Length; i++)
        {
            total += _counts[i];
            Line(text, name + "_bucket", $"{before}le=\"{(i < bounds.Length ? Number(bounds[i]) : "+Inf")}\"", total);
        }

        Line(text, name + "_sum", Labels, _value);
        Line(text, name + "_count", Labels, total);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length != 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}
