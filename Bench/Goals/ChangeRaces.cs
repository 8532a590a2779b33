using System.Diagnostics;
using TimeNs.Bench.Load;

namespace TimeNs.Bench.Goals;

/// <summary>Cancel, re-arm and push-out among live timers, and re-arm by two threads.</summary>
internal static class ChangeRaces
{
    private const int Block = 1_000;
    private const int Chunks = 40;
    private const string SystemTimer = "Timer.Change";
    private const string Queue = "PriorityQueue, lazy";
    private const string Libev = "libev";
    private const string Timerfd = "timerfd a timer";
    private const string TwoThreads = "TimeNs, two threads";
    private const string TwoThreadsSystem = "Timer.Change, two threads";

    public static IEnumerable<Race> All(GoalScale scale) => [.. Among(scale.Most), RearmMany(scale.Many), Contended(scale.Many)];

    private static IEnumerable<Race> Among(int timers)
    {
        var shared = new SharedSetup();
        var name = GoalScale.Name(timers);
        yield return new Race(
            $"cancel-{name}", Unit.Nanoseconds, Contestants(shared, timers, static load => new CancelRun(load)),
            [
                new Goal($"cancel, {name}", Contestant.Ours, [Libev, SystemTimer], GoalKind.TimesBetter, 10),
                new Goal($"cancel, {name}: to a queue that does nothing", Contestant.Ours, [Queue], GoalKind.None, 0),
            ]) { Shared = shared };
        yield return new Race(
            $"re-arm-{name}", Unit.Nanoseconds, Contestants(shared, timers, static load => Run(load, static l => l.Rearm(Block))),
            [
                new Goal($"random re-arm, {name}", Contestant.Ours, [Libev], GoalKind.TimesBetter, 4.5),
                new Goal($"random re-arm, {name}: to Timer", Contestant.Ours, [SystemTimer], GoalKind.None, 0),
            ]) { Shared = shared };
        yield return new Race(
            $"push-out-{name}", Unit.Nanoseconds, Contestants(shared, timers, static load => Run(load, static l => l.PushOut(Block))),
            [
                new Goal($"push a timeout out, {name}, to libev", Contestant.Ours, [Libev], GoalKind.TimesBetter, 5),
                new Goal($"push a timeout out, {name}, to Timer", Contestant.Ours, [SystemTimer], GoalKind.TimesBetter, 8),
                new Goal($"push a timeout out, {name}, to the kernel's timers", Contestant.Ours, [Timerfd], GoalKind.TimesBetter, 70),
            ]) { Shared = shared };
    }

    private static Race RearmMany(int timers)
    {
        var shared = new SharedSetup();
        var name = GoalScale.Name(timers);
        return new Race(
            $"re-arm-{name}", Unit.Nanoseconds, Contestants(shared, timers, static load => Run(load, static l => l.Rearm(Block))),
            [new Goal($"random re-arm, {name}", Contestant.Ours, [Libev], GoalKind.TimesBetter, 2)]) { Shared = shared };
    }

    private static Race Contended(int timers)
    {
        var shared = new SharedSetup();
        return new Race(
            "contended", Unit.Nanoseconds,
            [
                Of(Contestant.Ours, "ours", () => new NamespaceTimers(timers), static load => load.RunOne()),
                Of(TwoThreads, "ours", () => new NamespaceTimers(timers), static load => load.RunTwo()),
                Of(SystemTimer, "system", () => new SystemTimers(timers), static load => load.RunOne()),
                Of(TwoThreadsSystem, "system", () => new SystemTimers(timers), static load => load.RunTwo()),
            ],
            [
                new Goal("contended re-arm, two threads, to one", TwoThreads, [Contestant.Ours], GoalKind.TimesAtMost, 1.8),
                new Goal("contended re-arm: to Timer, two threads", TwoThreads, [TwoThreadsSystem], GoalKind.None, 0),
            ]) { Shared = shared };

        Contestant Of(string name, string kind, Func<ChangeLoad> create, Action<TwoThreadLoad> work) => new(name, () =>
        {
            var load = shared.Get(kind, () => new TwoThreadLoad(create()));
            return new Repeated(() => work(load), TwoThreadLoad.Changes, load.Verify);
        });
    }

    private static Contestant[] Contestants(SharedSetup shared, int timers, Func<ChangeLoad, IMeasured> run)
    {
        return
        [
            Of(Contestant.Ours, static n => new NamespaceTimers(n)),
            Of(SystemTimer, static n => new SystemTimers(n)),
            Of(Queue, static n => new LazyQueueTimers(n)),
            Of(Libev, static n => new LibevTimers(n), Peers.LibevMissing),
            Of(Timerfd, static n => new KernelTimers(n), Peers.TimerfdMissing),
        ];

        Contestant Of(string name, Func<int, ChangeLoad> create, string? missing = null) =>
            new(name, () => run(shared.Get(name, () => create(timers).Begin())), missing);
    }

    private static Repeated Run(ChangeLoad load, Action<ChangeLoad> block) =>
        new(() => block(load), Block, () => load.VerifyArmed(load.Timers));

    /// <summary>Cancels chunks of timers; between them, what was cancelled is armed again and is not measured.</summary>
    private sealed class CancelRun(ChangeLoad load) : IMeasured
    {
        private readonly CancelLoad _cancels = new(load);

        public double Measure()
        {
            var ticks = 0L;
            for (var i = 0; i < Chunks; i++)
            {
                _cancels.Arm();
                var start = Stopwatch.GetTimestamp();
                _cancels.Cancel();
                ticks += Stopwatch.GetTimestamp() - start;
            }

            return ticks * (1e9 / Stopwatch.Frequency) / (Chunks * CancelLoad.Cancels);
        }

        public void Dispose()
        {
            _cancels.Verify();
            _cancels.Arm();
            load.VerifyArmed(load.Timers);
        }
    }
}
