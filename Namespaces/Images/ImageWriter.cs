using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>
/// Writes an image of version 1 into one rented buffer: header, then record after record, then the frame about them. Every rule
/// is checked before, so that whatever was written can be read.
/// </summary>
/// <remarks>Numbers are stored eight bytes wide and the next one is put over what was too much: no branch on a length.</remarks>
internal sealed class ImageWriter(int expectedTimers) : IDisposable
{
    /// <summary>What an armed periodic timer takes, about.</summary>
    private const int TypicalSize = 18;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, 2048 + (long)expectedTimers * TypicalSize));
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <exception cref="ImageException">An impossible image, or one of more than 2 GiB.</exception>
    public void Write(NamespaceImage image)
    {
        ImageRules.Check(image);
        var header = ImageHeader.Of(image).ToJson();
        _length = ImageFrame.PrologueSize;
        header.CopyTo(Reserve(header.Length));
        _length += header.Length;
        WriteTimers(image);
        var frame = new ImageFrame(header.Length, _length - ImageFrame.PrologueSize - header.Length);
        Reserve(ImageFrame.ChecksumSize);
        _length += ImageFrame.ChecksumSize;
        frame.Seal(_buffer.AsSpan(0, _length));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void WriteTimers(NamespaceImage image)
    {
        Span<long> bases = stackalloc long[TimerRecord.BaseMask + 1];
        TimerRecord.FillBases(bases, image.Readings);
        var timers = image.Timers.AsSpan();
        var wallOffset = image.Readings.WallOffset;
        var previousId = 0L;
        for (var i = 0; i < timers.Length; i++)
        {
            ref readonly var timer = ref timers[i];
            _length += WriteTimer(Reserve(TimerRecord.MaxSize), timer, previousId, bases, wallOffset);
            previousId = timer.Id;
        }
    }

    private static int WriteTimer(Span<byte> to, in TimerImage timer, long previousId, ReadOnlySpan<long> bases, long wallOffset)
    {
        var kind = Kind(timer);
        var isNever = timer.Deadline.IsNever;
        var isSet = timer.IsArmed || timer.IsExpired;
        var id = TimerRecord.ZigZag(unchecked(timer.Id - previousId - 1));
        var deadline = isSet && !isNever
            ? TimerRecord.ZigZag(unchecked(timer.Deadline.Nanoseconds - bases[kind & TimerRecord.BaseMask]))
            : 0;
        var interval = (ulong)timer.IntervalNs;
        var remembered = TimerRecord.ZigZag(unchecked(timer.RememberedWallOffsetNs - wallOffset));
        var idCode = TimerRecord.IdSizeCode(id);
        var deadlineLength = TimerRecord.Length(deadline);
        var intervalLength = TimerRecord.Length(interval);
        var presence = Presence(timer, remembered);

        to[0] = (byte)kind;
        to[1] = (byte)(presence | idCode << TimerRecord.IdSizeShift);
        to[2] = (byte)((isNever ? TimerRecord.Never : deadlineLength) | intervalLength << TimerRecord.IntervalShift);
        var at = 3;
        BinaryPrimitives.WriteUInt64LittleEndian(to[at..], id);
        at += TimerRecord.IdSizes[idCode];
        BinaryPrimitives.WriteUInt64LittleEndian(to[at..], deadline);
        at += deadlineLength;
        BinaryPrimitives.WriteUInt64LittleEndian(to[at..], interval);
        at += intervalLength;
        return (presence & TimerRecord.HasTail) == 0 ? at : at + WriteTail(to[at..], timer, remembered);
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

    /// <summary>At least this many bytes after what was written.</summary>
    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            Grow(bytes);
        }

        return _buffer.AsSpan(_length);
    }

    private void Grow(int bytes)
    {
        var needed = (long)_length + bytes;
        if (needed > Array.MaxLength)
        {
            throw new ImageException("timers", "more than fit into an image of 2 GiB");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
