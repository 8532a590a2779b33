using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TimeNs.Images;

/// <summary>Of which timer a record is, which still has no id in it, and when that was armed.</summary>
/// <param name="Sequence">Of arming.</param>
/// <param name="Id">The timer's.</param>
/// <param name="Start">Where the record begins.</param>
internal readonly record struct UnorderedRecord(long Sequence, long Id, int Start);

/// <summary>
/// The timers of a checkpoint as they were met, not as they were armed. A file has them in the order of arming, and tells each id from the
/// one before; to put them into that order is left until the namespace goes on.
/// </summary>
/// <param name="bytes">The records, without the bytes of their ids, one after another.</param>
/// <param name="length">How long they are.</param>
/// <param name="order">One for each of them, as they lie.</param>
internal sealed class UnorderedRecords(byte[] bytes, int length, UnorderedRecord[] order)
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;
    private const int KeyShift = 32;
    private const int Ahead = 12;

    public int Count => order.Length;

    /// <exception cref="ImageException">They take more than 2 GiB.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TimerRecords Arrange()
    {
        var places = InOrderOfArming();
        var buffer = new RecordBuffer(Count);
        var previousId = 0L;
        for (var i = 0; i < places.Length; i++)
        {
            PrefetchAhead(places, i);

            var place = places[i];
            ref readonly var record = ref order[place];
            var end = place + 1 < order.Length ? order[place + 1].Start : length;
            buffer.Take(Copy(bytes.AsSpan(record.Start, end - record.Start), buffer.Reserve(i), RecordWriter.IdCode(record.Id, previousId)));
            previousId = record.Id;
        }

        return new TimerRecords(buffer.Close(), 0, buffer.Length, Count, tally: null);
    }

    /// <summary>Asks for a record, and for what tells where a later one is.</summary>
    private void PrefetchAhead(int[] places, int i)
    {
        if (i + 2 * Ahead < places.Length)
        {
            Timers.Prefetch.Line(ref order[places[i + 2 * Ahead]]);
            Timers.Prefetch.Line(ref bytes[order[places[i + Ahead]].Start]);
        }
    }

    /// <summary>Copies a record and puts the id into it.</summary>
    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to, ulong id)
    {
        var code = TimerRecord.IdSizeCode(id);
        var size = TimerRecord.IdSize(code);
        from[..TimerRecord.MinSize].CopyTo(to);
        to[1] |= (byte)(code << TimerRecord.IdSizeShift);
        BinaryPrimitives.WriteUInt64LittleEndian(to[TimerRecord.MinSize..], id);
        from[TimerRecord.MinSize..].CopyTo(to[(TimerRecord.MinSize + size)..]);
        return from.Length + size;
    }

    private int[] InOrderOfArming()
    {
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (ref readonly var record in order.AsSpan())
        {
            least = Math.Min(least, record.Sequence);
            most = Math.Max(most, record.Sequence);
        }

        return most - least <= uint.MaxValue ? Distributed(least, (uint)(most - least)) : Compared();
    }

    /// <summary>By as many bits as the sequences differ in, eleven at a time: each with its place in one word, so that nothing is looked up.</summary>
    private int[] Distributed(long least, uint width)
    {
        var keys = GC.AllocateUninitializedArray<ulong>(order.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (ulong)(order[i].Sequence - least) << KeyShift | (uint)i;
        }

        var sorted = GC.AllocateUninitializedArray<ulong>(order.Length);
        var bits = 32 - BitOperations.LeadingZeroCount(width);
        for (var shift = 0; shift < bits; shift += DigitBits)
        {
            Distribute(keys, sorted, KeyShift + shift);
            (keys, sorted) = (sorted, keys);
        }

        return Array.ConvertAll(keys, static key => (int)(uint)key);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Distribute(ulong[] from, ulong[] to, int shift)
    {
        Span<int> starts = stackalloc int[Digits];
        starts.Clear();
        foreach (var key in from)
        {
            starts[(int)(key >> shift) & (Digits - 1)]++;
        }

        var start = 0;
        foreach (ref var count in starts)
        {
            (count, start) = (start, start + count);
        }

        foreach (var key in from)
        {
            to[starts[(int)(key >> shift) & (Digits - 1)]++] = key;
        }
    }

    /// <summary>Some were armed four billion armings before others.</summary>
    private int[] Compared()
    {
        var sequences = Array.ConvertAll(order, static record => record.Sequence);
        var places = Enumerable.Range(0, order.Length).ToArray();
        Array.Sort(sequences, places);
        return places;
    }
}
