using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>What a timer says of itself: the time to its next expiration and its interval (<c>struct itimerspec</c>).</summary>
/// <param name="ValueNs">Nanoseconds to the next expiration, never negative; 0 when none will come (rules S5, S7, G1).</param>
/// <param name="IntervalNs">Nanoseconds between expirations; 0 for a one-shot.</param>
public readonly record struct TimerValue(long ValueNs, long IntervalNs)
{
    /// <summary>Time to the next expiration; zero when none will come.</summary>
    public Duration Value => Duration.FromNanoseconds(ValueNs);

    /// <summary>Time between expirations; zero for a one-shot.</summary>
    public Duration Interval => Duration.FromNanoseconds(IntervalNs);
}

/// <summary>What setting a timer returned.</summary>
/// <param name="Old">The timer as it was: the time that remained, and its interval (rule S7).</param>
/// <param name="Canceled">
/// True when the wall clock had been set under the timer and nobody had been told yet: ECANCELED. The new setting is in
/// force all the same (rule X3).
/// </param>
public readonly record struct SettimeResult(TimerValue Old, bool Canceled);
