using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>What can be chosen at the start, and what is refused.</summary>
internal sealed class OptionsTest
{
    private static readonly Duration Second = Duration.FromSeconds(1);
    private static readonly Duration Little = Duration.FromNanoseconds(50_000);

    private static readonly (string Why, Func<TimeRuntimeOptions> Options)[] Refused =
    [
        ("no shard", static () => new TimeRuntimeOptions { Shards = 0 }),
        ("too many shards", static () => new TimeRuntimeOptions { Shards = 65 }),
        ("a priority below 0", static () => new TimeRuntimeOptions { RealtimePriority = -1 }),
        ("a priority above 99", static () => new TimeRuntimeOptions { RealtimePriority = 100 }),
        ("a negative spin", static () => new TimeRuntimeOptions { SpinBeforeDeadline = -Little }),
        ("a spin above 10 ms", static () => new TimeRuntimeOptions { SpinBeforeDeadline = Second }),
        ("a negative slack", static () => new TimeRuntimeOptions { WakeupSlack = -Little }),
        ("a slack above 1 s", static () => new TimeRuntimeOptions { WakeupSlack = Second + Little }),
        ("spin and slack", static () => new TimeRuntimeOptions { SpinBeforeDeadline = Little, WakeupSlack = Little }),
        ("a kernel and a factory", static () => new TimeRuntimeOptions { Kernel = new PortableKernel(), KernelFactory = static _ => new PortableKernel() }),
        ("one kernel for two shards", static () => new TimeRuntimeOptions { Kernel = new PortableKernel(), Shards = 2 }),
        ("simulated time on two shards", static () => new TimeRuntimeOptions { KernelFactory = static _ => new SimulatedKernel(), Shards = 2 }),
        ("a spin in simulated time", static () => new TimeRuntimeOptions { Kernel = new SimulatedKernel(), SpinBeforeDeadline = Little }),
    ];

    private static IEnumerable<string> Reasons => Refused.Select(static r => r.Why);

    [TestCaseSource(nameof(Reasons))]
    public void Start_ImpossibleOptions_AreRefused(string why)
    {
        var options = Refused.Single(r => r.Why == why).Options();
        Assert.That(() => TimeRuntime.Start(options), Throws.InstanceOf<ArgumentException>());
        options.Kernel?.Dispose();
    }

    [Test]
    public void Start_TheFactoryGivesOneKernelTwice_IsRefusedAndTheKernelDisposedOf()
    {
        var kernel = new ScriptedKernel();
        Assert.That(() => TimeRuntime.Start(new TimeRuntimeOptions { KernelFactory = _ => kernel, Shards = 2 }), Throws.ArgumentException);
        Assert.That(kernel.IsDisposed);
    }

    [Test]
    public void WakeupSlack_TheAlarmIsLaterByIt_AndServesWhatIsDueByThen()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = kernel, WakeupSlack = Little });
        var start = kernel.Now.Monotonic;
        var first = Observed(runtime, Second);
        var second = Observed(runtime, Second + (Little / 2));
        Assert.That(kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(start.Plus(1_000_050_000)));
        kernel.Now = kernel.Now.Plus(1_000_050_000);
        kernel.Fire(ClockBase.Monotonic);
        Idle(kernel);
        Assert.That(first.Values.Single().LatenessNs, Is.EqualTo(50_000));
        Assert.That(second.Values.Single().LatenessNs, Is.EqualTo(25_000));
    }

    [Test]
    public void WakeupSlack_TimeHasNotCome_NothingIsDelivered()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = kernel, WakeupSlack = Second });
        var observed = Observed(runtime, Second);
        kernel.Now = kernel.Now.Plus(999_999_999);
        kernel.Fire(ClockBase.Monotonic);
        Idle(kernel);
        Assert.That(observed.Values, Is.Empty, "INV-2");
    }

    [Test]
    public void SpinBeforeDeadline_TheAlarmIsEarlierByIt_AndTheTickIsNot()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = kernel, SpinBeforeDeadline = Little });
        var start = kernel.Now.Monotonic;
        var observed = Observed(runtime, Second);
        Assert.That(kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(start.Plus(1_000_000_000 - 50_000)));
        kernel.Now = kernel.Now.Plus(1_000_000_000 - 50_000);
        kernel.Fire(ClockBase.Monotonic);
        Assert.That(observed.Values, Is.Empty, "INV-2");
        kernel.Now = kernel.Now.Plus(50_000);
        Idle(kernel);
        Assert.That(observed.Values.Single().LatenessNs, Is.Zero);
    }

    [Test]
    public void SpinBeforeDeadline_NewsWhileItWatches_AreServed()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = kernel, SpinBeforeDeadline = Little });
        var late = Observed(runtime, Second);
        kernel.Now = kernel.Now.Plus(1_000_000_000 - 50_000);
        kernel.Fire(ClockBase.Monotonic);
        var told = new Recorder<Tick>();
        var timer = runtime.Host.CreateTimer(ClockId.Monotonic);
        timer.Ticks.Subscribe(told);
        timer.SetTicks(1);
        Assert.That(SpinWait.SpinUntil(() => told.Values.Count == 1, EngineTest.Patience), "it hangs");
        Assert.That(late.Values, Is.Empty);
        kernel.Now = kernel.Now.Plus(50_000);
        Idle(kernel);
        Assert.That(late.Values, Has.Count.EqualTo(1));
    }

    [Test]
    public void RealtimePriority_TheEnginesThreadHasIt()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.That(() => TimeRuntime.Start(new TimeRuntimeOptions { RealtimePriority = 3 }), Throws.InstanceOf<PlatformNotSupportedException>());
            return;
        }

        using var runtime = StartRealtime(3);
        var stat = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var timer = runtime.Host.CreateTimer(ClockId.Monotonic);
        using var subscription = System.ObservableExtensions.Subscribe(timer.Ticks, _ => stat.SetResult(File.ReadAllText("/proc/thread-self/stat")));
        timer.SetTicks(1);
        Assert.That(stat.Task.Wait(EngineTest.Patience), "it hangs");
        var fields = stat.Task.Result[(stat.Task.Result.LastIndexOf(')') + 2)..].Split(' ');
        Assert.That((Priority: fields[37], Policy: fields[38]), Is.EqualTo(("3", "1")), "rt_priority and SCHED_FIFO, man proc_pid_stat 40 and 41");
    }

    private static TimeRuntime StartRealtime(int priority)
    {
        try
        {
            return TimeRuntime.Start(new TimeRuntimeOptions { RealtimePriority = priority });
        }
        catch (KernelException refused) when (refused.Message.Contains("sched_setscheduler", StringComparison.Ordinal))
        {
            Assert.Ignore($"needs CAP_SYS_NICE: {refused.Message}");
            throw;
        }
    }

    private static Recorder<Tick> Observed(TimeRuntime runtime, Duration after)
    {
        var recorder = new Recorder<Tick>();
        var timer = runtime.Host.CreateTimer(ClockId.Monotonic);
        timer.Ticks.Subscribe(recorder);
        timer.Set(TimerSetting.After(after));
        return recorder;
    }

    private static void Idle(ScriptedKernel kernel) => Assert.That(kernel.IsIdleWithin(EngineTest.Patience), "the engine waits again");
}
