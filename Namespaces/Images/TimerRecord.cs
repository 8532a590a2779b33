using System.Runtime.CompilerServices;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>
/// The record of one timer in an image file, version 1: three bytes that say what follows, then only as many bytes as the values need.
/// </summary>
/// <remarks>
/// <code>
///   kind ┊ presence ┊ lengths ┊ id 0, 1, 3, 8 ┊ deadline 0..8 ┊ interval 0..8 ┊ ticks? first_due? remembered? name?
///
///   kind      76 state (0 disarmed, 1 armed, 2 expired)   54 settime flags   3 absolute   210 clock
///   presence  76 size of the id   5 cancel pending   4 on the cancel list   3 name   2 remembered   1 first due   0 ticks
///   lengths   7654 of the interval   3210 of the deadline, 15: never
/// </code>
/// Signed numbers are differences modulo 2^64, zigzag coded: the id's from the previous id + 1, the deadline's from the reading
/// of the timer's base clock, the first due point's from the deadline, the remembered wall offset's from the namespace's. A
/// number takes the fewest bytes that hold it: every timer has one code only. The workload assumed: many armed periodic timers
/// with deadlines near the readings, few with ticks or names.
/// </remarks>
internal static class TimerRecord
{
    /// <summary>A disarmed timer: no id byte, no deadline, no interval.</summary>
    public const int MinSize = 3;

    /// <summary>Three bytes, three numbers of 8, three of 10, a name's length and the name.</summary>
    public const int MaxSize = 3 + 3 * 8 + 3 * MaxVarint + 2 + MaxNameBytes;

    /// <summary>UTF-8 needs at most three bytes for a UTF-16 unit.</summary>
    public const int MaxNameBytes = 3 * Names.MaxLength;

    public const int MaxVarint = 10;

    public const int ClockMask = 0x07;
    public const int Absolute = 0x08;
    public const int AbsoluteShift = 3;

    /// <summary>Clock and absoluteness together choose the base clock.</summary>
    public const int BaseMask = ClockMask | Absolute;

    public const int FlagsShift = 4;
    public const int FlagsMask = 0x03;
    public const int StateShift = 6;
    public const int Disarmed = 0;
    public const int Armed = 1;
    public const int Expired = 2;

    public const int HasTicks = 0x01;
    public const int HasFirstDue = 0x02;
    public const int HasRemembered = 0x04;
    public const int HasName = 0x08;
    public const int HasTail = HasTicks | HasFirstDue | HasRemembered | HasName;
    public const int MightCancel = 0x10;
    public const int CancelPending = 0x20;
    public const int IdSizeShift = 6;

    /// <summary>All of the presence byte but the size of the id.</summary>
    public const int OtherThanId = (1 << IdSizeShift) - 1;

    public const int LengthMask = 0x0F;
    public const int IntervalShift = 4;

    /// <summary>A length of the deadline: it never comes.</summary>
    public const int Never = 15;

    /// <summary>Indexes of clocks are 0 to 4.</summary>
    public const int Clocks = 5;

    /// <summary>From the least bits: REALTIME, MONOTONIC, BOOTTIME and the ALARM clocks, relative, and eight places further the same absolute.</summary>
    private const uint BaseCodes = 0b10_00_10_01_00 << 16 | 0b10_00_10_01_01;

    /// <summary>Bytes of an id for each size code: the next id in order takes none.</summary>
    public static ReadOnlySpan<byte> IdSizes => [0, 1, 3, 8];

    /// <summary>The same without a look into memory.</summary>
    public static int IdSize(int code) => 0x8310 >> (code * 4) & 0xF;

    /// <summary>The index of a clock: its number without the gap between 1 and 7.</summary>
    public static int IndexOf(ClockId clock) => (int)clock <= 1 ? (int)clock : (int)clock - 5;

    /// <summary>The clock with an index.</summary>
    public static ClockId ClockAt(int index) => (ClockId)(index <= 1 ? index : index + 5);

    /// <summary>The base clock of a record whose clock is one (<see cref="ClockIds.QueueBase"/>): two bits each, by clock and absoluteness.</summary>
    public static ClockBase BaseOf(int kind) => (ClockBase)(BaseCodes >> ((kind & BaseMask) * 2) & 3);

    /// <summary>The code of the fewest bytes that hold an id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IdSizeCode(ulong id) => id == 0 ? 0 : id < 1UL << 8 ? 1 : id < 1UL << 24 ? 2 : 3;

    /// <summary>The fewest bytes that hold a number; none for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(ulong value) => (71 - System.Numerics.BitOperations.LeadingZeroCount(value)) >> 3;

    /// <summary>Small numbers of either sign become small ones without: 0, -1, 1, -2 … are 0, 1, 2, 3 …</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>The most that a plain record takes: one without ticks, first due point, remembered offset and name.</summary>
    public const int MaxPlainSize = MinSize + 3 * sizeof(ulong);

    /// <summary>Bytes behind a plain record of the greatest size that are read and not looked at, where its numbers are short.</summary>
    public const int MaxUnread = sizeof(ulong);

    /// <summary>Every plain record that is armed, not cancellable, and set as its flags say.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlainKind(int kind) =>
        (kind & (3 << StateShift | (int)SettimeFlags.CancelOnSet << FlagsShift)) == Armed << StateShift
        && ((kind >> AbsoluteShift ^ kind >> FlagsShift) & 1) == 0;
}

/// <summary>For each kind the reading that deadlines of such timers are told from; zero for clocks that are none.</summary>
[InlineArray(Kinds)]
internal struct RecordBases
{
    public const int Kinds = TimerRecord.BaseMask + 1;

    private long _first;

    public static RecordBases Of(in ClockReadings readings)
    {
        var bases = default(RecordBases);
        for (var kind = 0; kind < Kinds; kind++)
        {
            var index = kind & TimerRecord.ClockMask;
            bases[kind] = index < TimerRecord.Clocks
                ? readings[TimerRecord.ClockAt(index).QueueBase((kind & TimerRecord.Absolute) != 0)].Nanoseconds
                : 0;
        }

        return bases;
    }
}
