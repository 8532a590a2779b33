using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>A runtime in simulated time with one namespace, which has offsets.</summary>
internal sealed class RuntimeLoad : IDisposable
{
    private static readonly ClockOffsets s_offsets = new(3_600_000_000_000, 7_200_000_000_000, 7_200_000_000_000);

    private readonly SimulatedKernel _kernel = new();
    private readonly TimeRuntime _runtime;

    public RuntimeLoad()
    {
        _runtime = TimeRuntime.Start(_kernel);
        Namespace = _runtime.CreateNamespace("bench", s_offsets);
    }

    public RuntimeNamespace Namespace { get; }

    public TimeRuntime Runtime => _runtime;

    /// <summary>Arms a load, with the observer of each timer where there is one.</summary>
    public void Arm(PeriodicLoad load, Func<int, IObserver<Tick>>? observer = null)
    {
        var start = Namespace.Read(ClockId.Monotonic);
        for (var i = 0; i < load.FirstNs.Length; i++)
        {
            var timer = Namespace.CreateTimer(ClockId.Monotonic);
            if (observer is not null)
            {
                timer.Ticks.Subscribe(observer(i));
            }

            var interval = Duration.FromNanoseconds(load.IntervalNs[i]);
            timer.Set(TimerSetting.At(start.Plus(load.FirstNs[i]), interval, cancelOnSet: false));
        }
    }

    public void Advance(long nanoseconds) => _kernel.Advance(Duration.FromNanoseconds(nanoseconds));

    public void Dispose()
    {
        Check.Equal(0, _runtime.Statistics.FaultedObservers, "observers that threw");
        _runtime.Dispose();
    }
}
