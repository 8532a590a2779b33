namespace TimeNs.Clocks;

/// <summary>
/// The clocks that a timer can run on, with the numbers that Linux gives them (<c>man timerfd_create</c>, rule C1).
/// </summary>
public enum ClockId
{
    /// <summary>Wall clock. It can be set, forward and back; absolute timers on it follow.</summary>
    Realtime = 0,

    /// <summary>Never set, never goes back, stands still while the host is suspended.</summary>
    Monotonic = 1,

    /// <summary>As <see cref="Monotonic"/>, but it counts the time that the host is suspended.</summary>
    Boottime = 7,

    /// <summary>Wall clock of alarm timers. A relative timer on it is armed as an absolute one and follows a clock set.</summary>
    RealtimeAlarm = 8,

    /// <summary>Boot clock of alarm timers.</summary>
    BoottimeAlarm = 9,
}

/// <summary>
/// The three clocks that really tick. Every <see cref="ClockId"/> reads one of them, and a namespace keeps one queue of timers
/// for each.
/// </summary>
public enum ClockBase
{
    /// <summary>CLOCK_REALTIME.</summary>
    Realtime = 0,

    /// <summary>CLOCK_MONOTONIC.</summary>
    Monotonic = 1,

    /// <summary>CLOCK_BOOTTIME.</summary>
    Boottime = 2,
}

/// <summary>What the clock numbers mean: names, bases, and which of them a timer may use.</summary>
public static class ClockIds
{
    /// <summary>The five clocks of <see cref="ClockId"/>, in the order of their numbers.</summary>
    public static IReadOnlyList<ClockId> All { get; } =
        [ClockId.Realtime, ClockId.Monotonic, ClockId.Boottime, ClockId.RealtimeAlarm, ClockId.BoottimeAlarm];

    /// <summary>True when a timer can be created on the clock with this number (rule C1).</summary>
    /// <param name="clock">Any value, also one that is not named in <see cref="ClockId"/>.</param>
    public static bool IsTimerClock(ClockId clock) =>
        clock is ClockId.Realtime or ClockId.Monotonic or ClockId.Boottime or ClockId.RealtimeAlarm or ClockId.BoottimeAlarm;

    /// <summary>The clock that really ticks behind this one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not one of <see cref="ClockId"/>.</exception>
    public static ClockBase Base(this ClockId clock) => clock switch
    {
        ClockId.Realtime or ClockId.RealtimeAlarm => ClockBase.Realtime,
        ClockId.Monotonic => ClockBase.Monotonic,
        ClockId.Boottime or ClockId.BoottimeAlarm => ClockBase.Boottime,
        _ => throw Unknown(clock),
    };

    /// <summary>True for the two clocks whose timers would wake a suspended machine.</summary>
    public static bool IsAlarm(this ClockId clock) => clock is ClockId.RealtimeAlarm or ClockId.BoottimeAlarm;

    /// <summary>The name in the manual pages, for example <c>CLOCK_MONOTONIC</c>; the number for an unknown clock.</summary>
    public static string LinuxName(this ClockId clock) => clock switch
    {
        ClockId.Realtime => "CLOCK_REALTIME",
        ClockId.Monotonic => "CLOCK_MONOTONIC",
        ClockId.Boottime => "CLOCK_BOOTTIME",
        ClockId.RealtimeAlarm => "CLOCK_REALTIME_ALARM",
        ClockId.BoottimeAlarm => "CLOCK_BOOTTIME_ALARM",
        _ => ((int)clock).ToString(),
    };

    /// <summary>
    /// The base on which a timer is queued. A relative timer on CLOCK_REALTIME lives on the MONOTONIC base, so that setting
    /// the wall clock does not move it; a relative alarm timer does not have that shelter (<c>hrtimer_setup</c>,
    /// <c>alarm_start_relative</c>, table of clocks).
    /// </summary>
    internal static ClockBase QueueBase(this ClockId clock, bool absolute) =>
        clock == ClockId.Realtime && !absolute ? ClockBase.Monotonic : clock.Base();

    internal static ArgumentOutOfRangeException Unknown(ClockId clock) => new(
        nameof(clock), (int)clock, "Not a clock that timers run on. Known are 0 (REALTIME), 1 (MONOTONIC), 7 (BOOTTIME), 8 (REALTIME_ALARM) and 9 (BOOTTIME_ALARM).");
}
