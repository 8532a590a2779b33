using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Engine;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>What time the threads of a stress test run in.</summary>
internal enum StressKernel
{
    /// <summary>Real time: timerfd and epoll.</summary>
    Linux,

    /// <summary>Real time on any system.</summary>
    Portable,

    /// <summary>Simulated time that a thread of its own moves on.</summary>
    Simulated,
}

/// <summary>One or two runtimes on the same clocks, where time passes by itself, and threads that are waited for.</summary>
internal sealed class StressWorld : IDisposable
{
    private readonly StressKernel _kind;
    private readonly List<TimeRuntime> _runtimes = [];
    private readonly List<Task> _threads = [];
    private readonly Task? _mover;
    private bool _stopping;

    public StressWorld(StressKernel kind)
    {
        if (kind == StressKernel.Linux && !LinuxKernel.IsSupported)
        {
            Assert.Ignore("needs timerfd and epoll");
        }

        _kind = kind;
        Runtime = StartRuntime();
        _mover = kind == StressKernel.Simulated ? Thread(Move) : null;
    }

    public TimeRuntime Runtime { get; }

    /// <summary>Another runtime on the clocks of this machine; in simulated time there is one.</summary>
    public TimeRuntime StartAnother() => _kind == StressKernel.Simulated ? Runtime : StartRuntime();

    /// <summary>Periodic timers on every clock, each armed once, some quicker than they can be read. The last is quick as well.</summary>
    public static (NamespaceTimer Timer, Ledger Ledger)[] ArmTimers(RuntimeNamespace ns)
    {
        (ClockId Clock, long IntervalNs)[] kinds =
        [
            (ClockId.Monotonic, 50_000), (ClockId.Boottime, 100_000), (ClockId.Realtime, 333_333), (ClockId.Monotonic, 500_000),
            (ClockId.BoottimeAlarm, 1_000_000), (ClockId.RealtimeAlarm, 2_500_000), (ClockId.Monotonic, 100_000),
        ];
        return [.. kinds.Select(kind => Arm(ns, kind.Clock, kind.IntervalNs))];
    }

    /// <summary>Starts a thread of its own.</summary>
    public void Start(Action run) => _threads.Add(Thread(run));

    /// <summary>Waits for the threads, and throws what one of them threw.</summary>
    public void Join()
    {
        var all = Task.WhenAll(_threads);
        Assert.That(Task.WhenAny(all).Wait(EngineTest.Patience), "it hangs");
        all.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        foreach (var runtime in _runtimes)
        {
            Assert.That(Task.Run(runtime.Dispose).Wait(EngineTest.Patience), "it hangs");
            Assert.That(runtime.Statistics.FaultedObservers, Is.Zero);
        }

        _mover?.Wait(EngineTest.Patience);
    }

    private static (NamespaceTimer Timer, Ledger Ledger) Arm(RuntimeNamespace ns, ClockId clock, long intervalNs)
    {
        var timer = ns.CreateTimer(clock);
        var first = ns.Read(clock).Plus(intervalNs);
        timer.Set(TimerSetting.At(first, Duration.FromNanoseconds(intervalNs), cancelOnSet: false));
        return (timer, new Ledger(timer.Id, first.Nanoseconds, intervalNs));
    }

    private static Task Thread(Action run) => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private TimeRuntime StartRuntime()
    {
        _runtimes.Add(TimeRuntime.Start(_kind switch
        {
            StressKernel.Linux => new LinuxKernel(),
            StressKernel.Portable => new PortableKernel(),
            _ => new SimulatedKernel(),
        }));
        return _runtimes[^1];
    }

    private void Move()
    {
        var random = new Random(1);
        var kernel = (SimulatedKernel)Runtime.Kernel;
        try
        {
            while (!Volatile.Read(ref _stopping))
            {
                kernel.Advance(Duration.FromNanoseconds(random.Next(1_000_000)));
            }
        }
        catch (ObjectDisposedException)
        {
            // The runtime has ended, and the kernel with it.
        }
    }
}
