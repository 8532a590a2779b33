using System.Runtime.CompilerServices;
using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>
/// How many of an image's timers are armed to a deadline that comes, and the earliest deadline of them, for each kind of base clock and
/// absoluteness: what a restore must know to make its queues in one go.
/// </summary>
internal sealed class RecordTally
{
    private readonly int[] _armed = new int[RecordBases.Kinds];
    private readonly long[] _earliest = NoDeadlines();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int kind, long deadline)
    {
        var place = kind & TimerRecord.BaseMask;
        _armed[place]++;
        if (deadline < _earliest[place])
        {
            _earliest[place] = deadline;
        }
    }

    public void Add(in TimerImage timer)
    {
        if (timer.IsArmed && !timer.Deadline.IsNever)
        {
            Add(TimerRecord.IndexOf(timer.Clock) | (timer.IsAbsolute ? TimerRecord.Absolute : 0), timer.Deadline.Nanoseconds);
        }
    }

    /// <summary>How many are armed on a base, and before what none of them is, when the absolute ones are moved by a span.</summary>
    public (int Armed, long Earliest) On(ClockBase clock, long movedNs)
    {
        var (armed, earliest) = (0, long.MaxValue);
        for (var kind = 0; kind < RecordBases.Kinds; kind++)
        {
            var isAbsolute = (kind & TimerRecord.Absolute) != 0;
            if (_armed[kind] != 0 && TimerRecord.ClockAt(kind & TimerRecord.ClockMask).QueueBase(isAbsolute) == clock)
            {
                armed += _armed[kind];
                earliest = Math.Min(earliest, ClockTime.AddSaturating(_earliest[kind], isAbsolute ? movedNs : 0));
            }
        }

        return (armed, earliest);
    }

    private static long[] NoDeadlines()
    {
        var earliest = new long[RecordBases.Kinds];
        Array.Fill(earliest, long.MaxValue);
        return earliest;
    }
}
