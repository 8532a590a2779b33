using CsCheck;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>One change of an image's records that knows where each begins and what its first three bytes mean.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="At">Which record it is done to.</param>
/// <param name="With">Which other record, bit or byte it is done with.</param>
internal readonly record struct RecordMutation(int Kind, int At, int With)
{
    private const int Kinds = 8;

    public static Gen<RecordMutation> Any { get; } = Gen.Select(Gen.Int[0, Kinds - 1], Gen.Int[0, 50], Gen.Int[0, 255], static (kind, at, with) => new RecordMutation(kind, at, with));

    /// <summary>The records one by one.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> body)
    {
        var records = new List<byte[]>();
        while (!body.IsEmpty)
        {
            var length = Length(body);
            records.Add(body[..length].ToArray());
            body = body[length..];
        }

        return records;
    }

    public void Change(List<byte[]> records)
    {
        if (records.Count == 0)
        {
            return;
        }

        var at = At % records.Count;
        var record = records[at];
        switch (Kind)
        {
            case 0:
                records.RemoveAt(at);
                break;
            case 1:
                records.Insert(With % records.Count, record);
                break;
            case 2:
                (records[at], records[With % records.Count]) = (records[With % records.Count], record);
                break;
            case 3:
                record[0] ^= (byte)(1 << (With % 8));
                break;
            case 4:
                record[1] ^= (byte)(1 << (With % 8));
                break;
            case 5:
                record[2] = (byte)With;
                break;
            case 6:
                record[(At + With) % record.Length] = (byte)(With % 3 == 0 ? 0xFF : With);
                break;
            default:
                var place = Math.Min(record.Length, TimerRecord.MinSize + (With % 16));
                records[at] = [.. record[..place], (byte)(With % 2 == 0 ? 0 : 0x80 | With), .. record[place..]];
                break;
        }
    }

    private static int Length(ReadOnlySpan<byte> at)
    {
        var (presence, lengths) = (at[1], at[2]);
        var deadline = lengths & TimerRecord.LengthMask;
        var end = TimerRecord.MinSize + TimerRecord.IdSizes[presence >> TimerRecord.IdSizeShift]
            + (deadline == TimerRecord.Never ? 0 : deadline) + (lengths >> TimerRecord.IntervalShift);
        foreach (var part in (int[])[TimerRecord.HasTicks, TimerRecord.HasFirstDue, TimerRecord.HasRemembered, TimerRecord.HasName])
        {
            end = (presence & part) == 0 ? end : AfterVarint(at, end, out var value) + (part == TimerRecord.HasName ? (int)value : 0);
        }

        return end;
    }

    private static int AfterVarint(ReadOnlySpan<byte> at, int start, out ulong value)
    {
        value = 0;
        for (var i = 0; ; i++)
        {
            value |= (ulong)(at[start + i] & 0x7F) << (7 * i);
            if (at[start + i] < 0x80)
            {
                return start + i + 1;
            }
        }
    }
}
