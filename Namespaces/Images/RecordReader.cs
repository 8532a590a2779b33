using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.Unicode;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Images;

/// <summary>A record as most are: of an armed timer, not cancellable, without ticks and name; its wall offset is that of the image.</summary>
internal readonly record struct PlainRecord(long Id, long Deadline, long IntervalNs, int Kind)
{
    public ClockId Clock => TimerRecord.ClockAt(Kind & TimerRecord.ClockMask);

    public bool IsAbsolute => (Kind & TimerRecord.Absolute) != 0;

    public SettimeFlags Flags => (SettimeFlags)(Kind >> TimerRecord.FlagsShift & TimerRecord.FlagsMask);
}

/// <summary>Where a reader stands.</summary>
internal record struct RecordPlace(int At, int Index, long PreviousId);

/// <summary>
/// Reads records of version 1, one after another. It trusts nothing: what the checksum let through can still have been made by anyone.
/// </summary>
/// <remarks>
/// Two ways through a record. The short one takes only what is plain and breaks no rule of codes; it says no to all else, and then
/// the long one reads the same record from its first byte and finds the first fault. So there is one order of faults.
/// </remarks>
internal ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _end;
    private readonly RecordBases _bases;
    private readonly long _wallOffset;
    private int _at;
    private int _index;
    private long _previousId;

    /// <param name="bytes">The records, and at least eight bytes behind the last.</param>
    /// <param name="start">Where the first begins.</param>
    /// <param name="end">Where the last ends.</param>
    /// <param name="readings">What deadlines and wall offsets are told from.</param>
    public RecordReader(ReadOnlySpan<byte> bytes, int start, int end, in ClockReadings readings)
    {
        _bytes = bytes;
        _at = start;
        _end = end;
        _bases = RecordBases.Of(readings);
        _wallOffset = readings.WallOffset;
    }

    public RecordPlace Place
    {
        readonly get => new(_at, _index, _previousId);
        set => (_at, _index, _previousId) = value;
    }

    /// <summary>Where the next record begins, in bytes.</summary>
    public readonly int At => _at;

    /// <summary>The next timer, of whichever kind.</summary>
    /// <exception cref="ImageException">A record that is none.</exception>
    public TimerImage Next() => TryReadPlain(out var plain) ? Unpack(plain) : ReadTimer();

    /// <summary>Reads the next record if it is plain and well coded; else nothing is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadPlain(out PlainRecord record)
    {
        record = default;
        if (_end - _at < TimerRecord.MaxPlainSize)
        {
            return false;
        }

        var from = _bytes.Slice(_at, TimerRecord.MaxPlainSize + TimerRecord.MaxUnread);
        var kind = from[0];
        var presence = from[1];
        var lengths = from[2];
        var deadlineLength = lengths & TimerRecord.LengthMask;
        var intervalLength = lengths >> TimerRecord.IntervalShift;
        var idCode = presence >> TimerRecord.IdSizeShift;
        if (!TimerRecord.IsPlainKind(kind) || (kind & TimerRecord.ClockMask) >= TimerRecord.Clocks
            || (presence & TimerRecord.OtherThanId) != 0 || deadlineLength > sizeof(ulong) || intervalLength > sizeof(ulong))
        {
            return false;
        }

        var at = TimerRecord.MinSize;
        var idLength = TimerRecord.IdSize(idCode);
        var id = Low(BinaryPrimitives.ReadUInt64LittleEndian(from[at..]), idLength);
        at += idLength;
        var coded = Low(BinaryPrimitives.ReadUInt64LittleEndian(from[at..]), deadlineLength);
        at += deadlineLength;
        var interval = Low(BinaryPrimitives.ReadUInt64LittleEndian(from[at..]), intervalLength);
        var deadline = unchecked(_bases[kind & TimerRecord.BaseMask] + TimerRecord.UnZigZag(coded));
        if (TimerRecord.IdSizeCode(id) != idCode || TimerRecord.Length(coded) != deadlineLength || TimerRecord.Length(interval) != intervalLength
            || (ulong)deadline >= long.MaxValue || (long)interval < 0)
        {
            return false;
        }

        _at += at + intervalLength;
        _index++;
        _previousId = unchecked(_previousId + 1 + TimerRecord.UnZigZag(id));
        record = new PlainRecord(_previousId, deadline, (long)interval, kind);
        return true;
    }

    public readonly TimerImage Unpack(in PlainRecord record) => new()
    {
        Id = record.Id,
        Clock = record.Clock,
        IsAbsolute = record.IsAbsolute,
        Flags = record.Flags,
        IsArmed = true,
        Deadline = new ClockTime(record.Deadline),
        IntervalNs = record.IntervalNs,
        RememberedWallOffsetNs = _wallOffset,
    };

    /// <summary>Reads the next record.</summary>
    /// <exception cref="ImageException">It is none: the first field found so.</exception>
    public TimerImage ReadTimer()
    {
        Need(TimerRecord.MinSize, "record");
        var kind = _bytes[_at];
        var presence = _bytes[_at + 1];
        var lengths = _bytes[_at + 2];
        var clock = kind & TimerRecord.ClockMask;
        var state = kind >> TimerRecord.StateShift;
        var deadlineLength = lengths & TimerRecord.LengthMask;
        var intervalLength = lengths >> TimerRecord.IntervalShift;
        var isNever = deadlineLength == TimerRecord.Never;
        CheckCodes(clock, state, isNever ? 0 : deadlineLength, intervalLength, lengths);
        _at += TimerRecord.MinSize;

        var id = unchecked(_previousId + 1 + TimerRecord.UnZigZag(ReadId(presence >> TimerRecord.IdSizeShift)));
        var coded = ReadNumber(isNever ? 0 : deadlineLength, "deadline");
        var deadline = isNever ? long.MaxValue
            : state == TimerRecord.Disarmed ? 0
            : unchecked(_bases[kind & TimerRecord.BaseMask] + TimerRecord.UnZigZag(coded));
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
        var name = (presence & TimerRecord.HasName) != 0 ? ReadName() : null;
        _previousId = id;
        _index++;
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
            RememberedWallOffsetNs = unchecked(_wallOffset + remembered),
            Name = name,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong value, int bytes) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.ZeroHighBits(value, (ulong)bytes * 8)
        : bytes >= sizeof(ulong) ? value
        : value & ((1UL << (bytes * 8)) - 1);

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

    /// <summary>Up to eight bytes. Reading eight is safe at any point of the body, since there are as many behind it.</summary>
    private ulong ReadBytes(int length, string field)
    {
        Need(length, field);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]);
        _at += length;
        return Low(value, length);
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
            var part = _bytes[_at];
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
        var bytes = _bytes.Slice(_at, (int)length);
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
