using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Bench;

/// <summary>
/// As <see cref="ExpireForwardBenchmarks"/>, and every expiration is told to an observer of the timer's own. A row is the time
/// of one expiration.
/// </summary>
/// <remarks>
/// <see cref="Runtime"/> is the whole path: simulated kernel, engine thread, lock, batch, OnNext. It walks from deadline to
/// deadline, so a batch is one tick nearly always: the worst case for an engine that is made for batches.
/// <see cref="Runtime_Batches"/> is the same path where the clocks go by milliseconds, as on a machine that is busy.
/// </remarks>
[MemoryDiagnoser]
[Description("the same with an observer a timer, also through the engine in simulated time")]
public class DeliverBenchmarks
{
    internal const int Expirations = 100_000;
    private const long BatchNs = 1_000_000;

    private readonly Func<int, CountingObserver> _observer;
    private Tally _tally = null!;
    private CountingObserver[] _observers = [];
    private QueueLoad _queue = null!;
    private TableLoad _table = null!;
    private RuntimeLoad? _runtime;
    private Action<long> _advance = null!;

    public DeliverBenchmarks() => _observer = i => _observers[i];

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Target = nameof(PriorityQueue_Observers))]
    public void SetupQueue()
    {
        _queue = new QueueLoad(Begin());
        PriorityQueue_Observers();
        Verify();
    }

    [GlobalSetup(Target = nameof(Table_Observers))]
    public void SetupTable()
    {
        _table = new TableLoad(Begin(), _observer);
        Table_Observers();
        Verify();
    }

    [GlobalSetup(Target = nameof(Runtime))]
    public void SetupRuntime() => SetupRuntime(stepNs: 0);

    [GlobalSetup(Target = nameof(Runtime_Batches))]
    public void SetupBatches() => SetupRuntime(BatchNs);

    [GlobalCleanup]
    public void Cleanup()
    {
        Verify();
        _runtime?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Expirations)]
    public long PriorityQueue_Observers()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort || _queue.NextNs == _tally.ElapsedNs)
        {
            var now = new ClockTime(_tally.ElapsedNs = _queue.NextNs);
            var count = _queue.Expire(out var timer);
            _observers[timer].OnNext(new Tick(count, now, now, ClockId.Monotonic));
        }

        return _tally.Count;
    }

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Table_Observers()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort)
        {
            _table.StepToNextDeadline();
            foreach (var delivery in _table.Expire())
            {
                ((IObserver<Tick>)delivery.Timer.Tag!).OnNext(delivery.Read.Tick);
            }

            _tally.ElapsedNs = _table.ElapsedNs;
        }

        return _tally.Count;
    }

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Runtime() => _tally.Walk(Expirations, _advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Runtime_Batches() => _tally.Walk(Expirations, _advance);

    private void SetupRuntime(long stepNs)
    {
        var load = Begin();
        _runtime = new RuntimeLoad(stepNs);
        _runtime.Arm(load, _observer);
        _advance = _runtime.Advance;
        Runtime();
        Verify();
    }

    private PeriodicLoad Begin()
    {
        var load = new PeriodicLoad(Timers);
        var tally = _tally = new Tally(load);
        _observers = [.. Enumerable.Range(0, Timers).Select(_ => new CountingObserver(tally))];
        return load;
    }

    private void Verify()
    {
        _tally.Verify();
        Check.Equal(_tally.Count, _observers.Sum(static o => (long)o.Expirations), "expirations that the observers were told of");
    }
}
