using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>The pure core with a <see cref="PeriodicLoad"/>, every timer watched, in a namespace with offsets.</summary>
internal sealed class TableLoad
{
    private static readonly ClockOffsets s_offsets = new(3_600_000_000_000, 7_200_000_000_000, 7_200_000_000_000);
    private static readonly ClockReadings s_start = new(
        new ClockTime(1_767_225_600_000_000_000), new ClockTime(1_000_000_000_000), new ClockTime(1_000_000_000_000));

    private readonly NamespaceTable _table = new();
    private readonly DeliveryBatch _batch = new();
    private ClockReadings _now = s_start;

    public TableLoad(PeriodicLoad load, Func<int, object>? told = null)
    {
        var ns = _table.Create("bench", s_offsets, _now);
        var inside = ns.ReadAt(_now).Monotonic;
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            var timer = ns.CreateTimer(ClockId.Monotonic, null, _now);
            _table.Store.SetTold(timer.Index, told?.Invoke(i));
            ns.Watch(timer, true);
            ns.ArmAt(timer, inside.Plus(load.FirstNs[i]), load.IntervalNs[i], _now);
        }
    }

    /// <summary>Since the start.</summary>
    public long ElapsedNs => _now.Monotonic.Since(s_start.Monotonic);

    public void Step(long nanoseconds) => _now = _now.Plus(nanoseconds);

    public void StepToNextDeadline() =>
        Step(_table.NextDeadline(ClockBase.Monotonic).Since(_now.Monotonic));

    /// <summary>Expires what is due and reads it for the watchers; valid until the next call.</summary>
    public ReadOnlySpan<Delivery> Expire()
    {
        _batch.Clear();
        _table.ExpireAndCollect(_now, _batch);
        return _batch.Items;
    }
}
