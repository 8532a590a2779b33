using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using TimeNs.Bench.Load;

namespace TimeNs.Bench;

/// <summary>A cancel by itself: some of the live timers, chosen at random, each once. A row is one call.</summary>
[MemoryDiagnoser]
[Description("cancel by itself among live timers")]
public class CancelBenchmarks
{
    private CancelLoad? _load;

    [ParamsSource(typeof(Sizes), nameof(Sizes.Timers))]
    public int Timers { get; set; }

    [GlobalSetup(Target = nameof(SystemTimer))]
    public void SetupSystem() => _load = new CancelLoad(new SystemTimers(Timers).Begin());

    [GlobalSetup(Target = nameof(PriorityQueue))]
    public void SetupQueue() => _load = new CancelLoad(new LazyQueueTimers(Timers).Begin());

    [GlobalSetup(Target = nameof(DotNettyWheel))]
    public void SetupWheel() => _load = new CancelLoad(new WheelTimers(Timers).Begin());

    [GlobalSetup(Target = nameof(Libev))]
    public void SetupLibev() => _load = new CancelLoad(new LibevTimers(Timers).Begin());

    [GlobalSetup(Target = nameof(KernelTimerfd))]
    public void SetupKernel() => _load = new CancelLoad(new KernelTimers(Timers).Begin());

    [GlobalSetup(Target = nameof(Namespace))]
    public void SetupNamespace() => _load = new CancelLoad(new NamespaceTimers(Timers).Begin());

    [IterationSetup]
    public void Arm() => _load!.Arm();

    [IterationCleanup]
    public void Verify() => _load!.Verify();

    [GlobalCleanup]
    public void Cleanup() => _load!.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = CancelLoad.Cancels)]
    public void SystemTimer() => _load!.Cancel();

    [Benchmark(OperationsPerInvoke = CancelLoad.Cancels)]
    public void PriorityQueue() => _load!.Cancel();

    [Benchmark(OperationsPerInvoke = CancelLoad.Cancels)]
    public void DotNettyWheel() => _load!.Cancel();

    [Benchmark(OperationsPerInvoke = CancelLoad.Cancels)]
    public void Libev() => _load!.Cancel();

    [Benchmark(OperationsPerInvoke = CancelLoad.Cancels)]
    public void KernelTimerfd() => _load!.Cancel();

    [Benchmark(OperationsPerInvoke = CancelLoad.Cancels)]
    public void Namespace() => _load!.Cancel();
}
