namespace TimeNs.Bench.RealTime;

/// <summary>Timers of one interval whose deadlines are spread over it at random, the same for every way to serve them.</summary>
/// <param name="Timers">How many.</param>
/// <param name="Seconds">How long is measured, after a warm-up of one interval that is not.</param>
/// <param name="IntervalNs">A second, if nothing else is said; whole milliseconds.</param>
internal sealed record LatenessPlan(int Timers, double Seconds, long IntervalNs = Pause.NsPerSecond)
{
    public TimeSpan Interval => TimeSpan.FromMicroseconds(IntervalNs / 1e3);

    /// <summary>From the start to the first deadline of each.</summary>
    public long[] PhasesNs { get; } = Phases(Timers, IntervalNs);

    /// <summary>How many deadlines a timer has that are measured.</summary>
    public int Deadlines => Math.Max(1, (int)Math.Round(Seconds * Pause.NsPerSecond / IntervalNs));

    private static long[] Phases(int timers, long intervalNs)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, timers).Select(_ => 1 + random.NextInt64(intervalNs - 1))];
    }
}

/// <summary>Keeps the lateness of each deadline as it was, in nanoseconds. From any threads.</summary>
internal sealed class LatenessRecorder(LatenessPlan plan)
{
    private readonly long[] _samples = new long[plan.Timers * plan.Deadlines];
    private int _count;

    /// <summary>How many are still missing.</summary>
    public int Missing => _samples.Length - Volatile.Read(ref _count);

    public LatenessPlan Plan => plan;

    public void Add(long latenessNs)
    {
        var place = Interlocked.Increment(ref _count) - 1;
        if (place < _samples.Length)
        {
            _samples[place] = latenessNs;
        }
    }

    /// <returns>Sorted.</returns>
    public long[] Sorted()
    {
        var count = Math.Min(_count, _samples.Length);
        var sorted = _samples[..count];
        Array.Sort(sorted);
        return sorted;
    }
}

/// <summary>What is called when a timer fires: notes how late each of its deadlines is.</summary>
/// <param name="recorder">Shared by all timers.</param>
internal sealed class LatenessTimer(LatenessRecorder recorder)
{
    private long _nextNs;
    private int _seen; // deadlines, the first of which is the warm-up

    public void Begin(long firstNs) => _nextNs = firstNs;

    public void Fired(ulong expirations)
    {
        var now = Pause.NowNs();
        for (; expirations > 0; expirations--)
        {
            if (_seen++ is > 0 and var deadline && deadline <= recorder.Plan.Deadlines)
            {
                recorder.Add(now - _nextNs);
            }

            _nextNs += recorder.Plan.IntervalNs;
        }
    }
}
