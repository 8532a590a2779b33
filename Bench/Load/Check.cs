namespace TimeNs.Bench.Load;

/// <summary>What a benchmark asserts about its own work, in its setup and its cleanup: one that does nothing must fail.</summary>
internal static class Check
{
    /// <exception cref="InvalidOperationException">The condition does not hold.</exception>
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The benchmark did not do its work: {what}.");
        }
    }

    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void Equal<T>(T expected, T actual, string what) =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: {actual} instead of {expected}");
}
