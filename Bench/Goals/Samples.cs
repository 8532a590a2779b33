namespace TimeNs.Bench.Goals;

/// <summary>The middle of some values, and how sure it is.</summary>
/// <param name="Median">The middle one; of an even number, the mean of the middle two.</param>
/// <param name="Low">The lower end of an interval in which the true median lies.</param>
/// <param name="High">The upper end.</param>
/// <remarks>
/// The interval is between two of the values, as many from either end as leave a coverage of at least 90 %: that holds for every
/// distribution. With fewer than five values it is from the least to the greatest, which covers less.
/// </remarks>
internal readonly record struct Samples(double Median, double Low, double High)
{
    private const double Coverage = 0.9;

    /// <summary>Half of the interval as a share of the median.</summary>
    public double Noise => Median == 0 ? 0 : (High - Low) / 2 / Math.Abs(Median);

    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Samples Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("The median of nothing.", nameof(values));
        }

        double[] sorted = [.. values.Order()];
        var cut = Cut(sorted.Length);
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Samples(median, sorted[cut], sorted[^(cut + 1)]);
    }

    /// <summary>
    /// The value that a share of the sorted samples does not pass (the nearest rank): exact, no interpolation.
    /// </summary>
    /// <param name="sorted">Ascending, at least one.</param>
    /// <param name="share">From 0 to 1.</param>
    public static long Percentile(ReadOnlySpan<long> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];

    /// <summary>How many values may be left out at either end.</summary>
    private static int Cut(int count)
    {
        var cut = 0;
        var outside = 2 * Math.Pow(0.5, count); // the chance that the median lies outside when none is left out
        var term = outside;
        while (true)
        {
            term = term * (count - cut) / (cut + 1);
            if (1 - (outside + term) < Coverage || 2 * (cut + 1) >= count)
            {
                return cut;
            }

            outside += term;
            cut++;
        }
    }
}
