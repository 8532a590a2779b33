using TimeNs.Bench.Goals;
using TimeNs.Bench.RealTime;

namespace TimeNs.Bench.Plots;

/// <summary>The distribution of lateness: the share of deadlines that are later than so much.</summary>
internal static class LatenessFigure
{
    private const double LeastUs = 1;
    private const double MostUs = 1e6;
    private const int PointsADecade = 30;
    private const int LegendHeight = 200;
    private const double LegendDecades = 2.9; // of the axis, above the lines

    /// <summary>Samples of each source that can be had here, sorted, in nanoseconds.</summary>
    public static List<(string Name, long[] Samples)> Measure(LatenessPlan plan, TextWriter progress)
    {
        List<(string, long[])> all = [];
        foreach (var source in LatenessSources.All().Where(static s => s.Missing is null))
        {
            progress.WriteLine($"lateness of {source.Name}");
            all.Add((source.Name, source.Run(plan)));
        }

        return all;
    }

    public static void Draw(string file, IReadOnlyList<(string Name, long[] Samples)> sources)
    {
        var best = sources.MinBy(static s => Samples.Percentile(s.Samples, 0.99));
        var plot = Style.Create(
            $"10k timers at 1 Hz: 99 % within {Unit.Nanoseconds.Format(Samples.Percentile(best.Samples, 0.99))} with {best.Name}",
            "lateness", "share of deadlines later than that");
        foreach (var (index, (name, samples)) in sources.Index())
        {
            var (x, y) = Tail(samples);
            var line = plot.Add.Scatter(x, y, Style.Colors[index % Style.Colors.Length]);
            line.LineWidth = name.StartsWith("TimeNs", StringComparison.Ordinal) ? 4 : 2;
            line.MarkerSize = 0;
            line.LegendText = $"{name}: p50 {Unit.Nanoseconds.Format(Samples.Percentile(samples, 0.5))}, p99 {Unit.Nanoseconds.Format(Samples.Percentile(samples, 0.99))}";
        }

        Style.UseDecades(plot.Axes.Bottom, 0, (int)Math.Log10(MostUs), static us => us switch { >= 1e6 => "1 s", >= 1e3 => $"{us / 1e3:0} ms", _ => $"{us:0} µs" });
        Style.UseDecades(plot.Axes.Left, -5, 0, static share => share >= 0.001 ? $"{share * 100:0.###} %" : $"{share * 100:0.####} %");
        plot.Axes.SetLimits(Math.Log10(LeastUs), Math.Log10(MostUs), -5, LegendDecades);
        plot.ShowLegend(ScottPlot.Alignment.UpperRight);
        plot.Legend.FontSize = 13;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowOffset = new ScottPlot.PixelOffset(0, 0);
        plot.SavePng(file, Style.Width, Style.Height + LegendHeight);
    }

    /// <summary>The logarithms of lateness and of the share that is later; it ends at the latest sample.</summary>
    private static (double[] X, double[] Y) Tail(long[] samples)
    {
        List<double> x = [], y = [];
        for (var step = 0; ; step++)
        {
            var us = Math.Log10(LeastUs) + step / (double)PointsADecade;
            var later = samples.Length - FirstAfter(samples, (long)(Math.Pow(10, us) * 1e3));
            if (later == 0)
            {
                return ([.. x], [.. y]);
            }

            x.Add(us);
            y.Add(Math.Log10(later / (double)samples.Length));
        }
    }

    private static int FirstAfter(long[] sorted, long value)
    {
        var place = Array.BinarySearch(sorted, value);
        for (place = place < 0 ? ~place : place; place < sorted.Length && sorted[place] <= value; place++)
        {
            // Equal samples are not later.
        }

        return place;
    }
}
