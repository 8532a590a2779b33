using System.Numerics;

namespace TimeNs.Timers;

/// <summary>
/// Sorts a slot's entries into a run: by deadline, and where they are equal in the order in which they lie there.
/// </summary>
/// <remarks>
/// One counting pass over as many buckets as there are entries, about; then each is at most a few places from its own. Where
/// deadlines crowd into few buckets, those are merged instead, so that no distribution costs more than n log n.
/// </remarks>
internal sealed class EntrySorter
{
    private const int LeastBuckets = 16;
    private const int MostBuckets = 1 << 14;
    private const int Crowded = 32;

    private int[] _starts = [];
    private QueueEntry[] _scratch = [];
    private ulong[] _orders = new ulong[256];

    /// <summary>Sorts a slot, whose deadlines lie between two points, into a run of its size.</summary>
    public void Sort(EntryPool pool, in Slot slot, long least, long most, Span<QueueEntry> run)
    {
        var buckets = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)run.Length), LeastBuckets, MostBuckets);
        var width = unchecked((ulong)most - (ulong)least);
        var shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount(width) - BitOperations.Log2((uint)buckets));
        if (_starts.Length <= buckets)
        {
            _starts = new int[buckets + 1];
        }

        var starts = _starts.AsSpan(0, buckets + 1);
        starts.Clear();
        for (var walk = slot.Walk(pool); walk.Next();)
        {
            foreach (ref readonly var entry in walk.Entries)
            {
                starts[Bucket(entry.Deadline, least, shift) + 1]++;
            }
        }

        var largest = 0;
        for (var i = 1; i <= buckets; i++)
        {
            largest = Math.Max(largest, starts[i]);
            starts[i] += starts[i - 1];
        }

        for (var walk = slot.Walk(pool); walk.Next();)
        {
            foreach (ref readonly var entry in walk.Entries)
            {
                run[starts[Bucket(entry.Deadline, least, shift)]++] = entry;
            }
        }

        if (largest > Crowded)
        {
            SortCrowded(run, starts);
        }

        Insert(run);
    }

    /// <summary>Puts entries with equal deadlines into the order of arming, where they do not lie in it.</summary>
    public void SortTies(Span<QueueEntry> run, TimerStore store)
    {
        for (var start = 0; start < run.Length;)
        {
            var end = start + 1;
            while (end < run.Length && run[end].Deadline == run[start].Deadline)
            {
                end++;
            }

            if (end - start > 1)
            {
                SortByOrder(run[start..end], store);
            }

            start = end;
        }
    }

    private static int Bucket(long deadline, long least, int shift) => (int)(unchecked((ulong)deadline - (ulong)least) >> shift);

    /// <summary>After the scatter each bucket's start is the next one's.</summary>
    private void SortCrowded(Span<QueueEntry> run, ReadOnlySpan<int> ends)
    {
        var start = 0;
        foreach (var end in ends[..^1])
        {
            if (end - start > Crowded)
            {
                Merge(run[start..end]);
            }

            start = end;
        }
    }

    private static void Insert(Span<QueueEntry> run)
    {
        for (var i = 1; i < run.Length; i++)
        {
            if (run[i].Deadline >= run[i - 1].Deadline)
            {
                continue;
            }

            var entry = run[i];
            var at = i;
            do
            {
                run[at] = run[at - 1];
                at--;
            }
            while (at > 0 && run[at - 1].Deadline > entry.Deadline);
            run[at] = entry;
        }
    }

    private void Merge(Span<QueueEntry> run)
    {
        if (_scratch.Length < run.Length)
        {
            _scratch = new QueueEntry[BitOperations.RoundUpToPowerOf2((uint)run.Length)];
        }

        Merge(run, _scratch.AsSpan(0, run.Length));
    }

    private static void Merge(Span<QueueEntry> run, Span<QueueEntry> scratch)
    {
        if (run.Length <= Crowded)
        {
            Insert(run);
            return;
        }

        var middle = run.Length / 2;
        Merge(run[..middle], scratch[..middle]);
        Merge(run[middle..], scratch[middle..]);
        if (run[middle].Deadline >= run[middle - 1].Deadline)
        {
            return;
        }

        run.CopyTo(scratch);
        var (left, right) = (0, middle);
        foreach (ref var to in run)
        {
            to = right == run.Length || (left < middle && scratch[left].Deadline <= scratch[right].Deadline)
                ? scratch[left++]
                : scratch[right++];
        }
    }

    private void SortByOrder(Span<QueueEntry> ties, TimerStore store)
    {
        if (_orders.Length < ties.Length)
        {
            _orders = new ulong[BitOperations.RoundUpToPowerOf2((uint)ties.Length)];
        }

        var orders = _orders.AsSpan(0, ties.Length);
        var isSorted = true;
        for (var i = 0; i < ties.Length; i++)
        {
            orders[i] = store.At(ties[i].Index).Order;
            isSorted &= i == 0 || orders[i - 1] <= orders[i];
        }

        if (!isSorted)
        {
            orders.Sort(ties);
        }
    }
}
