namespace TimeNs.Runtime;

/// <summary>Counts since a runtime was started, all taken at one moment.</summary>
/// <param name="Wakeups">How often the engine's thread woke.</param>
/// <param name="Expirations">How many timers expired; periods that a reader counts later are not in it.</param>
/// <param name="Deliveries">How many ticks were handed to readers.</param>
/// <param name="HostClockSets">How often the host's wall clock was set or the host resumed.</param>
/// <param name="FaultedObservers">How many observers and callbacks threw; each observer lost its subscription.</param>
/// <param name="Namespaces">Live namespaces, the host among them.</param>
/// <param name="Timers">Open timers.</param>
public readonly record struct RuntimeStatistics(
    long Wakeups, long Expirations, long Deliveries, long HostClockSets, long FaultedObservers, int Namespaces, int Timers)
{
    /// <summary>What two shards have counted. The host's clock is the same for all of them, and so is the host.</summary>
    internal RuntimeStatistics And(in RuntimeStatistics other) => new(
        Wakeups + other.Wakeups,
        Expirations + other.Expirations,
        Deliveries + other.Deliveries,
        Math.Max(HostClockSets, other.HostClockSets),
        FaultedObservers + other.FaultedObservers,
        Namespaces + other.Namespaces - 1,
        Timers + other.Timers);
}
