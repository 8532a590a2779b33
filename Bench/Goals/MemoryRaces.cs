using DotNetty.Common.Utilities;
using TimeNs.Bench.Load;
using TimeNs.Bench.Native;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Bench.Goals;

/// <summary>What a live timer takes, and what its paths allocate.</summary>
/// <remarks>
/// Memory is what the managed heap holds after a full collection and what malloc holds, before and after the timers are made. What
/// the system maps behind malloc's back is not in it. The array that keeps the timers is made before and not counted.
/// </remarks>
internal static class MemoryRaces
{
    private const int Operations = 100_000;
    private const double NoBytes = 0.01; // the runtime itself allocates a little now and then
    private const int MostCollections = 12;
    private const long StillBytes = 4_096;
    private const long FarNs = 1_000_000_000_000;
    private const string Restored = "TimeNs, restored, no public object";
    private const string SharedObserver = "TimeNs, one observer for all";
    private const string ManyNamespaces = "TimeNs, namespaces of 100";
    private const string SystemTimer = "Timer";
    private const string Wheel = "DotNetty HashedWheelTimer";
    private const string Rearm = "re-arm";
    private const string Cancel = "cancel";

    public static IEnumerable<Race> All(GoalScale scale) => [Memory(scale.Most), Allocation(scale.Many)];

    /// <summary>Bytes that are alive in the managed heap and in malloc's, once what is dead has gone.</summary>
    internal static long BytesAlive()
    {
        var alive = long.MaxValue;
        for (var i = 0; i < MostCollections; i++)
        {
            var before = alive;
            GC.WaitForPendingFinalizers();
            alive = GC.GetTotalMemory(forceFullCollection: true) + (OperatingSystem.IsLinux() ? LinuxCalls.AllocatedByMalloc() : 0);
            if (i > 1 && Math.Abs(before - alive) < StillBytes)
            {
                break;
            }
        }

        return alive;
    }

    /// <summary>Timers of a runtime, each with an observer, in one namespace or several.</summary>
    internal static IMeasured OfRuntime(int timers, int namespaces, Func<IObserver<Tick>> observer)
    {
        var runtime = new RuntimeLoad(FarNs);
        var load = new PeriodicLoad(timers);
        return new Growth(
            timers,
            () => RuntimeLoad.Arm(NamespacesBenchmarks.CreateNamespaces(runtime, namespaces), load, _ => observer()),
            () =>
            {
                Check.Equal(timers, runtime.Runtime.Statistics.Timers, "live timers");
                runtime.Dispose();
            });
    }

    /// <summary>Timers of one namespace, each with an observer of its own.</summary>
    internal static IMeasured OfRuntime(int timers) => OfRuntime(timers, 1, static () => new SilentObserver());

    /// <summary>Timers of <see cref="Timer"/>, kept.</summary>
    internal static IMeasured OfSystem(int timers)
    {
        var kept = new Timer[timers];
        return new Growth(
            timers,
            () =>
            {
                for (var i = 0; i < timers; i++)
                {
                    kept[i] = new Timer(static _ => { }, null, 3_600_000, 3_600_000);
                }
            },
            () =>
            {
                Check.That(Timer.ActiveCount >= timers, "the timers are not armed");
                Array.ForEach(kept, static t => t.Dispose());
            });
    }

    private static Race Memory(int timers)
    {
        var name = GoalScale.Name(timers);
        var few = Math.Max(2, timers / NamespacesBenchmarks.Few);
        return new Race(
            "memory", Unit.Bytes,
            [
                new Contestant(Contestant.Ours, () => OfRuntime(timers)),
                new Contestant(Restored, () => OfImage(timers)),
                new Contestant(SharedObserver, () => OfRuntime(timers, 1, static () => SilentObserver.Instance)),
                new Contestant(ManyNamespaces, () => OfRuntime(timers, few, static () => SilentObserver.Instance)),
                new Contestant(SystemTimer, () => OfSystem(timers)),
                new Contestant(Wheel, () => OfWheel(timers)),
            ],
            [
                new Goal($"memory a timer, {name}, with object and observer", Contestant.Ours, [SystemTimer, Wheel], GoalKind.AtMost, 140),
                new Goal($"memory a timer, {name}, engine", Restored, [SystemTimer, Wheel], GoalKind.AtMost, 96),
                new Goal($"memory in {few} namespaces, to one", ManyNamespaces, [SharedObserver], GoalKind.TimesAtMost, 1.3),
            ]) { IsOneByOne = true, MostRounds = 1 };
    }

    private static Race Allocation(int timers) => new(
        "allocation", Unit.Bytes,
        [
            new Contestant(Contestant.Ours, () => AllocatedByDelivery(timers)),
            new Contestant(Rearm, () => Allocated(timers, static l => l.Rearm(Operations))),
            new Contestant(Cancel, () => Allocated(timers, static l => l.CancelAll())),
        ],
        [
            new Goal("allocation, expiry + forward + delivery", Contestant.Ours, [], GoalKind.AtMost, NoBytes),
            new Goal("allocation, re-arm", Rearm, [], GoalKind.AtMost, NoBytes),
            new Goal("allocation, cancel", Cancel, [], GoalKind.AtMost, NoBytes),
        ]) { MostRounds = 3 };

    private static Figure AllocatedByDelivery(int timers)
    {
        var benchmarks = new DeliverBenchmarks { Timers = timers };
        benchmarks.SetupBatches();
        return new Figure(() => BytesAllocated(() => benchmarks.Runtime_Batches()) / Operations, benchmarks.Cleanup);
    }

    private static Figure Allocated(int timers, Action<ChangeLoad> changes)
    {
        var load = new NamespaceTimers(timers).Begin();
        return new Figure(
            () =>
            {
                load.ArmAll();
                return BytesAllocated(() => changes(load)) / Operations;
            },
            () =>
            {
                load.ArmAll();
                load.VerifyArmed(timers);
                load.Dispose();
            });
    }

    private static double BytesAllocated(Action work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        work();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    /// <summary>What the engine keeps of a restored namespace, of whose timers nobody has asked for the public objects.</summary>
    internal static IMeasured OfImage(int timers)
    {
        var source = new RuntimeLoad(FarNs);
        source.Arm(new PeriodicLoad(timers));
        var image = source.Namespace.Checkpoint();
        var target = new RuntimeLoad(FarNs);
        return new Growth(
            timers,
            () => target.Runtime.Restore(image, RestorePolicy.Suspend, "restored"),
            () =>
            {
                Check.Equal(timers, target.Runtime.Statistics.Timers, "live timers");
                target.Dispose();
                source.Dispose();
                GC.KeepAlive(image);
            });
    }

    /// <summary>Its worker takes new timeouts over once a tick, 100 000 of them at most: it is given the time.</summary>
    internal static IMeasured OfWheel(int timers)
    {
        var wheel = new HashedWheelTimer();
        var kept = new ITimeout[timers];
        return new Growth(
            timers,
            () =>
            {
                for (var i = 0; i < timers; i++)
                {
                    kept[i] = wheel.NewTimeout(new IdleTask(), TimeSpan.FromHours(1));
                }

                using var pause = new ManualResetEventSlim();
                pause.Wait(TimeSpan.FromSeconds(0.3 + timers * 2e-6));
            },
            () =>
            {
                Check.That(Array.TrueForAll(kept, static t => t is { Canceled: false, Expired: false }), "a timeout has gone");
                wheel.StopAsync().GetAwaiter().GetResult();
            });
    }

    /// <summary>What making timers adds to the bytes that are alive.</summary>
    private sealed class Growth(int timers, Action make, Action end) : IMeasured
    {
        public double Measure()
        {
            var before = BytesAlive();
            make();
            return (BytesAlive() - before) / (double)timers;
        }

        public void Dispose() => end();
    }

    private sealed class IdleTask : ITimerTask
    {
        public void Run(ITimeout timeout)
        {
            // It is never due.
        }
    }

    private sealed class SilentObserver : IObserver<Tick>
    {
        public static SilentObserver Instance { get; } = new();

        public void OnNext(Tick value)
        {
            // It is never due.
        }

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
            // Nothing is owed.
        }
    }
}
