using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace TimeNs.Bench.Plots;

/// <summary>How all figures look: colours that colour-blind readers can tell apart, labels beside the lines, 900 × 520 pixels.</summary>
internal static class Style
{
    public const int Width = 900;
    public const int Height = 520;

    private const int TextSize = 15;
    private const int TitleSize = 18;
    private const float LineWidth = 2.5f;

    /// <summary>Blues are ours; after the palette of Okabe and Ito.</summary>
    public static Color[] Colors { get; } =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"), Color.FromHex("#00264D"), Color.FromHex("#D55E00"), Color.FromHex("#E69F00"),
        Color.FromHex("#009E73"), Color.FromHex("#CC79A7"), Color.FromHex("#555555"),
        Color.FromHex("#A0522D"),
    ];

    public static Plot Create(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Title(title, TitleSize);
        plot.XLabel(x, TextSize);
        plot.YLabel(y, TextSize);
        plot.Axes.Bottom.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.TickLabelStyle.FontSize = TextSize;
        plot.Grid.MajorLineColor = Color.FromHex("#DDDDDD");
        return plot;
    }

    /// <summary>A line through points, with its name at its end; ours are thick, all others thin.</summary>
    public static void AddLine(Plot plot, string name, double[] x, double[] y, int color, float labelOffset = 0, bool hasMarkers = true)
    {
        var line = plot.Add.Scatter(x, y, Colors[color]);
        line.LineWidth = LineWidth;
        line.MarkerSize = hasMarkers ? 6 : 0;
        var label = plot.Add.Text(name, x[^1], y[^1]);
        label.LabelFontColor = Colors[color];
        label.LabelFontSize = TextSize;
        label.LabelBold = true;
        label.LabelAlignment = Alignment.MiddleLeft;
        label.OffsetX = 8;
        label.OffsetY = labelOffset;
    }

    /// <summary>Decades of an axis whose values are logarithms, from one power of ten to another.</summary>
    public static void UseDecades(IAxis axis, int from, int to, Func<double, string> text)
    {
        var ticks = new NumericManual();
        for (var decade = from; decade <= to; decade++)
        {
            ticks.AddMajor(decade, text(Math.Pow(10, decade)));
            for (var step = 2; step < 10 && decade < to; step++)
            {
                ticks.AddMinor(decade + Math.Log10(step));
            }
        }

        axis.TickGenerator = ticks;
    }

    /// <summary>As 1k, 10k, 1M.</summary>
    public static string Count(double value) => value switch
    {
        >= 1e6 => $"{value / 1e6:0.#}M",
        >= 1e3 => $"{value / 1e3:0.#}k",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
