using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// Runs the engine's paths once before the first timer of a process is armed, so that the first expirations do not wait for the compiler.
/// </summary>
/// <remarks>
/// A private runtime in simulated time: some timers armed, moved, cancelled, expired, delivered and read. It ends before the runtime
/// that asked for it begins. What is compiled here is compiled quickly; the runtime of .NET optimises it later, beside the engine.
/// </remarks>
internal static class Warmup
{
    private const int Timers = 32;

    private static int s_begun;

    /// <summary>Once in a process, however often it is asked for. From any thread.</summary>
    public static void Run()
    {
        if (Interlocked.Exchange(ref s_begun, 1) != 0)
        {
            return;
        }

        using var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var observer = new Observer();
        for (var i = 1; i <= Timers; i++)
        {
            var timer = runtime.Host.CreateTimer(ClockId.Monotonic);
            timer.Ticks.Subscribe(observer);
            timer.Set(TimerSetting.After(Duration.FromMilliseconds(i)));
            timer.Set(TimerSetting.Disarmed);
            timer.Set(TimerSetting.Every(Duration.FromMilliseconds(i)));
            timer.TryRead(out Tick _);
        }

        kernel.Advance(Duration.FromMilliseconds(Timers));
        using (runtime.Tap(observer))
        {
            kernel.Advance(Duration.FromMilliseconds(Timers));
        }
    }

    private sealed class Observer : IObserver<Tick>, IDeliveryTap
    {
        public bool IsWanted => true;

        public void Delivered(ReadOnlySpan<DeliveredTick> batch)
        {
            // As below.
        }

        public void OnNext(Tick value)
        {
            // Nothing is done with it: the way here is what is to be warm.
        }

        public void OnCompleted()
        {
            // As above.
        }

        public void OnError(Exception error)
        {
            // As above.
        }
    }
}
