using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>
/// Expiry and forward of periodic timers in virtual time. A row is the time of one expiration.
/// </summary>
/// <remarks>
/// The rows of batches go by milliseconds, as an engine does that is woken for many timers at once; all others from deadline to
/// deadline, as simulated time does. Nobody is told of an expiration but by <see cref="Runtime"/> and
/// <see cref="Runtime_Batches"/>: these are subscribed timers of a runtime, since nothing else forwards at expiry. All of them
/// have the same observer, which counts.
/// </remarks>
[MemoryDiagnoser]
[Description("expiry + forward in virtual time, beside PriorityQueue")]
public class ExpireForwardBenchmarks
{
    private const int Expirations = 100_000;
    private const long BatchNs = 1_000_000;

    private Tally _tally = null!;
    private QueueLoad _queue = null!;
    private TableLoad _table = null!;
    private RuntimeLoad? _runtime;
    private Action<long> _advance = null!;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Targets = [nameof(PriorityQueue), nameof(PriorityQueue_InPlace)])]
    public void SetupQueue()
    {
        _queue = new QueueLoad(Begin());
        PriorityQueue();
        _tally.Verify();
    }

    [GlobalSetup(Targets = [nameof(Table), nameof(Table_Batches)])]
    public void SetupTable()
    {
        _table = new TableLoad(Begin());
        Table();
        _tally.Verify();
    }

    [GlobalSetup(Target = nameof(Runtime))]
    public void SetupRuntime() => SetupRuntime(stepNs: 0);

    [GlobalSetup(Target = nameof(Runtime_Batches))]
    public void SetupBatches() => SetupRuntime(BatchNs);

    [GlobalCleanup]
    public void Cleanup()
    {
        _tally.Verify();
        _runtime?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Expirations)]
    public long PriorityQueue()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort || _queue.NextNs == _tally.ElapsedNs)
        {
            _tally.ElapsedNs = _queue.NextNs;
            _tally.Count += (long)_queue.Expire(out _);
        }

        return _tally.Count;
    }

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long PriorityQueue_InPlace()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort || _queue.NextNs == _tally.ElapsedNs)
        {
            _tally.ElapsedNs = _queue.NextNs;
            _tally.Count += (long)_queue.ExpireInPlace(out _);
        }

        return _tally.Count;
    }

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Table()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort)
        {
            _table.StepToNextDeadline();
            Count();
        }

        return _tally.Count;
    }

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Table_Batches()
    {
        _tally.Ask(Expirations);
        while (_tally.IsShort)
        {
            _table.Step(BatchNs);
            Count();
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
        var observer = new CountingObserver(_tally);
        _runtime = new RuntimeLoad(stepNs);
        _runtime.Arm(load, _ => observer);
        _advance = _runtime.Advance;
        Runtime();
        _tally.Verify();
    }

    private PeriodicLoad Begin()
    {
        var load = new PeriodicLoad(Timers);
        _tally = new Tally(load);
        return load;
    }

    private void Count()
    {
        foreach (var delivery in _table.Expire())
        {
            _tally.Count += (long)delivery.Read.Tick.Expirations;
        }

        _tally.ElapsedNs = _table.ElapsedNs;
    }
}
