using System.ComponentModel;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using NodaTime;
using TimeNs.Bench.Load;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Bench;

/// <summary>
/// What a caller pays to arm, move and cancel one of many live timers, chosen at random: the life of request timeouts, of which
/// nearly none fires. A row is one call, in the last group a pair.
/// </summary>
/// <remarks>
/// The timers of the namespace and <see cref="System.Threading.Timer"/> are thread-safe and wait to fire; the queues are
/// neither, and no thread waits for their heads. They show the cost of the order alone. Deadlines of the rows are read off the
/// machine's clock wherever the peer needs one.
/// </remarks>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[Description("arm, push out, re-arm and cancel among live timers, beside Timer.Change")]
public class ArmCancelBenchmarks
{
    private const string Rearm = "re-arm at random";
    private const string PushOut = "push out by 30 s";
    private const string Pair = "cancel, then arm";

    private const int Delays = 4_096;
    private const int LeastMs = 100_000;
    private const int MostMs = 1_000_000;
    private const int PushMs = 30_000;
    private const long NsPerMs = 1_000_000;

    private static readonly TimerSetting s_pushOut = TimerSetting.After(Duration.FromMilliseconds(PushMs));
    private static int s_fired;

    private readonly long[] _delayMs = new long[Delays];
    private readonly TimerSetting[] _setting = new TimerSetting[Delays];
    private FastRandom _random = new(1);
    private Timer[] _system = [];
    private LazyTimerQueue _lazy = null!;
    private PriorityQueue<int, (long, long)> _queue = null!;
    private long _sequence;
    private TimeRuntime _runtime = null!;
    private NamespaceTimer[] _timers = [];

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Targets = [nameof(Rearm_SystemTimer), nameof(PushOut_SystemTimer), nameof(Pair_SystemTimer)])]
    public void SetupSystem()
    {
        Begin();
        _system =
        [
            .. Enumerable.Range(0, Timers).Select(
                static _ => new Timer(static _ => Interlocked.Increment(ref s_fired), null, LeastMs, Timeout.Infinite)),
        ];
        Check.That(Rearm_SystemTimer() && PushOut_SystemTimer() && Pair_SystemTimer(), "a timer refused a change");
    }

    [GlobalCleanup(Targets = [nameof(Rearm_SystemTimer), nameof(PushOut_SystemTimer), nameof(Pair_SystemTimer)])]
    public void CleanupSystem()
    {
        Check.Equal(0, s_fired, "timers that fired");
        Check.That(Timer.ActiveCount >= Timers, $"{Timer.ActiveCount} timers are armed, {Timers} should be");
        Array.ForEach(_system, static t => t.Dispose());
    }

    [GlobalSetup(Targets = [nameof(Rearm_PriorityQueue), nameof(PushOut_PriorityQueue), nameof(Pair_PriorityQueue)])]
    public void SetupLazy()
    {
        Begin();
        _lazy = new LazyTimerQueue(Timers);
        for (var i = 0; i < Timers; i++)
        {
            _lazy.Set(i, Deadline(LeastMs));
        }

        var changes = _lazy.Changes;
        Rearm_PriorityQueue();
        PushOut_PriorityQueue();
        Pair_PriorityQueue();
        Check.Equal(changes + 4, _lazy.Changes, "changes");
        CleanupLazy();
    }

    [GlobalCleanup(Targets = [nameof(Rearm_PriorityQueue), nameof(PushOut_PriorityQueue), nameof(Pair_PriorityQueue)])]
    public void CleanupLazy()
    {
        Check.Equal(Timers, _lazy.Live, "live timers");
        Check.Equal(Timers, _lazy.CountLive(), "live entries");
    }

    [GlobalSetup(Target = nameof(Pair_PriorityQueue_Remove))]
    public void SetupQueue()
    {
        Begin();
        _queue = new PriorityQueue<int, (long, long)>(Timers);
        for (var i = 0; i < Timers; i++)
        {
            _queue.Enqueue(i, (Deadline(_delayMs[_random.Next(Delays)]), ++_sequence));
        }

        Check.That(Pair_PriorityQueue_Remove(), "the timer was not found");
    }

    [GlobalCleanup(Target = nameof(Pair_PriorityQueue_Remove))]
    public void CleanupQueue() => Check.Equal(Timers, _queue.Count, "timers in the queue");

    [GlobalSetup(Targets = [nameof(Rearm_Namespace), nameof(PushOut_Namespace), nameof(Pair_Namespace)])]
    public void SetupNamespace()
    {
        Begin();
        _runtime = TimeRuntime.Start(Kernels.Open());
        var ns = _runtime.CreateNamespace("bench", new ClockOffsets(0, 7_200_000_000_000, 0));
        _timers = [.. Enumerable.Range(0, Timers).Select(_ => ns.CreateTimer(ClockId.Monotonic))];
        VerifyNamespace();
        Array.ForEach(_timers, t => t.Set(_setting[_random.Next(Delays)]));
    }

    [GlobalCleanup(Targets = [nameof(Rearm_Namespace), nameof(PushOut_Namespace), nameof(Pair_Namespace)])]
    public void CleanupNamespace()
    {
        Check.Equal(0L, _runtime.Statistics.Expirations, "timers that fired");
        Check.That(Array.TrueForAll(_timers, static t => t.Get().ValueNs > 0), "a timer was left disarmed");
        _runtime.Dispose();
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Rearm)]
    public bool Rearm_SystemTimer() => _system[_random.Next(Timers)].Change(_delayMs[_random.Next(Delays)], Timeout.Infinite);

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_PriorityQueue() => _lazy.Set(_random.Next(Timers), Deadline(_delayMs[_random.Next(Delays)]));

    [Benchmark, BenchmarkCategory(Rearm)]
    public SettimeResult Rearm_Namespace() => _timers[_random.Next(Timers)].Set(_setting[_random.Next(Delays)]);

    [Benchmark(Baseline = true), BenchmarkCategory(PushOut)]
    public bool PushOut_SystemTimer() => _system[_random.Next(Timers)].Change(PushMs, Timeout.Infinite);

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_PriorityQueue() => _lazy.Set(_random.Next(Timers), Deadline(PushMs));

    [Benchmark, BenchmarkCategory(PushOut)]
    public SettimeResult PushOut_Namespace() => _timers[_random.Next(Timers)].Set(s_pushOut);

    [Benchmark(Baseline = true), BenchmarkCategory(Pair)]
    public bool Pair_SystemTimer()
    {
        var timer = _system[_random.Next(Timers)];
        return timer.Change(Timeout.Infinite, Timeout.Infinite) && timer.Change(_delayMs[_random.Next(Delays)], Timeout.Infinite);
    }

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_PriorityQueue()
    {
        var timer = _random.Next(Timers);
        _lazy.Cancel(timer);
        _lazy.Set(timer, Deadline(_delayMs[_random.Next(Delays)]));
    }

    [Benchmark, BenchmarkCategory(Pair)]
    public bool Pair_PriorityQueue_Remove()
    {
        var timer = _random.Next(Timers);
        var removed = _queue.Remove(timer, out _, out _);
        _queue.Enqueue(timer, (Deadline(_delayMs[_random.Next(Delays)]), ++_sequence));
        return removed;
    }

    [Benchmark, BenchmarkCategory(Pair)]
    public SettimeResult Pair_Namespace()
    {
        var timer = _timers[_random.Next(Timers)];
        var canceled = timer.Set(TimerSetting.Disarmed);
        timer.Set(_setting[_random.Next(Delays)]);
        return canceled;
    }

    private static long Deadline(long delayMs) => Stopwatch.GetTimestamp() + delayMs * NsPerMs;

    private void Begin()
    {
        Check.Equal(1_000_000_000L, Stopwatch.Frequency, "Stopwatch ticks a second");
        for (var i = 0; i < Delays; i++)
        {
            _delayMs[i] = LeastMs + _random.Next(MostMs - LeastMs);
            _setting[i] = TimerSetting.After(Duration.FromMilliseconds(_delayMs[i]));
        }
    }

    /// <summary>Each of the three does to some timer what it says. Leaves them armed.</summary>
    private void VerifyNamespace()
    {
        SetAll(TimerSetting.Disarmed);
        Rearm_Namespace();
        Check.Equal(1, CountBetween(LeastMs - PushMs, MostMs), "timers armed at random");

        SetAll(_setting[0]);
        PushOut_Namespace();
        Check.Equal(1, CountBetween(0, PushMs), "timers pushed out");

        SetAll(_setting[0]);
        var canceledMs = Pair_Namespace().Old.Value.TotalMilliseconds;
        Check.That(canceledMs is > LeastMs - PushMs and <= MostMs, $"a timer was cancelled {canceledMs} ms before its deadline");
        Check.Equal(Timers, CountBetween(0, MostMs), "timers armed");
    }

    private void SetAll(TimerSetting setting) => Array.ForEach(_timers, t => t.Set(setting));

    private int CountBetween(int overMs, int upToMs) =>
        _timers.Select(static t => t.Get().ValueNs).Count(left => left > overMs * NsPerMs && left <= upToMs * NsPerMs);
}
