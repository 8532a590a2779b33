using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>
/// What a caller pays to move and cancel one of many live timers, chosen at random: the life of request timeouts, of which
/// nearly none fires. A row is one call, in the last group a pair.
/// </summary>
/// <remarks>
/// The timers of the namespace, <see cref="Timer"/> and the kernel's are thread-safe and wait to fire; so does the wheel. The queue
/// and libev are not and do not: they show the cost of the order alone.
/// </remarks>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[Description("push out, re-arm and cancel among live timers, beside Timer.Change and others")]
public class ArmCancelBenchmarks
{
    private const string Rearm = "re-arm at random";
    private const string PushOut = "push out";
    private const string Pair = "cancel, then arm";

    private ChangeLoad? _load;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Targets = [nameof(Rearm_SystemTimer), nameof(PushOut_SystemTimer), nameof(Pair_SystemTimer)])]
    public void SetupSystem() => _load = new SystemTimers(Timers).Begin();

    [GlobalSetup(Targets = [nameof(Rearm_PriorityQueue), nameof(PushOut_PriorityQueue), nameof(Pair_PriorityQueue)])]
    public void SetupQueue() => _load = new LazyQueueTimers(Timers).Begin();

    [GlobalSetup(Targets = [nameof(Rearm_DotNettyWheel), nameof(PushOut_DotNettyWheel), nameof(Pair_DotNettyWheel)])]
    public void SetupWheel() => _load = new WheelTimers(Timers).Begin();

    [GlobalSetup(Targets = [nameof(Rearm_Libev), nameof(PushOut_Libev), nameof(Pair_Libev)])]
    public void SetupLibev() => _load = new LibevTimers(Timers).Begin();

    [GlobalSetup(Targets = [nameof(Rearm_KernelTimerfd), nameof(PushOut_KernelTimerfd), nameof(Pair_KernelTimerfd)])]
    public void SetupKernel() => _load = new KernelTimers(Timers).Begin();

    [GlobalSetup(Targets = [nameof(Rearm_Namespace), nameof(PushOut_Namespace), nameof(Pair_Namespace)])]
    public void SetupNamespace() => _load = new NamespaceTimers(Timers).Begin();

    [GlobalCleanup]
    public void Cleanup()
    {
        _load!.VerifyArmed(_load.Timers);
        _load.Dispose();
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Rearm)]
    public void Rearm_SystemTimer() => _load!.Rearm();

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_PriorityQueue() => _load!.Rearm();

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_DotNettyWheel() => _load!.Rearm();

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_Libev() => _load!.Rearm();

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_KernelTimerfd() => _load!.Rearm();

    [Benchmark, BenchmarkCategory(Rearm)]
    public void Rearm_Namespace() => _load!.Rearm();

    [Benchmark(Baseline = true), BenchmarkCategory(PushOut)]
    public void PushOut_SystemTimer() => _load!.PushOut();

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_PriorityQueue() => _load!.PushOut();

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_DotNettyWheel() => _load!.PushOut();

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_Libev() => _load!.PushOut();

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_KernelTimerfd() => _load!.PushOut();

    [Benchmark, BenchmarkCategory(PushOut)]
    public void PushOut_Namespace() => _load!.PushOut();

    [Benchmark(Baseline = true), BenchmarkCategory(Pair)]
    public void Pair_SystemTimer() => _load!.CancelThenArm();

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_PriorityQueue() => _load!.CancelThenArm();

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_DotNettyWheel() => _load!.CancelThenArm();

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_Libev() => _load!.CancelThenArm();

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_KernelTimerfd() => _load!.CancelThenArm();

    [Benchmark, BenchmarkCategory(Pair)]
    public void Pair_Namespace() => _load!.CancelThenArm();
}
