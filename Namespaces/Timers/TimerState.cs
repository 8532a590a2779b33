using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Timers;

/// <summary>
/// One timer: the fields of <c>struct timerfd_ctx</c> and the steps of fs/timerfd.c that need nothing but those fields and a
/// reading. Arming and queueing is its namespace's part.
/// </summary>
/// <remarks>
/// <code>
///            set                      deadline passes                read, gettime (periodic)
/// disarmed ───────▶ armed ─────────────────────────▶ expired ─────────────────────────▶ armed
///     ▲               │  set(0)                         │   read (one-shot), set(0)
///     └───────────────┴─────────────────────────────────┘
/// </code>
/// A timer keeps its deadline in the time of its namespace, always. While it is expired, the deadline is the one that passed.
/// The workload assumed: many timers, most armed, few on the cancel list, each touched by one thread at a time under the lock
/// of its owner.
/// </remarks>
internal sealed class TimerState(long id, string? name, ClockId clock, TimeNamespace owner, long wallOffset)
{
    private long _dropNs;

    /// <summary>Unique in its namespace, kept by an image.</summary>
    public long Id { get; } = id;

    public string? Name { get; } = name;

    public ClockId Clock { get; } = clock;

    public TimeNamespace Namespace { get; } = owner;

    /// <summary>Belongs to a delegate of the running process (TimeProvider, IScheduler): in no image.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Someone reads at every wake-up: an observer or a waiting read.</summary>
    public bool IsWatched { get; set; }

    /// <summary>What the owner of the namespace hangs on the timer.</summary>
    public object? Tag { get; set; }

    public ClockBase Base { get; private set; } = clock.Base();

    public long Deadline { get; private set; }

    public long IntervalNs { get; private set; }

    public bool IsArmed { get; private set; }

    public bool IsExpired { get; private set; }

    public bool IsAbsolute { get; private set; }

    public ulong Ticks { get; private set; }

    /// <summary>As the last successful settime gave them; shown by fdinfo (rule S3).</summary>
    public SettimeFlags Flags { get; private set; }

    /// <summary>REALTIME - MONOTONIC of the namespace when the timer was created or last reported a cancel (rule X5).</summary>
    public long RememberedWallOffset { get; private set; } = wallOffset;

    public bool IsCancelPending { get; private set; }

    /// <summary>The first deadline passed since the timer was last read, on <see cref="Base"/>.</summary>
    public long? FirstDue { get; private set; }

    /// <summary>On the cancel list (<c>might_cancel</c>); kept by the namespace.</summary>
    public bool MightCancel { get; set; }

    /// <summary>Counts settings, so that a delivery can tell whether the setting it was read for is still in force.</summary>
    public int Epoch { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>In the namespace's list of wake-ups that were not collected yet.</summary>
    public bool IsWakeQueued { get; set; }

    /// <summary>Order of arming, or of creation until then, over all namespaces of an owner: ties between equal deadlines.</summary>
    public long Sequence { get; set; }

    /// <summary>Place in its queue, -1 outside; kept by <see cref="TimerQueue"/>.</summary>
    public int QueueIndex { get; set; } = -1;

    /// <summary>Armed at a deadline that passed in a stop, of whose periods some are dropped when it expires.</summary>
    public bool IsDropPending => _dropNs != 0;

    public bool IsReadable => Ticks != 0;

    public bool IsPeriodic => IntervalNs != 0;

    /// <summary>Periodic, expired and unread: the next read, gettime or settime forwards it.</summary>
    public bool AwaitsForward => IsExpired && IsPeriodic;

    /// <summary>Will fire again by itself, or after being read.</summary>
    public bool IsAlive => IsArmed || AwaitsForward;

    /// <summary>Whether a setting puts this timer on the cancel list (rule S3).</summary>
    public bool WantsCancel(SettimeFlags flags) =>
        Clock is ClockId.Realtime or ClockId.RealtimeAlarm
        && flags == (SettimeFlags.Abstime | SettimeFlags.CancelOnSet);

    /// <summary>Nanoseconds to the next expiration, not forwarded; 0 when the timer is not armed (rules G1, P1, N4').</summary>
    public long Remaining(in ClockReadings now) =>
        IsArmed ? Math.Max(0, ClockTime.SubtractSaturating(Deadline, now[Base].Nanoseconds)) : 0;

    /// <summary>What a read would return at this moment (rule F4).</summary>
    public ulong PeekExpirations(in ClockReadings now) => AwaitsForward
        ? Forward.Unread(Ticks, Forward.Count(Deadline, IntervalNs, now[Base].Nanoseconds, out _))
        : Ticks;

    /// <summary>The deadline has passed (<c>timerfd_triggered</c>, rule F1). The timer is out of its queue.</summary>
    public void Expire()
    {
        Debug.Assert(IsArmed && !IsExpired, "only an armed timer expires");
        IsArmed = false;
        IsExpired = true;
        FirstDue ??= Deadline;
        ApplyDrop();
        AddTick();
    }

    /// <summary>The wall clock was set (<c>timerfd_clock_was_set</c>, rule X1). True when this wakes the timer's readers.</summary>
    public bool ClockWasSet(long wallOffset)
    {
        if (!IsCancelPending && RememberedWallOffset == wallOffset)
        {
            return false;
        }

        IsCancelPending = true;
        AddTick();
        return true;
    }

    /// <summary>Reports a pending cancel, once (<c>timerfd_canceled</c>, rule X5).</summary>
    public bool TakeCancel(long wallOffset)
    {
        if (!MightCancel || !IsCancelPending)
        {
            return false;
        }

        IsCancelPending = false;
        RememberedWallOffset = wallOffset;
        return true;
    }

    /// <summary>
    /// Moves an expired periodic timer's deadline past now. True when it is to be queued again; <paramref name="overruns"/> counts
    /// the deadlines that passed, 0 after the wall clock was stepped back (rule F6).
    /// </summary>
    public bool ForwardTo(in ClockReadings now, out ulong overruns)
    {
        if (!AwaitsForward)
        {
            overruns = 0;
            return false;
        }

        overruns = Forward.Count(Deadline, IntervalNs, now[Base].Nanoseconds, out var next);
        Deadline = next;
        return true;
    }

    /// <summary>Counts a forward into the unread ticks and goes on, armed (<c>timerfd_gettime</c>, rule F5).</summary>
    public void KeepForwarded(ulong overruns)
    {
        Ticks = Forward.Unread(Ticks, overruns);
        if (Ticks == 0)
        {
            FirstDue = null;
        }

        IsExpired = false;
        IsArmed = true;
    }

    /// <summary>Clears the unread ticks (rules F4, S4, X2).</summary>
    public ulong TakeTicks(out long? firstDue)
    {
        var ticks = Ticks;
        firstDue = FirstDue;
        Ticks = 0;
        IsExpired = false;
        FirstDue = null;
        return ticks;
    }

    /// <summary>Takes a delivery back: the ticks were read on behalf of an observer that never got them (INV-3).</summary>
    public void Unread(ulong expirations, long? firstDue)
    {
        Ticks = Ticks > ulong.MaxValue - expirations ? ulong.MaxValue : Ticks + expirations;
        FirstDue = firstDue ?? FirstDue;
    }

    /// <summary>Takes back a cancel notice that no observer got.</summary>
    public void UnreadCancel()
    {
        IsCancelPending = true;
        AddTick();
    }

    /// <summary>Stores a setting; arming is told by the deadline: null disarms.</summary>
    public void Apply(bool absolute, long? deadline, long intervalNs)
    {
        IsAbsolute = absolute;
        Base = Clock.QueueBase(absolute);
        IntervalNs = intervalNs;
        Deadline = deadline ?? 0;
        IsArmed = deadline is not null;
    }

    public void ShowFlags(SettimeFlags flags) => Flags = flags;

    /// <summary>TFD_IOC_SET_TICKS (rule I1): the unread count, and nothing else.</summary>
    public void SetTicks(ulong ticks) => Ticks = ticks;

    /// <summary>
    /// Drops periods that passed during a stop. Where some of them are to be told of, an armed timer still expires at the first of them, so
    /// that it comes in its place and says when it was due; the drop is done when it does.
    /// </summary>
    public void Drop(long nanoseconds, bool expiresAll)
    {
        if (expiresAll && IsArmed)
        {
            _dropNs = nanoseconds;
        }
        else
        {
            Shift(nanoseconds);
        }
    }

    /// <summary>Moves the deadline by a span of nanoseconds. Never stays never.</summary>
    public void Shift(long nanoseconds) => Deadline = new ClockTime(Deadline).Plus(nanoseconds).Nanoseconds;

    /// <summary>Moves the deadline and what has passed of it with the clock, so that the time remaining stays the same.</summary>
    public void ShiftWithClock(long nanoseconds)
    {
        Shift(nanoseconds);
        FirstDue = FirstDue is { } due ? new ClockTime(due).Plus(nanoseconds).Nanoseconds : null;
    }

    public void Disarm() => IsArmed = false;

    /// <summary>A new setting begins: what was read for the old one and not delivered yet is void.</summary>
    public void Restart()
    {
        IsArmed = false;
        _dropNs = 0;
        Epoch++;
    }

    /// <summary>The timer is gone.</summary>
    public void Close()
    {
        IsClosed = true;
        Epoch++;
    }

    /// <summary>What the timer has not counted yet of the deadlines up to now: 1 for an armed one-shot that is due.</summary>
    public ulong PassedBy(ClockTime now) =>
        !IsAlive || Deadline == long.MaxValue ? 0
        : IsPeriodic ? Forward.Count(Deadline, IntervalNs, now.Nanoseconds, out _)
        : Deadline <= now.Nanoseconds ? 1UL : 0;

    /// <summary>What a read would return at a moment by which the armed timer will have expired.</summary>
    public ulong PeekAfterExpiry(in ClockReadings then) =>
        PassedBy(then[Base]) is var passed && Ticks > ulong.MaxValue - passed ? ulong.MaxValue : Ticks + passed;

    /// <summary>Writes the timer down as it is.</summary>
    public Images.TimerImage Save() => new()
    {
        Id = Id,
        Name = Name,
        Clock = Clock,
        IsAbsolute = IsAbsolute,
        Flags = Flags,
        IsArmed = IsArmed,
        IsExpired = IsExpired,
        Deadline = IsArmed || IsExpired ? new ClockTime(Deadline).Plus(_dropNs) : ClockTime.Zero,
        IntervalNs = IntervalNs,
        Ticks = Ticks,
        FirstDue = FirstDue is { } due ? new ClockTime(due) : null,
        MightCancel = MightCancel,
        IsCancelPending = IsCancelPending,
        RememberedWallOffsetNs = RememberedWallOffset,
    };

    /// <summary>Puts back what an image kept.</summary>
    public void Load(in Images.TimerImage image)
    {
        IsAbsolute = image.IsAbsolute;
        Base = Clock.QueueBase(image.IsAbsolute);
        Deadline = image.Deadline.Nanoseconds;
        IntervalNs = image.IntervalNs;
        IsArmed = image.IsArmed;
        IsExpired = image.IsExpired;
        Ticks = image.Ticks;
        Flags = image.Flags;
        RememberedWallOffset = image.RememberedWallOffsetNs;
        IsCancelPending = image.IsCancelPending;
        FirstDue = image.FirstDue?.Nanoseconds;
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        Debug.Assert(!(IsArmed && IsExpired), "a timer is armed or expired, not both");
        Debug.Assert(!IsExpired || Ticks != 0, "expired means at least one tick");
        Debug.Assert(IntervalNs >= 0, "an interval is not negative");
        Debug.Assert((QueueIndex >= 0) == (IsArmed && Deadline != long.MaxValue) || Namespace.IsClosed, "armed timers are queued, except for never");
        Debug.Assert(!MightCancel || Clock.Base() == ClockBase.Realtime, "only REALTIME timers are on the cancel list");
    }

    private void ApplyDrop()
    {
        Shift(_dropNs);
        _dropNs = 0;
    }

    private void AddTick() => Ticks = Ticks == ulong.MaxValue ? ulong.MaxValue : Ticks + 1;
}
