using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>Writes records of version 1 (<see cref="TimerRecord"/>), of timers whose rules have been checked.</summary>
/// <remarks>Numbers are stored eight bytes wide and the next one is put over what was too much: no branch on a length.</remarks>
internal readonly struct RecordWriter(in ClockReadings readings)
{
    private readonly RecordBases _bases = RecordBases.Of(readings);
    private readonly long _wallOffset = readings.WallOffset;
    private readonly byte[] _kinds = TimerNode.PlainKinds;

    /// <summary>The code of an id.</summary>
    public static ulong IdCode(long id, long previousId) => TimerRecord.ZigZag(unchecked(id - previousId - 1));

    /// <summary>A live timer whose record is plain: then it breaks no rule either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPlain(in TimerNode node) =>
        (node.State & TimerNode.Unplain) == TimerNode.Armed
        && node.Ticks == 0
        && node.RememberedWallOffset == _wallOffset
        && (ulong)node.Deadline < long.MaxValue
        && node.IntervalNs >= 0
        && _kinds[node.KindCode] != 0;

    /// <summary>Writes a plain timer's record.</summary>
    /// <param name="to">Room for <see cref="TimerRecord.MaxPlainSize"/> bytes.</param>
    /// <param name="node">The timer.</param>
    /// <param name="id">The code of its id.</param>
    /// <returns>Its size in bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WritePlain(ref byte to, in TimerNode node, ulong id)
    {
        int kind = _kinds[node.KindCode];
        var deadline = TimerRecord.ZigZag(unchecked(node.Deadline - _bases[kind & TimerRecord.BaseMask]));
        var deadlineLength = TimerRecord.Length(deadline);
        return WriteNumbers(ref to, kind, 0, id, deadline, deadlineLength, (ulong)node.IntervalNs, deadlineLength);
    }

    /// <summary>Writes any timer's record.</summary>
    /// <returns>Its size in bytes.</returns>
    public int Write(Span<byte> to, in TimerImage timer, ulong id)
    {
        var kind = Kind(timer);
        var isNever = timer.Deadline.IsNever;
        var isSet = timer.IsArmed || timer.IsExpired;
        var deadline = isSet && !isNever
            ? TimerRecord.ZigZag(unchecked(timer.Deadline.Nanoseconds - _bases[kind & TimerRecord.BaseMask]))
            : 0;
        var remembered = TimerRecord.ZigZag(unchecked(timer.RememberedWallOffsetNs - _wallOffset));
        var presence = Presence(timer, remembered);
        var deadlineLength = TimerRecord.Length(deadline);
        ref var start = ref MemoryMarshal.GetReference(to[..TimerRecord.MaxSize]);
        var at = WriteNumbers(ref start, kind, presence, id, deadline, deadlineLength, (ulong)timer.IntervalNs, isNever ? TimerRecord.Never : deadlineLength);
        return (presence & TimerRecord.HasTail) == 0 ? at : at + WriteTail(to[at..], timer, remembered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteNumbers(
        ref byte to, int kind, int presence, ulong id, ulong deadline, int deadlineLength, ulong interval, int deadlineCode)
    {
        var idCode = TimerRecord.IdSizeCode(id);
        var intervalLength = TimerRecord.Length(interval);
        var lengths = deadlineCode | intervalLength << TimerRecord.IntervalShift;
        Put(ref to, 0, (uint)(kind | (presence | idCode << TimerRecord.IdSizeShift) << 8 | lengths << 16));
        Put(ref to, TimerRecord.MinSize, id);
        var at = TimerRecord.MinSize + TimerRecord.IdSize(idCode);
        Put(ref to, at, deadline);
        at += deadlineLength;
        Put(ref to, at, interval);
        return at + intervalLength;
    }

    /// <summary>The three lengths together are within <see cref="TimerRecord.MaxPlainSize"/>, and so much room there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(ref byte from, int at, T value)
        where T : unmanaged
    {
        Debug.Assert(BitConverter.IsLittleEndian, "as every machine that .NET runs on");
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref from, at), value);
    }

    private static int Kind(in TimerImage timer) =>
        TimerRecord.IndexOf(timer.Clock)
        | (timer.IsAbsolute ? 1 : 0) * TimerRecord.Absolute
        | (int)timer.Flags << TimerRecord.FlagsShift
        | (timer.IsArmed ? 1 : 0) * TimerRecord.Armed << TimerRecord.StateShift
        | (timer.IsExpired ? 1 : 0) * TimerRecord.Expired << TimerRecord.StateShift;

    private static int Presence(in TimerImage timer, ulong remembered) =>
        (timer.Ticks != 0 ? 1 : 0) * TimerRecord.HasTicks
        | (timer.FirstDue.HasValue ? 1 : 0) * TimerRecord.HasFirstDue
        | (remembered != 0 ? 1 : 0) * TimerRecord.HasRemembered
        | (timer.Name is not null ? 1 : 0) * TimerRecord.HasName
        | (timer.MightCancel ? 1 : 0) * TimerRecord.MightCancel
        | (timer.IsCancelPending ? 1 : 0) * TimerRecord.CancelPending;

    /// <summary>What few timers have.</summary>
    private static int WriteTail(Span<byte> to, in TimerImage timer, ulong remembered)
    {
        var at = 0;
        if (timer.Ticks != 0)
        {
            at += WriteVarint(to, timer.Ticks);
        }

        if (timer.FirstDue is { } due)
        {
            at += WriteVarint(to[at..], TimerRecord.ZigZag(unchecked(due.Nanoseconds - timer.Deadline.Nanoseconds)));
        }

        if (remembered != 0)
        {
            at += WriteVarint(to[at..], remembered);
        }

        if (timer.Name is { } name)
        {
            at += WriteVarint(to[at..], (ulong)Encoding.UTF8.GetByteCount(name));
            at += Encoding.UTF8.GetBytes(name, to[at..]);
        }

        return at;
    }

    private static int WriteVarint(Span<byte> to, ulong value)
    {
        var at = 0;
        for (; value > 0x7F; value >>= 7)
        {
            to[at++] = (byte)(value | 0x80);
        }

        to[at++] = (byte)value;
        return at;
    }
}
