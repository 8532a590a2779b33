using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>
/// Timers moved by one thread and by two at once, each its own half of them. A row is one call as its thread sees it: with two
/// threads, the time in which each of them makes one.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[Description("re-arm by two threads on one engine, beside one thread and Timer.Change")]
public class ContentionBenchmarks
{
    private const string OneThread = "one thread";
    private const string TwoThreads = "two threads";

    private TwoThreadLoad? _load;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Targets = [nameof(One_SystemTimer), nameof(Two_SystemTimer)])]
    public void SetupSystem() => _load = new TwoThreadLoad(new SystemTimers(Timers));

    [GlobalSetup(Targets = [nameof(One_Namespace), nameof(Two_Namespace)])]
    public void SetupNamespace() => _load = new TwoThreadLoad(new NamespaceTimers(Timers));

    [GlobalCleanup]
    public void Cleanup() => _load!.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = TwoThreadLoad.Changes), BenchmarkCategory(OneThread)]
    public void One_SystemTimer() => _load!.RunOne();

    [Benchmark(OperationsPerInvoke = TwoThreadLoad.Changes), BenchmarkCategory(OneThread)]
    public void One_Namespace() => _load!.RunOne();

    [Benchmark(Baseline = true, OperationsPerInvoke = TwoThreadLoad.Changes), BenchmarkCategory(TwoThreads)]
    public void Two_SystemTimer() => _load!.RunTwo();

    [Benchmark(OperationsPerInvoke = TwoThreadLoad.Changes), BenchmarkCategory(TwoThreads)]
    public void Two_Namespace() => _load!.RunTwo();
}
