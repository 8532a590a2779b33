using System.Runtime.CompilerServices;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs;

/// <content>How a new namespace gets the timers of an image: one pass, and then its queues find their heads.</content>
internal sealed partial class TimeNamespace
{
    private const int NodesAhead = 12;

    /// <summary>Fills a new namespace from an image (<see cref="NamespaceTable.Restore"/>).</summary>
    internal void Load(NamespaceImage image, RestorePolicy policy, in ClockReadings host)
    {
        var now = ReadAt(host);
        var records = image.Records;
        var cancellable = new List<TimerState>();
        HasHadTimers = image.HasHadTimers;
        _nextId = image.NextTimerId;
        _timers.Expect(records.Count);
        _store.Reserve(records.Count);
        ExpectArmed(records.Tally(image.Readings), image, now);
        LoadTimers(records, image, policy, now, cancellable);
        UpdateHeads();
        if (now.WallOffset != image.Readings.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(t => (t, now.WallOffset)));
        }
    }

    /// <summary>
    /// A timer that is armed and nothing else, of which nothing changes on the way, is made ready in one go. A restore is rare and
    /// long, so its loop is compiled well at once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadTimers(TimerRecords records, NamespaceImage image, RestorePolicy policy, in ClockReadings now, List<TimerState> cancellable)
    {
        var reader = records.Read(image.Readings);
        var wallOffset = image.Readings.WallOffset;
        var movesAbsolute = image.Absolute == AbsoluteTimers.Relative;
        var previous = -1;
        for (var i = 0; i < records.Count; i++)
        {
            if (!reader.TryReadPlain(out var plain))
            {
                LoadTimer(reader.ReadTimer(), image, policy, now, cancellable);
            }
            else if (plain.Id > uint.MaxValue || policy.Missed != MissedTicks.Count || (movesAbsolute && plain.IsAbsolute))
            {
                LoadTimer(reader.Unpack(plain), image, policy, now, cancellable);
            }
            else
            {
                previous = LoadPlain(plain, wallOffset, previous);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int LoadPlain(in PlainRecord record, long wallOffset, int previous)
    {
        var index = _store.Take();
        _store.PrefetchNear(index, index > previous ? NodesAhead : -NodesAhead);
        ref var node = ref _store.At(index);
        var queue = _queues[(int)TimerRecord.BaseOf(record.Kind)]!;
        node.BeginQueued(record.Kind, queue.Clock, StoreIndex, _table.NextSequence());
        node.Deadline = record.Deadline;
        node.IntervalNs = record.IntervalNs;
        node.RememberedWallOffset = wallOffset;
        node.ShortId = (uint)record.Id;
        _timers.Add(record.Id, index);
        queue.AddStamped(index, node);
        return index;
    }

    private void LoadTimer(in TimerImage saved, NamespaceImage image, RestorePolicy policy, in ClockReadings now, List<TimerState> cancellable)
    {
        var index = Register(saved.Clock, saved.Id, saved.Name, saved.RememberedWallOffsetNs);
        ref var node = ref _store.At(index);
        Put(ref node, saved);
        if (saved.MightCancel)
        {
            node.Set(TimerNode.MightCancel, true);
            (_cancelList ??= []).Add(index);
            if (node.IsAlive)
            {
                cancellable.Add(new TimerState(this, index));
            }
        }

        if (image.Absolute == AbsoluteTimers.Relative && node.IsAbsolute)
        {
            node.ShiftWithClock(now[node.Base].Since(image.Readings[node.Base]));
        }
        else
        {
            Carry(index, ref node, image.Readings, now, policy.Missed);
        }

        if (node.IsArmed)
        {
            QueueOf(node.Base).AddNewest(index, ref node);
        }
    }

    private void ExpectArmed(RecordTally tally, NamespaceImage image, in ClockReadings now)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            var moved = image.Absolute == AbsoluteTimers.Relative ? now[clock].Since(image.Readings[clock]) : 0;
            var (armed, earliest) = tally.On(clock, moved);
            if (armed != 0)
            {
                QueueOf(clock).Expect(armed, earliest);
            }
        }
    }

    /// <summary>Puts back what an image kept.</summary>
    private static void Put(ref TimerNode node, in TimerImage image)
    {
        node.SetAbsolute(image.IsAbsolute);
        node.Deadline = image.Deadline.Nanoseconds;
        node.IntervalNs = image.IntervalNs;
        node.Set(TimerNode.Armed, image.IsArmed);
        node.Set(TimerNode.Expired, image.IsExpired);
        node.Ticks = image.Ticks;
        node.ShowFlags(image.Flags);
        node.Set(TimerNode.CancelPending, image.IsCancelPending);
        node.FirstDue = image.FirstDue?.Nanoseconds;
    }
}
