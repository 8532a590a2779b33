using TimeNs.Clocks;

namespace TimeNs.Tests.Concurrency;

/// <summary>What whoever changes a namespace has made sure of by now, for everyone to see: what its clocks read at least, and whether they stand.</summary>
internal sealed class Moment
{
    private sealed record Readings(ClockReadings Value);

    private Readings _floor = new(default(ClockReadings));
    private Readings? _standing;

    /// <summary>What the clocks stand at from when a freeze has returned until a thaw begins.</summary>
    public ClockTime? Standing(ClockId clock) => Volatile.Read(ref _standing)?.Value[clock];

    public void Stand(ClockReadings at) => Volatile.Write(ref _standing, new Readings(at));

    public void GoOn() => Volatile.Write(ref _standing, null);

    /// <summary>What the clock reads at least.</summary>
    public ClockTime Floor(ClockId clock) => Volatile.Read(ref _floor).Value[clock];

    /// <summary>A change has returned, before which the clocks could not read less than this with what it has set.</summary>
    public void Raise(ClockReadings floor) => Volatile.Write(ref _floor, new Readings(floor));
}
