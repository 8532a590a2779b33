using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;
using TimeNs.Runtime;

namespace TimeNs.Bench;

/// <summary>The same timers in one namespace, and spread over many of 100 timers each. A row is the time of one delivered tick.</summary>
/// <remarks>The clocks go by milliseconds; all timers have the same observer.</remarks>
[MemoryDiagnoser]
[Description("many small namespaces beside a large one")]
public class NamespacesBenchmarks
{
    /// <summary>Timers in each of many namespaces.</summary>
    internal const int Few = 100;

    private const int Expirations = 100_000;
    private const long BatchNs = 1_000_000;

    private Tally _tally = null!;
    private RuntimeLoad _runtime = null!;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Target = nameof(One))]
    public void SetupOne() => Setup(1);

    [GlobalSetup(Target = nameof(Many))]
    public void SetupMany() => Setup(Math.Max(2, Timers / Few));

    [GlobalCleanup]
    public void Cleanup()
    {
        _tally.Verify();
        _runtime.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Expirations)]
    public long One() => _tally.Walk(Expirations, _runtime.Advance);

    [Benchmark(OperationsPerInvoke = Expirations)]
    public long Many() => _tally.Walk(Expirations, _runtime.Advance);

    /// <summary>That many namespaces in a runtime.</summary>
    internal static RuntimeNamespace[] CreateNamespaces(RuntimeLoad runtime, int count) =>
        [.. Enumerable.Range(0, count).Select(i => runtime.CreateNamespace($"bench-{i}"))];

    private void Setup(int namespaces)
    {
        var load = new PeriodicLoad(Timers);
        _tally = new Tally(load);
        _runtime = new RuntimeLoad(BatchNs);
        var observer = new CountingObserver(_tally);
        RuntimeLoad.Arm(CreateNamespaces(_runtime, namespaces), load, _ => observer);
        One();
        _tally.Verify();
        Check.Equal(namespaces + 2, _runtime.Runtime.Statistics.Namespaces, "namespaces");
    }
}
