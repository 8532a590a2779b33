namespace TimeNs.Bench.Load;

/// <summary>A generator that costs about a nanosecond (splitmix64): the choice of a timer must not weigh in a row.</summary>
internal struct FastRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, <paramref name="bound"/>).</summary>
    public int Next(int bound)
    {
        var z = _state = unchecked(_state + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (int)Math.BigMul(z ^ (z >> 31), (ulong)bound, out _);
    }
}
