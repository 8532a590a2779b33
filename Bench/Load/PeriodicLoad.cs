namespace TimeNs.Bench.Load;

/// <summary>
/// Periodic timers with random intervals of 0.5 to 1.5 s, caught at random points of their period: what a busy host has. The
/// same for every peer; multiples of 100 ns, which all of them can hold.
/// </summary>
internal sealed class PeriodicLoad
{
    private const int Seed = 20260101;
    private const long TickNs = 100;
    private const long ShortestTicks = 5_000_000;
    private const long LongestTicks = 15_000_000;
    private const long LeastSpanNs = 1_000_000;

    private readonly double _perNanosecond;

    public PeriodicLoad(int timers)
    {
        var random = new Random(Seed);
        FirstNs = new long[timers];
        IntervalNs = new long[timers];
        for (var i = 0; i < timers; i++)
        {
            var ticks = random.NextInt64(ShortestTicks, LongestTicks);
            IntervalNs[i] = ticks * TickNs;
            FirstNs[i] = random.NextInt64(1, ticks + 1) * TickNs;
            _perNanosecond += 1.0 / IntervalNs[i];
        }
    }

    /// <summary>From the start to each timer's first deadline, in nanoseconds.</summary>
    public long[] FirstNs { get; }

    public long[] IntervalNs { get; }

    /// <summary>The deadlines of all timers in the first <paramref name="elapsedNs"/>: counted independently.</summary>
    public long ExpirationsBy(long elapsedNs)
    {
        var sum = 0L;
        for (var i = 0; i < FirstNs.Length; i++)
        {
            sum += elapsedNs < FirstNs[i] ? 0 : (elapsedNs - FirstNs[i]) / IntervalNs[i] + 1;
        }

        return sum;
    }

    /// <summary>About how long it takes for that many expirations; at least 1 ms, a multiple of 100 ns.</summary>
    public long SpanFor(long expirations) => Math.Max(LeastSpanNs, (long)(expirations / _perNanosecond) / TickNs * TickNs);
}
