namespace TimeNs.Bench.Goals;

/// <summary>What a figure counts.</summary>
internal enum Unit
{
    /// <summary>Nanoseconds; fewer are better.</summary>
    Nanoseconds,

    /// <summary>Bytes; fewer are better.</summary>
    Bytes,

    /// <summary>A rate in events a second; more are better.</summary>
    PerSecond,
}

/// <summary>Figures as people read them, with three digits.</summary>
internal static class Units
{
    public static bool MoreIsBetter(this Unit unit) => unit == Unit.PerSecond;

    public static string Format(this Unit unit, double figure) => unit switch
    {
        Unit.Nanoseconds => Scaled(figure, 1e3, ["ns", "µs", "ms", "s"]),
        Unit.Bytes => Scaled(figure, 1024, ["B", "KiB", "MiB", "GiB"]),
        _ => Scaled(figure, 1e3, ["/s", "k/s", "M/s", "G/s"]),
    };

    /// <summary>Three digits that matter: 0.012, 1.23, 45.6, 789.</summary>
    public static string Digits(double value) => Math.Abs(value) switch
    {
        < 0.0005 => "0",
        < 0.1 => $"{value:0.000}",
        < 10 => $"{value:0.00}",
        < 100 => $"{value:0.0}",
        _ => $"{value:0}",
    };

    private static string Scaled(double figure, double step, string[] names)
    {
        var place = 0;
        while (Math.Abs(figure) >= step && place < names.Length - 1)
        {
            figure /= step;
            place++;
        }

        return $"{Digits(figure)} {names[place]}";
    }
}
