using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>What can be impossible about a timer in an image.</summary>
internal enum TimerFault
{
    None,
    UnknownClock,
    IdOutOfRange,
    NegativeInterval,
    BadName,
    ArmedAndExpired,
    ExpiredWithoutTick,
    DeadlineUnset,
    DeadlineOutOfRange,
    DeadlineToCome,
    FirstDueWithoutTick,
    FirstDueAfterDeadline,
    FirstDueOutOfRange,
    FirstDueToCome,
    UnknownFlags,
    OffTheCancelList,
    NotCancellable,
    CancelsRelative,
    AbsoluteWithoutFlag,
}

/// <summary>
/// The rules for one timer. Finding a fault and telling of it are two steps, since the first is taken for every timer that is
/// written or read and is nothing but comparisons.
/// </summary>
internal static class TimerFaults
{
    /// <summary>No clock has ever read less: one that is set back at its upper end.</summary>
    private const long MinDeadlineNs = -(ClockOffsets.MaxReadingSeconds + 1) * ClockTime.NanosecondsPerSecond;

    private const SettimeFlags CancelFlags = SettimeFlags.Abstime | SettimeFlags.CancelOnSet;

    /// <summary>The first rule that no timer of a namespace could have broken.</summary>
    public static TimerFault First(in TimerImage timer, NamespaceImage image)
    {
        var isSet = timer.IsArmed || timer.IsExpired;
        var cancels = timer.Clock is ClockId.Realtime or ClockId.RealtimeAlarm;
        var deadline = timer.Deadline.Nanoseconds;
        return
            !ClockIds.IsTimerClock(timer.Clock) ? TimerFault.UnknownClock
            : timer.Id < 1 || timer.Id >= image.NextTimerId ? TimerFault.IdOutOfRange
            : timer.IntervalNs < 0 ? TimerFault.NegativeInterval
            : timer.Name is { } name && Names.Fault(name) is not null ? TimerFault.BadName
            : !isSet && deadline != 0 ? TimerFault.DeadlineUnset
            : deadline < 0 && IsOutOfRange(timer.Deadline, timer) ? TimerFault.DeadlineOutOfRange
            : timer.IsExpired && OfExpired(timer, image) is var expired and not TimerFault.None ? expired
            : timer.FirstDue.HasValue && OfFirstDue(timer.FirstDue.Value, timer, image) is var due and not TimerFault.None ? due
            : !TimerSetting.AreKnown(timer.Flags) ? TimerFault.UnknownFlags
            : cancels && timer.Flags == CancelFlags && !timer.MightCancel ? TimerFault.OffTheCancelList
            : !cancels && (timer.MightCancel || timer.IsCancelPending) ? TimerFault.NotCancellable
            : timer.MightCancel && !timer.IsAbsolute ? TimerFault.CancelsRelative
            // A settime that reports ECANCELED arms the timer and leaves the flags that fdinfo shows (rule X3).
            : !timer.MightCancel && timer.IsAbsolute != ((timer.Flags & SettimeFlags.Abstime) != SettimeFlags.None) ? TimerFault.AbsoluteWithoutFlag
            : TimerFault.None;
    }

    /// <summary>The field at fault and what is wrong with it.</summary>
    public static (string Field, string Reason) Describe(TimerFault fault, in TimerImage timer, NamespaceImage image) => fault switch
    {
        TimerFault.UnknownClock => ("clock", $"{(int)timer.Clock} is not a clock that timers run on"),
        TimerFault.IdOutOfRange => ("id", $"{timer.Id} is outside 1..{image.NextTimerId - 1}"),
        TimerFault.NegativeInterval => ("interval", $"{timer.IntervalNs} ns is negative"),
        TimerFault.BadName => ("name", Names.Fault(timer.Name)!),
        TimerFault.ArmedAndExpired => ("state", "armed and expired at once"),
        TimerFault.ExpiredWithoutTick => ("ticks", "expired, but without a tick"),
        TimerFault.DeadlineUnset => ("deadline", $"{timer.Deadline}, but the timer is neither armed nor expired"),
        TimerFault.DeadlineOutOfRange => ("deadline", $"{timer.Deadline} is out of range"),
        TimerFault.DeadlineToCome => ("deadline", $"expired, but {timer.Deadline} has not passed yet"),
        TimerFault.FirstDueWithoutTick => ("first_due", "set, but there is no tick"),
        TimerFault.FirstDueAfterDeadline => ("first_due", $"{timer.FirstDue} is later than the deadline {timer.Deadline}"),
        TimerFault.FirstDueOutOfRange => ("first_due", $"{timer.FirstDue} is out of range"),
        TimerFault.FirstDueToCome => ("first_due", $"{timer.FirstDue} has not passed yet"),
        TimerFault.UnknownFlags => ("flags", $"{(int)timer.Flags} has unknown flags"),
        TimerFault.OffTheCancelList => ("flags", "cancel-on-set, but the timer is not on the cancel list"),
        TimerFault.NotCancellable => ("cancel", "only REALTIME timers are cancelled by a clock set"),
        TimerFault.CancelsRelative => ("cancel", "on the cancel list, but not absolute"),
        TimerFault.AbsoluteWithoutFlag => ("absolute", "does not agree with the flags"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Not a fault."),
    };

    private static TimerFault OfExpired(in TimerImage timer, NamespaceImage image) =>
        timer.IsArmed ? TimerFault.ArmedAndExpired
        : timer.Ticks == 0 ? TimerFault.ExpiredWithoutTick
        : !CanHavePassed(timer.Deadline, timer, image) ? TimerFault.DeadlineToCome
        : TimerFault.None;

    private static TimerFault OfFirstDue(ClockTime due, in TimerImage timer, NamespaceImage image) =>
        timer.Ticks == 0 ? TimerFault.FirstDueWithoutTick
        : (timer.IsArmed || timer.IsExpired) && due > timer.Deadline ? TimerFault.FirstDueAfterDeadline
        : IsOutOfRange(due, timer) ? TimerFault.FirstDueOutOfRange
        : !CanHavePassed(due, timer, image) ? TimerFault.FirstDueToCome
        : TimerFault.None;

    /// <summary>A point may lie before zero only on a clock that can be set back, and only as far as it can.</summary>
    private static bool IsOutOfRange(ClockTime point, in TimerImage timer) =>
        point.Nanoseconds < (timer.Base == ClockBase.Realtime ? MinDeadlineNs : 0);

    /// <summary>What has passed on a clock that never goes back, has passed at the checkpoint (INV-2, INV-4). Never has not passed anywhere.</summary>
    private static bool CanHavePassed(ClockTime point, in TimerImage timer, NamespaceImage image) =>
        !point.IsNever && (timer.Base == ClockBase.Realtime || point <= image.Readings[timer.Base]);
}
