using System.Globalization;

namespace TimeNs.Bench;

/// <summary>How many timers a benchmark has: 1 000 and 100 000, or what an environment variable says.</summary>
public static class Sizes
{
    /// <summary>A list such as <c>1000,1000000</c>.</summary>
    internal const string Variable = "TIMENS_BENCH_TIMERS";

    /// <summary>From the smallest.</summary>
    public static IEnumerable<int> Timers { get; } = Parse(Environment.GetEnvironmentVariable(Variable));

    private static int[] Parse(string? list) => string.IsNullOrWhiteSpace(list)
        ? [1_000, 100_000]
        : [.. list.Split(',').Select(static n => int.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture)).Order()];
}
