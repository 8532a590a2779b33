using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Images;

namespace TimeNs.Bench.Load;

/// <summary>
/// The plain way to write timers down: an object each, one record of 40 bytes a timer, a checksum; and to read them again, ready to
/// fire: check, an object each, a priority queue made of them at once.
/// </summary>
internal sealed class RecordTimers
{
    private static readonly int s_size = Unsafe.SizeOf<Record>();

    private readonly Timer[] _timers;
    private readonly byte[] _bytes;

    public RecordTimers(NamespaceImage image)
    {
        _timers = [.. image.Timers.Select(static t => new Timer(t.Id, t.Deadline.Nanoseconds, t.IntervalNs, (long)t.Ticks, (int)t.Clock))];
        _bytes = new byte[_timers.Length * s_size + sizeof(ulong)];
    }

    /// <returns>How many bytes were written.</returns>
    public int Write()
    {
        var records = MemoryMarshal.Cast<byte, Record>(_bytes.AsSpan(sizeof(ulong)));
        for (var i = 0; i < _timers.Length; i++)
        {
            records[i] = _timers[i].ToRecord();
        }

        MemoryMarshal.Write(_bytes, Hash());
        return _bytes.Length;
    }

    /// <returns>How many timers wait in the queue.</returns>
    public int Read()
    {
        Check.Equal(MemoryMarshal.Read<ulong>(_bytes), Hash(), "the checksum");
        var records = MemoryMarshal.Cast<byte, Record>(_bytes.AsSpan(sizeof(ulong)));
        var queued = new (Timer, (long, long))[records.Length];
        for (var i = 0; i < records.Length; i++)
        {
            queued[i] = (Timer.From(records[i]), (records[i].DeadlineNs, i));
        }

        return new PriorityQueue<Timer, (long, long)>(queued).Count;
    }

    private ulong Hash() => XxHash3.HashToUInt64(_bytes.AsSpan(sizeof(ulong)));

    private record struct Record(long Id, long DeadlineNs, long IntervalNs, long Ticks, int Clock);

    private sealed class Timer(long id, long deadlineNs, long intervalNs, long ticks, int clock)
    {
        public static Timer From(in Record record) => new(record.Id, record.DeadlineNs, record.IntervalNs, record.Ticks, record.Clock);

        public Record ToRecord() => new(id, deadlineNs, intervalNs, ticks, clock);
    }
}
