using System.ComponentModel;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Time.Testing;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>
/// What a test in virtual time costs: periodic timers that each count their expirations, in the virtual times that .NET has. A
/// row is the time of one expiration. 1 000 timers at most: FakeTimeProvider walks all of them for each one.
/// </summary>
/// <remarks>
/// Two rows go through the faces: <see cref="Namespace_TimeProvider"/> is FakeTimeProvider's own job, and
/// <see cref="Namespace_Scheduler"/> HistoricalScheduler's. In simulated time their callbacks run on the thread pool, one after
/// another, each waited for.
/// </remarks>
[MemoryDiagnoser]
[Description("1 000 timers in virtual time, beside HistoricalScheduler and FakeTimeProvider")]
public class VirtualTimeBenchmarks
{
    private const int Expirations = 10_000;
    private const int MostTimers = 1_000;
    private const long TickNs = 100;

    private readonly List<IDisposable> _held = [];
    private Tally _tally = null!;
    private Action<long> _advance = null!;

    [GlobalSetup(Target = nameof(Rx_HistoricalScheduler))]
    public void SetupRx()
    {
        var load = Begin();
        var scheduler = new HistoricalScheduler(DateTimeOffset.UnixEpoch);
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            _held.Add(new Recurring(scheduler, load.FirstNs[i] / TickNs, load.IntervalNs[i] / TickNs, _tally));
        }

        _advance = ns => scheduler.AdvanceBy(TimeSpan.FromTicks(ns / TickNs));
        WarmUp();
    }

    [GlobalSetup(Target = nameof(Extensions_FakeTimeProvider))]
    public void SetupFake()
    {
        var load = Begin();
        var provider = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        CreateTimers(provider, load);
        _advance = ns => provider.Advance(TimeSpan.FromTicks(ns / TickNs));
        WarmUp();
    }

    [GlobalSetup(Target = nameof(Namespace_TimeProvider))]
    public void SetupTimeProvider()
    {
        var load = Begin();
        var runtime = BeginRuntime();
        CreateTimers(runtime.Namespace.TimeProvider, load);
        WarmUp();
    }

    [GlobalSetup(Target = nameof(Namespace_Scheduler))]
    public void SetupScheduler()
    {
        var load = Begin();
        var runtime = BeginRuntime();
        var scheduler = runtime.Namespace.Scheduler;
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            // A periodic schedule starts one period from now: first a one-shot at the phase, then the periods.
            var period = TimeSpan.FromTicks(load.IntervalNs[i] / TickNs);
            _held.Add(scheduler.Schedule(period, TimeSpan.FromTicks(load.FirstNs[i] / TickNs), (_, every) =>
            {
                _tally.Count++;
                return scheduler.SchedulePeriodic(_tally, every, static tally =>
                {
                    tally.Count++;
                    return tally;
                });
            }));
        }

        WarmUp();
    }

    [GlobalSetup(Target = nameof(Namespace_Timers))]
    public void SetupTimers()
    {
        var load = Begin();
        var tally = _tally;
        BeginRuntime().Arm(load, _ => new CountingObserver(tally));
        WarmUp();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tally.Verify();
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            _held[i].Dispose();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Expirations)]
    public long Rx_HistoricalScheduler() => _tally.Walk(Expirations, _advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Extensions_FakeTimeProvider() => _tally.Walk(Expirations, _advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Namespace_Timers() => _tally.Walk(Expirations, _advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Namespace_TimeProvider() => _tally.Walk(Expirations, _advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Namespace_Scheduler() => _tally.Walk(Expirations, _advance);

    private PeriodicLoad Begin()
    {
        var load = new PeriodicLoad(Math.Min(MostTimers, Sizes.Timers.First()));
        _tally = new Tally(load);
        return load;
    }

    private RuntimeLoad BeginRuntime()
    {
        var runtime = new RuntimeLoad();
        _held.Add(runtime);
        _advance = runtime.Advance;
        return runtime;
    }

    private void CreateTimers(TimeProvider provider, PeriodicLoad load)
    {
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            _held.Add(provider.CreateTimer(
                static state => ((Tally)state!).Count++, _tally,
                TimeSpan.FromTicks(load.FirstNs[i] / TickNs), TimeSpan.FromTicks(load.IntervalNs[i] / TickNs)));
        }
    }

    private void WarmUp()
    {
        _tally.Walk(Expirations, _advance);
        _tally.Verify();
    }

    /// <summary>A recursive schedule on absolute time: the leanest period without drift that Rx's virtual time offers.</summary>
    private sealed class Recurring : IDisposable
    {
        private static readonly Func<IScheduler, Recurring, IDisposable> s_run = static (_, self) => self.Run();

        private readonly HistoricalScheduler _scheduler;
        private readonly long _intervalTicks;
        private readonly Tally _tally;
        private DateTimeOffset _due;
        private bool _isDisposed;

        public Recurring(HistoricalScheduler scheduler, long firstTicks, long intervalTicks, Tally tally)
        {
            _scheduler = scheduler;
            _intervalTicks = intervalTicks;
            _tally = tally;
            _due = scheduler.Now.AddTicks(firstTicks);
            scheduler.ScheduleAbsolute(this, _due, s_run);
        }

        public void Dispose() => _isDisposed = true;

        private IDisposable Run()
        {
            if (!_isDisposed)
            {
                _tally.Count++;
                _due = _due.AddTicks(_intervalTicks);
                _scheduler.ScheduleAbsolute(this, _due, s_run);
            }

            return Disposable.Empty;
        }
    }
}
