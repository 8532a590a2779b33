using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>What a clock of a namespace does with the time between checkpoint and restore, or between freeze and thaw.</summary>
public enum ClockPolicy
{
    /// <summary>REALTIME only: it keeps its offset to the host's wall clock, so that the downtime has passed in it.</summary>
    Wall,

    /// <summary>It goes on from its reading at the checkpoint.</summary>
    Frozen,

    /// <summary>MONOTONIC and BOOTTIME only: it goes on from its reading at the checkpoint plus the downtime.</summary>
    Elapsed,
}

/// <summary>What becomes of periods that passed on a timer's clock between checkpoint and restore.</summary>
public enum MissedTicks
{
    /// <summary>All of them are counted: nothing is lost.</summary>
    Count,

    /// <summary>At most one is delivered; the phase is kept.</summary>
    One,

    /// <summary>None is delivered; the phase is kept. A one-shot whose moment passed ends without a tick.</summary>
    Skip,
}

/// <summary>What a checkpoint does with absolute timers: the choice that the thread of 2009 asked for.</summary>
public enum AbsoluteTimers
{
    /// <summary>A deadline stays a point on the namespace's own clock.</summary>
    Keep,

    /// <summary>A namespace with an armed absolute timer is not checkpointed at all.</summary>
    Refuse,

    /// <summary>
    /// An absolute timer keeps its time remaining instead, and so fires late by the downtime: what the 2009 patch and CRIU do.
    /// </summary>
    Relative,
}

/// <summary>How the clocks of a namespace go on after a stop, and what becomes of ticks missed meanwhile.</summary>
/// <remarks>
/// <c>downtime = max(0, host wall clock at restore - host wall clock at checkpoint)</c>, also between two hosts. The default
/// is <see cref="Suspend"/>: what a machine would see that had been suspended.
/// </remarks>
public sealed record RestorePolicy
{
    /// <summary>What a suspended machine sees: wall clock on, MONOTONIC standing, BOOTTIME on.</summary>
    public static RestorePolicy Suspend { get; } = new();

    /// <summary>As CRIU restores clocks: MONOTONIC and BOOTTIME go on from where they were.</summary>
    public static RestorePolicy Criu { get; } = new() { Boottime = ClockPolicy.Frozen };

    /// <summary>As gVisor restores clocks: all three have moved on by the downtime.</summary>
    public static RestorePolicy Gvisor { get; } = new() { Monotonic = ClockPolicy.Elapsed };

    /// <summary>Wall or Frozen.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to anything else.</exception>
    public ClockPolicy Realtime
    {
        get;
        init => field = value is ClockPolicy.Wall or ClockPolicy.Frozen ? value : throw Refused(nameof(Realtime), value, "Wall or Frozen");
    } = ClockPolicy.Wall;

    /// <summary>Frozen or Elapsed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to anything else.</exception>
    public ClockPolicy Monotonic
    {
        get;
        init => field = value is ClockPolicy.Frozen or ClockPolicy.Elapsed ? value : throw Refused(nameof(Monotonic), value, "Frozen or Elapsed");
    } = ClockPolicy.Frozen;

    /// <summary>Frozen or Elapsed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to anything else.</exception>
    public ClockPolicy Boottime
    {
        get;
        init => field = value is ClockPolicy.Frozen or ClockPolicy.Elapsed ? value : throw Refused(nameof(Boottime), value, "Frozen or Elapsed");
    } = ClockPolicy.Elapsed;

    /// <summary>What becomes of periods that passed meanwhile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to an unknown value.</exception>
    public MissedTicks Missed
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Missed), value, "Must be Count, One or Skip.");
    } = MissedTicks.Count;

    /// <summary>The offsets with which a stopped namespace goes on.</summary>
    /// <param name="offsets">Its offsets when it stopped.</param>
    /// <param name="standing">Its readings when it stopped.</param>
    /// <param name="then">Its host's readings when it stopped.</param>
    /// <param name="now">The readings now of the host on which it goes on.</param>
    internal ClockOffsets Resume(in ClockOffsets offsets, in ClockReadings standing, in ClockReadings then, in ClockReadings now)
    {
        var downtime = Math.Max(0, now.Realtime.Since(then.Realtime));
        return new ClockOffsets(
            Realtime == ClockPolicy.Wall ? offsets.RealtimeNs : standing.Realtime.Since(now.Realtime),
            standing.Monotonic.Plus(Monotonic == ClockPolicy.Elapsed ? downtime : 0).Since(now.Monotonic),
            standing.Boottime.Plus(Boottime == ClockPolicy.Elapsed ? downtime : 0).Since(now.Boottime));
    }

    private static ArgumentOutOfRangeException Refused(string clock, ClockPolicy value, string allowed) =>
        new(clock, value, $"The policy of {clock} must be {allowed}.");
}
