using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TimeNs.Timers;

/// <summary>
/// Where a timer stands in a slot or a run: the deadline that it was filed under, and the low half of its order then, of which the
/// low byte is the stamp that tells a later entry of the same timer from this one.
/// </summary>
internal readonly record struct QueueEntry(long Deadline, int Index, uint Stamp);

/// <summary>The same in a heap, which needs the whole order to keep it for good.</summary>
internal readonly record struct HeapEntry(long Deadline, ulong Order, int Index)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBefore(in HeapEntry other) => Deadline < other.Deadline || (Deadline == other.Deadline && Order < other.Order);
}

/// <summary>What an entry is found to be when it comes first.</summary>
internal enum Meeting
{
    /// <summary>The timer's deadline.</summary>
    Live,

    /// <summary>The timer was armed again, to later: the entry is filed anew.</summary>
    Moved,

    /// <summary>The timer was cancelled, or another entry holds its place.</summary>
    Stale,
}

/// <summary>What queues have done since their table was made, in entries: a bound on the work an expiration takes.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct QueueWork
{
    /// <summary>Entries put into a slot, by arming or from a larger slot.</summary>
    public long Filed;

    /// <summary>Entries put into a heap.</summary>
    public long Pushed;

    /// <summary>Entries sorted into a run.</summary>
    public long Sorted;

    /// <summary>Entries looked at in their turn, live or not.</summary>
    public long Met;

    /// <summary>Entries looked at to rebuild a queue.</summary>
    public long Rebuilt;

    /// <summary>Times that a queue was rebuilt.</summary>
    public long Rebuilds;

    public readonly long Total => Filed + Pushed + Sorted + Met + Rebuilt;
}
