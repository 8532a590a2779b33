namespace TimeNs.Tests.Simulation;

/// <summary>Numbers from a seed, the same on every machine and every version of .NET (splitmix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(Next() % (ulong)count);

    public long Between(long from, long to) => from + (long)(Next() % (ulong)(to - from + 1));

    public T Pick<T>(params ReadOnlySpan<T> values) => values[Next(values.Length)];
}
