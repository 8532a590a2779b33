using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>
/// A runtime in virtual time with one namespace, which has offsets. By default simulated time, in which every deadline is a wake-up
/// of its own; or time that goes in steps, so that a wake-up finds a batch.
/// </summary>
internal sealed class RuntimeLoad : IDisposable
{
    private static readonly ClockOffsets s_offsets = new(3_600_000_000_000, 7_200_000_000_000, 7_200_000_000_000);

    private readonly IKernel _kernel;
    private readonly TimeRuntime _runtime;

    /// <param name="stepNs">The step of the clocks; 0 for simulated time.</param>
    public RuntimeLoad(long stepNs = 0)
    {
        _kernel = stepNs == 0 ? new SimulatedKernel() : new StepKernel(stepNs);
        _runtime = TimeRuntime.Start(_kernel);
        Namespace = CreateNamespace("bench");
    }

    public RuntimeNamespace Namespace { get; }

    public RuntimeNamespace CreateNamespace(string name) => _runtime.CreateNamespace(name, s_offsets);

    public TimeRuntime Runtime => _runtime;

    /// <summary>Arms a load, with the observer of each timer where there is one.</summary>
    public void Arm(PeriodicLoad load, Func<int, IObserver<Tick>>? observer = null) =>
        Arm([Namespace], load, observer);

    /// <summary>Arms a load, one timer in each namespace after another.</summary>
    public static void Arm(IReadOnlyList<RuntimeNamespace> namespaces, PeriodicLoad load, Func<int, IObserver<Tick>>? observer = null)
    {
        var start = namespaces[0].Read(ClockId.Monotonic);
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            var timer = namespaces[i % namespaces.Count].CreateTimer(ClockId.Monotonic);
            if (observer is not null)
            {
                timer.Ticks.Subscribe(observer(i));
            }

            var interval = Duration.FromNanoseconds(load.IntervalNs[i]);
            timer.Set(TimerSetting.At(start.Plus(load.FirstNs[i]), interval, cancelOnSet: false));
        }
    }

    public void Advance(long nanoseconds)
    {
        if (_kernel is SimulatedKernel simulated)
        {
            simulated.Advance(Duration.FromNanoseconds(nanoseconds));
        }
        else
        {
            ((StepKernel)_kernel).Advance(nanoseconds);
        }
    }

    public void Dispose()
    {
        Check.Equal(0, _runtime.Statistics.FaultedObservers, "observers that threw");
        _runtime.Dispose();
    }
}
