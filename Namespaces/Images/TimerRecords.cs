using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>
/// The timers of an image as the records that a file of version 1 holds: some eleven bytes a timer, where the same unpacked takes
/// ninety. All rules have been checked. What they say never changes.
/// </summary>
/// <param name="bytes">The records lie in it, and at least eight bytes of whatever behind them.</param>
/// <param name="start">Where they begin.</param>
/// <param name="length">How long they are.</param>
/// <param name="count">How many they are.</param>
/// <param name="tally">Of them, where somebody has counted.</param>
internal sealed class TimerRecords(byte[] bytes, int start, int length, int count, RecordTally? tally)
{
    /// <summary>So many bytes after the records can be read.</summary>
    public const int Slack = sizeof(ulong);

    private const int Batch = 64;

    private RecordTally? _tally = tally;

    public int Count => count;

    public int Length => length;

    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(start, length);

    /// <summary>From timers whose rules have been checked.</summary>
    /// <exception cref="ImageException">They take more than 2 GiB.</exception>
    public static TimerRecords Of(ReadOnlySpan<TimerImage> timers, in ClockReadings readings)
    {
        var writer = new RecordWriter(readings);
        var buffer = new RecordBuffer(timers.Length);
        var tally = new RecordTally();
        var previousId = 0L;
        for (var i = 0; i < timers.Length; i++)
        {
            ref readonly var timer = ref timers[i];
            buffer.Take(writer.Write(buffer.Reserve(i), timer, RecordWriter.IdCode(timer.Id, previousId)));
            tally.Add(timer);
            previousId = timer.Id;
        }

        return new TimerRecords(buffer.Close(), 0, buffer.Length, timers.Length, tally);
    }

    /// <summary>What is armed among them. A checkpoint does not count it: most are written to a file, and the namespace waits.</summary>
    public RecordTally Tally(in ClockReadings readings) => _tally ??= CountArmed(readings);

    /// <summary>Reads them again, from the first on.</summary>
    public RecordReader Read(in ClockReadings readings) => new(bytes.AsSpan(start, length + Slack), 0, length, readings);

    /// <summary>All of them, unpacked.</summary>
    public ImmutableArray<TimerImage> Unpack(in ClockReadings readings)
    {
        var timers = new TimerImage[Count];
        var reader = Read(readings);
        foreach (ref var timer in timers.AsSpan())
        {
            timer = reader.Next();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(timers);
    }

    /// <summary>One after another, unpacked a few at a time.</summary>
    public IEnumerable<TimerImage> Walk(ClockReadings readings)
    {
        var some = new TimerImage[Math.Min(Batch, Count)];
        var place = default(RecordPlace);
        while (place.Index < Count)
        {
            var read = Some(some, ref place, readings);
            for (var i = 0; i < read; i++)
            {
                yield return some[i];
            }
        }
    }

    private int Some(Span<TimerImage> to, ref RecordPlace place, in ClockReadings readings)
    {
        var reader = Read(readings);
        reader.Place = place;
        to = to[..Math.Min(to.Length, Count - place.Index)];
        foreach (ref var timer in to)
        {
            timer = reader.Next();
        }

        place = reader.Place;
        return to.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private RecordTally CountArmed(in ClockReadings readings)
    {
        var counted = new RecordTally();
        var reader = Read(readings);
        for (var i = 0; i < count; i++)
        {
            if (reader.TryReadPlain(out var plain))
            {
                counted.Add(plain.Kind, plain.Deadline);
            }
            else
            {
                counted.Add(reader.ReadTimer());
            }
        }

        return counted;
    }
}
