using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// Runs the engine's paths once before the first timer of a process is armed, so that the first expirations do not wait for the compiler.
/// </summary>
/// <remarks>
/// A private runtime in simulated time: some timers on each clock, expired, delivered, moved, read and cancelled. It ends before the runtime
/// that asked for it begins. What is compiled here is compiled quickly; the runtime of .NET optimises it later, beside the engine.
/// </remarks>
internal static class Warmup
{
    private const int Timers = 32;
    private const int Rounds = 16;

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
        var ns = runtime.CreateNamespace("warm", new ClockOffsets(1, 1, 1));
        var observer = new Observer();
        for (var i = 0; i < Timers; i++)
        {
            var timer = ns.CreateTimer(ClockIds.All[i % 3]);
            using var subscription = timer.Ticks.Subscribe(observer);
            timer.Set(TimerSetting.After(Duration.FromMilliseconds(i + 1)));
            timer.Set(TimerSetting.Disarmed);
            timer.Set(TimerSetting.Every(Duration.FromMilliseconds(1 + (i % 8))));
            if (i % 2 == 0)
            {
                timer.Ticks.Subscribe(observer);
            }
        }

        for (var i = 0; i < Rounds; i++)
        {
            kernel.Advance(Duration.FromMilliseconds(3));
            foreach (var timer in ns.Timers)
            {
                timer.TryRead(out Tick _);
                timer.Get();
            }
        }

        ns.SetOffsets(new ClockOffsets(2, 2, 2));
    }

    private sealed class Observer : IObserver<Tick>
    {
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
