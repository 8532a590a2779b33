using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using NodaTime;
using TimeNs.Bench.Load;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Bench;

/// <summary>
/// A change of time in a namespace full of armed timers, of which the change makes none due: a third of them each on REALTIME,
/// MONOTONIC and BOOTTIME, absolute. A row is one change, on the machine's own clocks.
/// </summary>
/// <remarks>
/// The peer is what a queue in host time would have to do: move the key of every timer and set the queue up again.
/// </remarks>
[MemoryDiagnoser]
[Description("offset change, clock set, freeze and thaw of a namespace with armed timers")]
public class TimeChangeBenchmarks
{
    private const long HourNs = 3_600_000_000_000;

    private readonly List<(int, long)> _moved = [];
    private TimeRuntime _runtime = null!;
    private RuntimeNamespace _namespace = null!;
    private PriorityQueue<int, long> _queue = null!;
    private NamespaceTimer[] _timers = [];
    private long _changes;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Target = nameof(PriorityQueue_Rekey))]
    public void SetupQueue()
    {
        var random = new Random(1);
        _queue = new PriorityQueue<int, long>(Enumerable.Range(0, Timers).Select(i => (i, HourNs + random.NextInt64(HourNs))));
        _moved.Capacity = Timers;
        _queue.TryPeek(out _, out var before);
        PriorityQueue_Rekey();
        _queue.TryPeek(out _, out var after);
        Check.Equal(before - 1, after, "the first deadline");
    }

    [GlobalCleanup(Target = nameof(PriorityQueue_Rekey))]
    public void CleanupQueue() => Check.Equal(Timers, _queue.Count, "timers in the queue");

    [GlobalSetup(Targets = [nameof(Namespace_SetOffsets), nameof(Namespace_SetRealtime), nameof(Namespace_FreezeThaw)])]
    public void SetupNamespace()
    {
        _runtime = TimeRuntime.Start(Kernels.Open());
        _namespace = _runtime.CreateNamespace("bench", new ClockOffsets(0, HourNs, HourNs));
        var random = new Random(1);
        ClockId[] clocks = [ClockId.Realtime, ClockId.Monotonic, ClockId.Boottime];
        _timers = [.. Enumerable.Range(0, Timers).Select(i => _namespace.CreateTimer(clocks[i % clocks.Length]))];
        foreach (var timer in _timers)
        {
            timer.Set(TimerSetting.At(_namespace.Read(timer.Clock).Plus(2 * HourNs + random.NextInt64(HourNs))));
        }

        VerifyOneOffset();
        Namespace_SetRealtime();
        VerifyFreeze();
    }

    [GlobalCleanup(Targets = [nameof(Namespace_SetOffsets), nameof(Namespace_SetRealtime), nameof(Namespace_FreezeThaw)])]
    public void CleanupNamespace()
    {
        Check.That(_changes > 0 && !_namespace.IsFrozen, "nothing was changed, or it is frozen");
        Check.Equal(0L, _runtime.Statistics.Expirations, "timers that fired");
        Check.Equal(Timers, _timers.Count(static t => t.Get().ValueNs > 0), "armed timers");
        _runtime.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void PriorityQueue_Rekey()
    {
        _moved.Clear();
        foreach (var (timer, deadline) in _queue.UnorderedItems)
        {
            _moved.Add((timer, deadline - 1));
        }

        _queue.Clear();
        _queue.EnqueueRange(_moved);
    }

    /// <summary>All three offsets grow by a microsecond.</summary>
    [Benchmark]
    public void Namespace_SetOffsets()
    {
        var by = ++_changes * 1_000;
        _namespace.SetOffsets(new ClockOffsets(by, HourNs + by, HourNs + by));
    }

    /// <summary>The wall clock is set to a second before or after the host's, in turn.</summary>
    [Benchmark]
    public void Namespace_SetRealtime() => _namespace.SetRealtime(
        _runtime.ReadClocks().Realtime.Plus(++_changes % 2 == 0 ? 1_000_000_000 : -1_000_000_000).ToInstant());

    [Benchmark]
    public void Namespace_FreezeThaw()
    {
        _changes++;
        _namespace.Freeze();
        _namespace.Thaw();
    }

    private void VerifyOneOffset()
    {
        Namespace_SetOffsets();
        Check.Equal(HourNs + 1_000 * _changes, _namespace.Offsets.MonotonicNs, "the offset");
    }

    private void VerifyFreeze()
    {
        var timer = _timers[1];
        _namespace.Freeze();
        var left = timer.Get().ValueNs;
        Check.Equal(left, timer.Get().ValueNs, "the time left of a frozen timer");
        _namespace.Thaw();
        Check.That(timer.Get().ValueNs < left, "the clocks stand after the thaw");
    }
}
