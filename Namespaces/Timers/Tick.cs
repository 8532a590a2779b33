using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// What a reader of a timer is told at one wake-up: the expirations since it was last read, or that the wall clock was set
/// under a cancel-on-set timer.
/// </summary>
/// <param name="Expirations">
/// How many times the timer expired since it was last read. 1 for a reader that is in time, more for one that is late; 0 when
/// <see cref="IsCanceled"/>. <see cref="ulong.MaxValue"/> means that many or more: the count saturates (rule F7).
/// </param>
/// <param name="Due">The first deadline that passed since the timer was last read, on the timer's clock.</param>
/// <param name="At">
/// The reading of the timer's clock for this delivery. A tick is never early (INV-2): <c>Due &lt;= At</c>, except where an expiration was left
/// unread and the wall clock was then stepped back to before it.
/// </param>
/// <param name="Clock">The timer's clock.</param>
/// <param name="IsCanceled">
/// True for the notice that the wall clock was set (ECANCELED, rule X2). What had expired and was not read is gone with it.
/// </param>
public readonly record struct Tick(ulong Expirations, ClockTime Due, ClockTime At, ClockId Clock, bool IsCanceled = false)
{
    /// <summary>Nanoseconds between the first deadline passed and the delivery's reading.</summary>
    public long LatenessNs => At.Since(Due);
}

/// <summary>How a read of a timer ended.</summary>
public enum ReadStatus
{
    /// <summary>Nothing to read now (EAGAIN); a blocking read would wait.</summary>
    Empty = 0,

    /// <summary>Expirations were read.</summary>
    Ticks,

    /// <summary>The wall clock was set under a cancel-on-set timer (ECANCELED); told once.</summary>
    Canceled,

    /// <summary>
    /// The timer had expired, but its wall clock has been stepped back to before the deadline, so that no expiration is left
    /// (rule F6): a blocking read returns 0, a non-blocking one EAGAIN. It will expire at its deadline again.
    /// </summary>
    SteppedBack,
}
