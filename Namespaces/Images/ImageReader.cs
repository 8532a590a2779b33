using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>
/// Reads an image of version 1. It trusts nothing: what the checksum let through can still have been made by anyone.
/// </summary>
/// <remarks>
/// What is allocated is bounded by the bytes that are there, never by what they claim. A later version gets a reader of its
/// own beside this one, which stays as it is.
/// </remarks>
internal ref struct ImageReader
{
    private readonly ReadOnlySpan<byte> _file;
    private readonly int _end;
    private int _at;
    private int _index;

    private ImageReader(ReadOnlySpan<byte> file, in ImageFrame frame)
    {
        _file = file;
        _at = frame.BodyOffset;
        _end = frame.BodyEnd;
    }

    /// <exception cref="ImageException">Damaged or impossible: the first field found so.</exception>
    public static NamespaceImage Read(ReadOnlySpan<byte> file)
    {
        var frame = ImageFrame.Read(file);
        var header = ImageHeader.Parse(file.Slice(ImageFrame.PrologueSize, frame.HeaderLength), frame.BodyLength);
        var timers = Allocate((int)header.Timers, header.NextTimerId, out var keys);
        new ImageReader(file, frame).ReadTimers(timers, header.ToImage([]), keys);
        var image = header.ToImage(ImmutableCollectionsMarshal.AsImmutableArray(timers));
        image.IsChecked = true;
        return image;
    }

    /// <summary>The count has been held against the bytes that are there, but memory can still be short of it.</summary>
    private static TimerImage[] Allocate(int timers, long nextId, out TimerKeys keys)
    {
        try
        {
            keys = new TimerKeys(timers, nextId);
            return new TimerImage[timers];
        }
        catch (OutOfMemoryException)
        {
            throw new ImageException("timers", $"{timers} timers do not fit into memory", ImageFrame.PrologueSize);
        }
    }

    private void ReadTimers(Span<TimerImage> timers, NamespaceImage image, TimerKeys keys)
    {
        Span<long> bases = stackalloc long[TimerRecord.BaseMask + 1];
        TimerRecord.FillBases(bases, image.Readings);
        var wallOffset = image.Readings.WallOffset;
        var previousId = 0L;
        for (_index = 0; _index < timers.Length; _index++)
        {
            var start = _at;
            ref var timer = ref timers[_index];
            timer = ReadTimer(previousId, bases, wallOffset);
            ImageRules.CheckTimer(timer, _index, image, start);
            keys.Add(timer, _index, start);
            previousId = timer.Id;
        }

        if (_at != _end)
        {
            throw new ImageException("timers", $"{_end - _at} bytes after the last of {timers.Length} records", _at);
        }
    }

    private TimerImage ReadTimer(long previousId, scoped ReadOnlySpan<long> bases, long wallOffset)
    {
        Need(TimerRecord.MinSize, "record");
        var kind = _file[_at];
        var presence = _file[_at + 1];
        var lengths = _file[_at + 2];
        var clock = kind & TimerRecord.ClockMask;
        var state = kind >> TimerRecord.StateShift;
        var deadlineLength = lengths & TimerRecord.LengthMask;
        var intervalLength = lengths >> TimerRecord.IntervalShift;
        var isNever = deadlineLength == TimerRecord.Never;
        CheckCodes(clock, state, isNever ? 0 : deadlineLength, intervalLength, lengths);
        _at += TimerRecord.MinSize;

        var id = unchecked(previousId + 1 + TimerRecord.UnZigZag(ReadId(presence >> TimerRecord.IdSizeShift)));
        var coded = ReadNumber(isNever ? 0 : deadlineLength, "deadline");
        var deadline = isNever ? long.MaxValue
            : state == TimerRecord.Disarmed ? 0
            : unchecked(bases[kind & TimerRecord.BaseMask] + TimerRecord.UnZigZag(coded));
        if (deadline == long.MaxValue && !isNever)
        {
            throw Wrong("deadline", "never has a code of its own");
        }

        var interval = ReadNumber(intervalLength, "interval");
        var ticks = (presence & TimerRecord.HasTicks) != 0 ? ReadPresent("ticks") : 0;
        ClockTime? firstDue = (presence & TimerRecord.HasFirstDue) != 0
            ? new ClockTime(unchecked(deadline + TimerRecord.UnZigZag(ReadVarint("first_due"))))
            : null;
        var remembered = (presence & TimerRecord.HasRemembered) != 0 ? TimerRecord.UnZigZag(ReadPresent("remembered")) : 0;
        return new TimerImage
        {
            Id = id,
            Clock = TimerRecord.ClockAt(clock),
            IsAbsolute = (kind & TimerRecord.Absolute) != 0,
            Flags = (SettimeFlags)(kind >> TimerRecord.FlagsShift & TimerRecord.FlagsMask),
            IsArmed = state == TimerRecord.Armed,
            IsExpired = state == TimerRecord.Expired,
            Deadline = new ClockTime(deadline),
            IntervalNs = (long)interval,
            Ticks = ticks,
            FirstDue = firstDue,
            MightCancel = (presence & TimerRecord.MightCancel) != 0,
            IsCancelPending = (presence & TimerRecord.CancelPending) != 0,
            RememberedWallOffsetNs = unchecked(wallOffset + remembered),
            Name = (presence & TimerRecord.HasName) != 0 ? ReadName() : null,
        };
    }

    /// <summary>Refuses what the three bytes can say and no timer can be.</summary>
    private readonly void CheckCodes(int clock, int state, int deadlineLength, int intervalLength, int lengths)
    {
        if (clock >= TimerRecord.Clocks)
        {
            throw Wrong("clock", $"there is no clock with index {clock}");
        }

        if (state > TimerRecord.Expired)
        {
            throw Wrong("state", "armed and expired at once");
        }

        if (deadlineLength > 8 || intervalLength > 8)
        {
            throw Wrong("lengths", $"0x{lengths:x2} has a length that no number has", 2);
        }

        if (state == TimerRecord.Disarmed && (lengths & TimerRecord.LengthMask) != 0)
        {
            throw Wrong("deadline", "the timer is neither armed nor expired", 2);
        }
    }

    private ulong ReadId(int code)
    {
        var id = ReadBytes(TimerRecord.IdSizes[code], "id");
        return TimerRecord.IdSizeCode(id) == code ? id : throw Wrong("id", "in more bytes than it needs", -TimerRecord.IdSizes[code]);
    }

    private ulong ReadNumber(int length, string field)
    {
        var value = ReadBytes(length, field);
        return TimerRecord.Length(value) == length ? value : throw Wrong(field, "in more bytes than it needs", -length);
    }

    /// <summary>Up to eight bytes. Reading eight is safe at any point of the body, since the checksum stands after it.</summary>
    private ulong ReadBytes(int length, string field)
    {
        Need(length, field);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_file[_at..]);
        _at += length;
        return length == 8 ? value : value & ((1UL << (length * 8)) - 1);
    }

    /// <summary>A number that would not have been written if it were 0.</summary>
    private ulong ReadPresent(string field)
    {
        var start = _at;
        var value = ReadVarint(field);
        return value != 0 ? value : throw Wrong(field, "there, but zero", start - _at);
    }

    private ulong ReadVarint(string field)
    {
        var value = 0UL;
        for (var i = 0; i < TimerRecord.MaxVarint; i++)
        {
            Need(1, field);
            var part = _file[_at];
            if (i == TimerRecord.MaxVarint - 1 && part > 1)
            {
                throw Wrong(field, "more than 64 bits");
            }

            if (i > 0 && part == 0)
            {
                throw Wrong(field, "in more bytes than it needs");
            }

            _at++;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                break;
            }
        }

        return value;
    }

    private string ReadName()
    {
        var start = _at;
        var length = ReadVarint("name");
        if (length > TimerRecord.MaxNameBytes)
        {
            throw Wrong("name", $"{length} bytes are more than a name can have", start - _at);
        }

        Need((int)length, "name");
        var bytes = _file.Slice(_at, (int)length);
        if (!Utf8.IsValid(bytes))
        {
            throw Wrong("name", "not UTF-8");
        }

        _at += bytes.Length;
        return Encoding.UTF8.GetString(bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Need(int bytes, string field)
    {
        if (_end - _at < bytes)
        {
            throw Missing(bytes, field);
        }
    }

    private readonly ImageException Missing(int bytes, string field) => Wrong(field, $"needs {bytes} bytes where {_end - _at} are left");

    private readonly ImageException Wrong(string field, string reason, int from = 0) =>
        new($"timers[{_index}].{field}", reason, _at + from);
}
