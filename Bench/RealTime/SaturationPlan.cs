using TimeNs.Bench.Load;
using TimeNs.Timers;

namespace TimeNs.Bench.RealTime;

/// <summary>Periodic timers that are due more often than anyone can serve them, so that whoever does never sleeps.</summary>
/// <param name="Timers">How many.</param>
/// <param name="Seconds">How long deliveries are counted, after a warm-up.</param>
internal sealed record SaturationPlan(int Timers, double Seconds)
{
    /// <summary>Expirations a second of all timers together, about; the shortest interval is 1 ms all the same, as some peers have it.</summary>
    private const double DemandPerSecond = 60e6;
    private const double LeastIntervalNs = 1e6;

    /// <summary>From half to one and a half times the interval that makes the demand.</summary>
    public long[] IntervalsNs { get; } = Intervals(Timers);

    private static long[] Intervals(int timers)
    {
        var random = new Random(1);
        var middle = Math.Max(timers / DemandPerSecond * 1e9, LeastIntervalNs);
        return [.. Enumerable.Range(0, timers).Select(_ => (long)(middle * (0.5 + random.NextDouble())))];
    }
}

/// <summary>What one timer has delivered. Written by one thread at a time.</summary>
internal sealed class DeliveryCount : IObserver<Tick>
{
    private long _deliveries;
    private ulong _expirations;
    private long _atNs;

    public long Deliveries => Volatile.Read(ref _deliveries);

    public void OnNext(Tick value) => Add(value.Expirations, value.At.Nanoseconds);

    public void OnError(Exception error) => throw error;

    public void OnCompleted()
    {
        // Nothing is owed.
    }

    public void Add(ulong expirations, long atNs)
    {
        _deliveries++;
        _expirations += expirations;
        _atNs = atNs;
    }

    /// <summary>The expirations that were told are those that the interval gives up to the last reading of the clock.</summary>
    /// <exception cref="InvalidOperationException">There were more or fewer.</exception>
    public void Verify(long firstNs, long intervalNs) => Check.Equal(
        _deliveries == 0 ? 0UL : (ulong)((_atNs - firstNs) / intervalNs) + 1, _expirations, "expirations of a timer");
}
