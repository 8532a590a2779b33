using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Timers;

/// <summary>
/// One timer in one cache line: the fields of <c>struct timerfd_ctx</c> and the steps of fs/timerfd.c that need nothing but those
/// fields and a reading. Arming and queueing is its namespace's part.
/// </summary>
/// <remarks>
/// <code>
///            set                      deadline passes                read, gettime (periodic)
/// disarmed ───────▶ armed ─────────────────────────▶ expired ─────────────────────────▶ armed
///     ▲               │  set(0)                         │   read (one-shot), set(0)
///     └───────────────┴─────────────────────────────────┘
/// </code>
/// A timer keeps its deadline in the time of its namespace, always. While it is expired, the deadline is the one that passed; while
/// it is disarmed, the one it had, which tells the queue where an entry of it may still lie. The workload assumed: many timers,
/// most armed, few on the cancel list, each touched by one thread at a time under the lock of its owner. What few timers have
/// (a name, a pending drop, an id beyond 32 bits) stands beside, in the <see cref="TimerStore"/>.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct TimerNode
{
    public const int Size = 64;

    public const uint Armed = 1;
    public const uint Expired = 1 << 1;
    public const uint Watched = 1 << 2;
    public const uint CancelPending = 1 << 3;
    public const uint MightCancel = 1 << 4;
    public const uint WakeQueued = 1 << 5;
    public const uint Ephemeral = 1 << 6;
    public const uint DropPending = 1 << 7;
    public const uint Named = 1 << 8;
    public const uint HasEntry = 1 << 9;
    public const uint Closed = 1 << 10;
    public const uint WideId = 1 << 11;
    public const uint HasFirstDue = 1 << 12;

    /// <summary>All flags that an image must say more of than that a timer is armed.</summary>
    public const uint Unplain = Armed | Expired | CancelPending | MightCancel | Ephemeral | DropPending | Named | WideId | HasFirstDue;

    /// <summary>Which namespace and which base a timer is queued in.</summary>
    private const uint QueueMask = 0xFFFF_FF03;

    private const int ClockShift = 2;
    private const int FlagsShift = 5;
    private const uint AbsoluteBit = 1 << 7;
    private const int OwnerShift = 8;
    private const int GenerationShift = 16;
    private const int EpochShift = 40;
    private const ulong GenerationMask = 0xFF_FFFF;
    private const int SequenceShift = 8;

    public long Deadline;
    public long IntervalNs;
    public ulong Ticks;
    private long _firstDue;

    /// <summary>REALTIME - MONOTONIC of the namespace when the timer was created or last reported a cancel (rule X5).</summary>
    public long RememberedWallOffset;

    /// <summary>The sequence of arming and, in the low byte, the stamp of the queue's entry for this timer.</summary>
    private ulong _order;

    /// <summary>The id, when it fits; ephemeral timers have 0.</summary>
    public uint ShortId;

    private uint _kind; // 8..31 namespace, 7 absolute, 65 settime flags, 432 clock, 10 base
    private ulong _word; // 40..63 epoch, 16..39 generation, 0..15 flags

    /// <summary>How many namespaces there can be at a time.</summary>
    public const int MaxOwners = 1 << (32 - OwnerShift);

    /// <summary>A node that has been given out this often is not given out again.</summary>
    public const uint LastGeneration = (uint)GenerationMask;

    public readonly uint State => (uint)_word & 0xFFFF;

    /// <summary>Generation, epoch and flags as of one moment, since a word is read at once; from any thread.</summary>
    public readonly ulong Word => _word;

    public readonly ulong Order => _order;

    public readonly int Owner => (int)(_kind >> OwnerShift);

    public readonly uint QueueKey => _kind & QueueMask;

    public readonly uint Generation => GenerationOf(_word);

    /// <summary>Counts settings, so that a delivery can tell whether the setting it was read for is still in force.</summary>
    public readonly int Epoch => EpochOf(_word);

    public readonly ClockBase Base => (ClockBase)(_kind & 3);

    public readonly ClockId Clock => (ClockId)((_kind >> ClockShift & 7) is var index && index <= 1 ? index : index + 5);

    public readonly SettimeFlags Flags => (SettimeFlags)(_kind >> FlagsShift & 3);

    public readonly bool IsAbsolute => (_kind & AbsoluteBit) != 0;

    /// <summary>Clock, base, way of setting and shown flags, for <see cref="PlainKinds"/>.</summary>
    public readonly int KindCode => (byte)_kind;

    /// <summary>The first byte of a plain record of an armed timer, by <see cref="KindCode"/>; 0 where there is none.</summary>
    public static byte[] PlainKinds { get; } = [.. Enumerable.Range(0, 256).Select(PlainKind)];

    /// <summary>Order of arming, or of creation until then, over all namespaces of an owner: ties between equal deadlines.</summary>
    public long Sequence
    {
        readonly get => (long)(_order >> SequenceShift);
        set => _order = (ulong)value << SequenceShift | (byte)_order;
    }

    /// <summary>The first deadline passed since the timer was last read, on <see cref="Base"/>.</summary>
    public long? FirstDue
    {
        readonly get => Is(HasFirstDue) ? _firstDue : null;
        set
        {
            _firstDue = value.GetValueOrDefault();
            Set(HasFirstDue, value.HasValue);
        }
    }

    public readonly bool IsArmed => Is(Armed);

    public readonly bool IsExpired => Is(Expired);

    public readonly bool IsReadable => Ticks != 0;

    public readonly bool IsPeriodic => IntervalNs != 0;

    /// <summary>Armed to a deadline that comes: in its queue.</summary>
    public readonly bool IsQueued => Is(Armed) && Deadline != long.MaxValue;

    /// <summary>Periodic, expired and unread: the next read, gettime or settime forwards it.</summary>
    public readonly bool AwaitsForward => Is(Expired) && IsPeriodic;

    /// <summary>Will fire again by itself, or after being read.</summary>
    public readonly bool IsAlive => Is(Armed) || AwaitsForward;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Is(uint flag) => ((uint)_word & flag) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(uint flag, bool on) => _word = on ? _word | flag : _word & ~(ulong)flag;

    /// <summary>Begins the life of a timer: disarmed, without ticks. The generation is a new one; entries of an earlier life stay stale.</summary>
    public void Begin(ClockId clock, int owner, long wallOffset)
    {
        Debug.Assert(Generation < LastGeneration, "a generation is never used again");
        Deadline = IntervalNs = _firstDue = 0;
        Ticks = 0;
        ShortId = 0;
        RememberedWallOffset = wallOffset;
        _kind = (uint)owner << OwnerShift | Index(clock) << ClockShift | (uint)clock.Base();
        _word = ((_word >> GenerationShift & GenerationMask) + 1) << GenerationShift;
    }

    /// <summary>Begins the life of a timer that an image has as armed, and that is queued at once: its entry has the next stamp.</summary>
    /// <param name="recordKind">The first byte of its record.</param>
    /// <param name="clockBase">The base that goes with it.</param>
    /// <param name="owner">The namespace.</param>
    /// <param name="sequence">Of arming.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginQueued(int recordKind, ClockBase clockBase, int owner, long sequence)
    {
        Debug.Assert(Generation < LastGeneration, "a generation is never used again");
        var kind = (uint)recordKind;
        Ticks = 0;
        _firstDue = 0;
        _order = (ulong)sequence << SequenceShift | (byte)((uint)_order + 1);
        _kind = (uint)owner << OwnerShift | (kind & 7) << ClockShift | (kind << 4 & AbsoluteBit) | (kind >> 4 & 3) << FlagsShift | (uint)clockBase;
        _word = ((_word >> GenerationShift & GenerationMask) + 1) << GenerationShift | Armed | HasEntry;
    }

    /// <summary>Queued, set to a relative time, on no list and with nothing pending: a new relative setting changes numbers only.</summary>
    public readonly bool IsPlain => (_kind & (AbsoluteBit | 3u << FlagsShift)) == 0
        && ((uint)_word & (Armed | HasEntry | Expired | MightCancel | CancelPending | DropPending)) == (Armed | HasEntry);

    /// <summary>A new setting, to later, of a plain timer: it stays armed, and its entry where it is.</summary>
    public void PushOut(long deadline, long intervalNs, long sequence)
    {
        Deadline = deadline;
        IntervalNs = intervalNs;
        Ticks = 0;
        _word = (_word & ~(ulong)HasFirstDue) + (1UL << EpochShift);
        Sequence = sequence;
    }

    /// <summary>A new setting begins: nothing is unread, and what was read for the old one and not delivered yet is void.</summary>
    public void Restart()
    {
        Ticks = 0;
        _word = (_word & ~(ulong)(Armed | Expired | HasFirstDue)) + (1UL << EpochShift);
    }

    /// <summary>The timer is gone.</summary>
    public void End()
    {
        _word = ((_word & ~0xFFFFUL) | Closed) + (1UL << EpochShift);
    }

    /// <summary>The queue's entries for this timer so far are void; the next one is known by a new stamp.</summary>
    public void NextStamp() => _order = (_order & ~0xFFUL) | (byte)((uint)_order + 1);

    /// <summary>Whether a setting puts this timer on the cancel list (rule S3).</summary>
    public readonly bool WantsCancel(SettimeFlags flags) =>
        flags == (SettimeFlags.Abstime | SettimeFlags.CancelOnSet) && Clock is ClockId.Realtime or ClockId.RealtimeAlarm;

    /// <summary>Nanoseconds to the next expiration, not forwarded; 0 when the timer is not armed (rules G1, P1, N4').</summary>
    public readonly long Remaining(long now) => IsArmed ? Math.Max(0, ClockTime.SubtractSaturating(Deadline, now)) : 0;

    /// <summary>What a read would return at this moment (rule F4).</summary>
    public readonly ulong PeekExpirations(long now) => AwaitsForward
        ? Forward.Unread(Ticks, Forward.Count(Deadline, IntervalNs, now, out _))
        : Ticks;

    /// <summary>The deadline has passed (<c>timerfd_triggered</c>, rule F1). The timer is out of its queue.</summary>
    public void Expire()
    {
        Debug.Assert(IsArmed && !IsExpired && !Is(HasEntry), "only an armed timer expires, out of its queue");
        Set(Armed, false);
        Set(Expired, true);
        if (!Is(HasFirstDue))
        {
            FirstDue = Deadline;
        }

        AddTick();
    }

    /// <summary>The wall clock was set (<c>timerfd_clock_was_set</c>, rule X1). True when this wakes the timer's readers.</summary>
    public bool ClockWasSet(long wallOffset)
    {
        if (!Is(CancelPending) && RememberedWallOffset == wallOffset)
        {
            return false;
        }

        Set(CancelPending, true);
        AddTick();
        return true;
    }

    /// <summary>A cancel that is to be told, once.</summary>
    public readonly bool HasCancel => (State & (MightCancel | CancelPending)) == (MightCancel | CancelPending);

    /// <summary>Reports a pending cancel, once (<c>timerfd_canceled</c>, rule X5).</summary>
    public void TakeCancel(long wallOffset)
    {
        Debug.Assert(HasCancel, "there is a cancel to tell");
        Set(CancelPending, false);
        RememberedWallOffset = wallOffset;
    }

    /// <summary>
    /// Moves an expired periodic timer's deadline past now. True when it is to be queued again; <paramref name="overruns"/> counts
    /// the deadlines that passed, 0 after the wall clock was stepped back (rule F6).
    /// </summary>
    public bool ForwardTo(long now, out ulong overruns)
    {
        if (!AwaitsForward)
        {
            overruns = 0;
            return false;
        }

        overruns = Forward.Count(Deadline, IntervalNs, now, out Deadline);
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

        Set(Expired, false);
        Set(Armed, true);
    }

    /// <summary>Clears the unread ticks (rules F4, S4, X2).</summary>
    public ulong TakeTicks(out long? firstDue)
    {
        var ticks = Ticks;
        firstDue = FirstDue;
        Ticks = 0;
        Set(Expired | HasFirstDue, false);
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
        Set(CancelPending, true);
        AddTick();
    }

    /// <summary>Stores a setting but for its deadline, which the queue takes; not armed yet.</summary>
    public void Apply(bool absolute, long intervalNs)
    {
        IntervalNs = intervalNs;
        SetAbsolute(absolute);
    }

    /// <summary>Chooses the base that goes with the way of setting; an entry in the queue of another base is left behind.</summary>
    public void SetAbsolute(bool absolute)
    {
        var clockBase = (uint)Clock.QueueBase(absolute);
        if ((_kind & 3) != clockBase)
        {
            Set(HasEntry, false);
        }

        _kind = (_kind & ~(AbsoluteBit | 3)) | clockBase | (absolute ? AbsoluteBit : 0);
    }

    /// <summary>As the last successful settime gave them; shown by fdinfo (rule S3).</summary>
    public void ShowFlags(SettimeFlags flags) => _kind = (_kind & ~(3u << FlagsShift)) | (uint)flags << FlagsShift;

    /// <summary>Moves the deadline by a span of nanoseconds; the timer is in no queue. Never stays never.</summary>
    public void Shift(long nanoseconds)
    {
        Deadline = new ClockTime(Deadline).Plus(nanoseconds).Nanoseconds;
        Set(HasEntry, false);
    }

    /// <summary>Moves the deadline and what has passed of it with the clock, so that the time remaining stays the same.</summary>
    public void ShiftWithClock(long nanoseconds)
    {
        Shift(nanoseconds);
        FirstDue = FirstDue is { } due ? new ClockTime(due).Plus(nanoseconds).Nanoseconds : null;
    }

    /// <summary>What the timer has not counted yet of the deadlines up to now: 1 for an armed one-shot that is due.</summary>
    public readonly ulong PassedBy(ClockTime now) =>
        !IsAlive || Deadline == long.MaxValue ? 0
        : IsPeriodic ? Forward.Count(Deadline, IntervalNs, now.Nanoseconds, out _)
        : Deadline <= now.Nanoseconds ? 1UL : 0;

    [Conditional("DEBUG")]
    public readonly void CheckInvariants()
    {
        Debug.Assert(!Is(Closed), "a closed timer is nowhere");
        Debug.Assert(!(IsArmed && IsExpired), "a timer is armed or expired, not both");
        Debug.Assert(!IsExpired || Ticks != 0, "expired means at least one tick");
        Debug.Assert(!IsExpired || !Is(HasEntry), "an expired timer is out of its queue");
        Debug.Assert(!IsQueued || Is(HasEntry), "armed timers are queued, except for never");
        Debug.Assert(IntervalNs >= 0, "an interval is not negative");
        Debug.Assert(!Is(MightCancel) || Clock.Base() == ClockBase.Realtime, "only REALTIME timers are on the cancel list");
    }

    public static uint GenerationOf(ulong word) => (uint)(word >> GenerationShift & GenerationMask);

    public static int EpochOf(ulong word) => (int)(word >> EpochShift);

    private static byte PlainKind(int code)
    {
        var kind = code >> ClockShift & 7 | (code & (int)AbsoluteBit) >> 4 | (code >> FlagsShift & 3) << 4 | 1 << 6;
        return TimerRecord.IsPlainKind(kind) ? (byte)kind : (byte)0;
    }

    private static uint Index(ClockId clock) => (uint)clock <= 1 ? (uint)clock : (uint)clock - 5;

    private void AddTick() => Ticks = Ticks == ulong.MaxValue ? ulong.MaxValue : Ticks + 1;
}
