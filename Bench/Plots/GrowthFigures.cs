using ScottPlot;
using TimeNs.Bench.Goals;

namespace TimeNs.Bench.Plots;

/// <summary>Figures of something against the number of timers. Their titles say what was measured, with its numbers.</summary>
internal static class GrowthFigures
{
    private const double RoomForNames = 0.52; // of the axis, to the right of the lines
    private const double LeastGap = 0.055;     // of the height, between two names

    public static void DrawCost(string file, Series[] series)
    {
        var (ours, peer) = (series[0].Points[^1], series[^1].Points[^1]);
        var title = $"At {Style.Count(ours.Timers)} timers an expiration costs {Unit.Nanoseconds.Format(ours.Value)}, "
            + $"with a PriorityQueue {Unit.Nanoseconds.Format(peer.Value)}";
        Draw(file, series, title, "nanoseconds an expiration with its delivery", [0, 1, 3], isLog: true);
    }

    public static void DrawMemory(string file, Series[] series)
    {
        var title = $"A live timer takes {Units.Digits(series[0].Points[^1].Value)} B with its object and observer, "
            + $"{Units.Digits(series[1].Points[^1].Value)} B when restored";
        Draw(file, series, title, "bytes a live timer", [0, 1, 3, 4], isLog: false);
    }

    public static void DrawImage(string file, Series[] series)
    {
        var (restore, checkpoint, size) = (series[0].Points[^1], series[1].Points[^1], series[2].Points[^1]);
        var title = $"{Style.Count(size.Timers)} timers: image of {Units.Digits(size.Value)} MB, "
            + $"checkpoint {Units.Digits(checkpoint.Value)} ms, restore {Units.Digits(restore.Value)} ms";
        Draw(file, series, title, "milliseconds; megabytes", [3, 0, 5], isLog: true);
    }

    private static void Draw(string file, Series[] series, string title, string y, int[] colors, bool isLog)
    {
        var plot = Style.Create(title, "live timers", y);
        double Height(double value) => isLog ? Math.Log10(Math.Max(value, 1e-6)) : value;

        var values = series.SelectMany(static s => s.Points).Select(p => Height(p.Value)).ToArray();
        var low = isLog ? Math.Floor(values.Min()) : 0;
        var high = isLog ? Math.Ceiling(values.Max()) : values.Max() * 1.1;
        var from = Math.Log10(series[0].Points[0].Timers);
        var to = series.Max(static s => Math.Log10(s.Points[^1].Timers));
        plot.Axes.SetLimits(from - 0.1, to + (to - from) * RoomForNames, low, high);
        Style.UseDecades(plot.Axes.Bottom, (int)Math.Round(from), (int)Math.Floor(to + 0.01), Style.Count);
        if (isLog)
        {
            Style.UseDecades(plot.Axes.Left, (int)low, (int)high, Style.Count);
        }

        var offsets = NameOffsets([.. series.Select(s => (Height(s.Points[^1].Value) - low) / (high - low))]);
        foreach (var (index, line) in series.Index())
        {
            double[] x = [.. line.Points.Select(static p => Math.Log10(p.Timers))];
            Style.AddLine(plot, line.Name, x, [.. line.Points.Select(p => Height(p.Value))], colors[index], offsets[index]);
        }

        plot.SavePng(file, Style.Width, Style.Height);
    }

    /// <summary>How far names are moved, in pixels downwards, so that they do not lie on each other.</summary>
    /// <param name="ends">The heights of the lines' ends, as shares of the axis.</param>
    private static float[] NameOffsets(double[] ends)
    {
        var offsets = new float[ends.Length];
        var taken = double.NegativeInfinity;
        foreach (var index in Enumerable.Range(0, ends.Length).OrderBy(i => ends[i]))
        {
            taken = Math.Max(ends[index], taken + LeastGap);
            offsets[index] = (float)((ends[index] - taken) * Style.Height);
        }

        return offsets;
    }
}
