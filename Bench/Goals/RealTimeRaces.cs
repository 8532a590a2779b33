using TimeNs.Bench.Load;
using TimeNs.Bench.RealTime;

namespace TimeNs.Bench.Goals;

/// <summary>Clock reads, deliveries when the engine never sleeps, and lateness: on the machine's own clocks.</summary>
internal static class RealTimeRaces
{
    private const int Reads = 100_000;
    private const int MostTimerfds = 19_000;
    private const int Turns = 3;
    private const double Half = 0.5;
    private const double P99 = 0.99;
    private const string SystemTimer = "Timer";
    private const string Libev = "libev";
    private const string Timerfd = "timerfd a timer";
    private const string Instants = "TimeNs, NodaTime clock";

    public static IEnumerable<Race> All(GoalScale scale) =>
        [ClockReads(), Saturation(scale.Most, 10e6, scale), Saturation(scale.Many, 25e6, scale), .. Lateness(scale)];

    private static Race ClockReads()
    {
        const string Watch = "Stopwatch";
        const string Noda = "NodaTime SystemClock";
        return new Race(
            "clock-read", Unit.Nanoseconds,
            [
                Of<TimestampOfNamespace>(Contestant.Ours),
                Of<TimestampOfStopwatch>(Watch),
                Of<InstantOfNamespace>(Instants),
                Of<InstantOfNodaTime>(Noda),
            ],
            [
                new Goal("clock read in a namespace", Contestant.Ours, [Watch], GoalKind.TimesAtMost, 1.05),
                new Goal("clock read: instant, to NodaTime", Instants, [Noda], GoalKind.None, 0),
            ]);

        static Contestant Of<TRead>(string name)
            where TRead : struct, IRead => new(name, () =>
        {
            var benchmarks = new ClockReadBenchmarks();
            benchmarks.Setup();
            var sum = 0L;
            return new Repeated(
                () =>
                {
                    for (var i = 0; i < Reads; i++)
                    {
                        sum += TRead.Read(benchmarks);
                    }
                },
                Reads,
                () =>
                {
                    Check.That(sum != 0, "no clock was read");
                    benchmarks.Cleanup();
                });
        });
    }

    private static Race Saturation(int timers, double perSecond, GoalScale scale)
    {
        var name = GoalScale.Name(timers);
        var plan = new SaturationPlan(timers, scale.SaturationSeconds);
        var few = new SaturationPlan(Math.Min(timers, MostTimerfds), scale.SaturationSeconds);
        var row = $"deliveries in real time, {name}";
        return new Race(
            $"saturation-{name}", Unit.PerSecond,
            [
                new Contestant(Contestant.Ours, () => SaturationSources.Measure(plan, SaturationSources.RunRuntime)),
                .. IsTooManyForTimer(timers) ? [] : new[] { new Contestant(SystemTimer, () => SaturationSources.Measure(plan, SaturationSources.RunSystem)) },
                new Contestant(Libev, () => SaturationSources.Measure(plan, SaturationSources.RunLibev), Peers.LibevMissing),
                new Contestant(Timerfd, () => SaturationSources.Measure(few, SaturationSources.RunTimerfd), Peers.TimerfdMissing),
            ],
            [
                new Goal(row, Contestant.Ours, IsTooManyForTimer(timers) ? [Libev] : [SystemTimer, Libev], GoalKind.AtLeast, perSecond),
                new Goal($"{row}: to {GoalScale.Name(few.Timers)} kernel timers", Contestant.Ours, [Timerfd], GoalKind.None, 0),
            ]) { IsOneByOne = true, MostRounds = Turns };
    }

    /// <summary>A million of them that are due all the time take a minute to be ended.</summary>
    private static bool IsTooManyForTimer(int timers) => timers > 100_000;

    /// <summary>The sources run once a round; the rows are percentiles of the same samples.</summary>
    private static IEnumerable<Race> Lateness(GoalScale scale)
    {
        var plan = new LatenessPlan(scale.LatenessTimers, scale.LatenessSeconds);
        var samples = new SampleStore(plan);
        return
        [
            Percentile("p50", Half, spinNs: 1_000),
            Percentile("p99", P99, spinNs: 30_000),
        ];

        Race Percentile(string id, double share, double spinNs) => new(
            $"lateness-{id}", Unit.Nanoseconds,
            [.. LatenessSources.Judged().Select(s => new Contestant(s.Name, () => samples.Measure(s, share), s.Missing))],
            [
                new Goal(
                    $"lateness {id}, {GoalScale.Name(plan.Timers)} at 1 Hz, SCHED_FIFO", LatenessSources.Realtime.Name,
                    [LatenessSources.TimerfdRealtime.Name], GoalKind.TimesAtMost, 1),
                new Goal(
                    $"lateness {id}, {GoalScale.Name(plan.Timers)} at 1 Hz, spin mode", LatenessSources.Spin.Name,
                    [LatenessSources.TimerfdRealtime.Name], GoalKind.AtMost, spinNs),
                new Goal($"lateness {id}: plain, to timerfd", LatenessSources.Plain.Name, [LatenessSources.Timerfd.Name], GoalKind.None, 0),
                new Goal($"lateness {id}: plain, to Timer", LatenessSources.Plain.Name, [LatenessSources.SystemTimer.Name], GoalKind.None, 0),
            ]) { IsOneByOne = true, MostRounds = Turns };
    }

    /// <summary>Keeps the samples of each turn for the rows that come after the first.</summary>
    private sealed class SampleStore(LatenessPlan plan)
    {
        private readonly Dictionary<string, List<long[]>> _turns = new(StringComparer.Ordinal);
        private readonly Dictionary<(string, double), int> _next = [];

        public Figure Measure(LatenessSource source, double share) => new Figure(() =>
        {
            var turns = _turns.TryGetValue(source.Name, out var known) ? known : _turns[source.Name] = [];
            var turn = _next.GetValueOrDefault((source.Name, share));
            _next[(source.Name, share)] = turn + 1;
            if (turn == turns.Count)
            {
                turns.Add(source.Run(plan));
            }

            return Samples.Percentile(turns[turn], share);
        });
    }

    /// <summary>A type for each reading, so that nothing but the reading is in the loop.</summary>
    private interface IRead
    {
        static abstract long Read(ClockReadBenchmarks benchmarks);
    }

    private readonly struct TimestampOfNamespace : IRead
    {
        public static long Read(ClockReadBenchmarks benchmarks) => benchmarks.Timestamp_Namespace();
    }

    private readonly struct TimestampOfStopwatch : IRead
    {
        public static long Read(ClockReadBenchmarks benchmarks) => benchmarks.Timestamp_Stopwatch();
    }

    private readonly struct InstantOfNamespace : IRead
    {
        public static long Read(ClockReadBenchmarks benchmarks) => benchmarks.Instant_Namespace().ToUnixTimeTicks();
    }

    private readonly struct InstantOfNodaTime : IRead
    {
        public static long Read(ClockReadBenchmarks benchmarks) => benchmarks.Instant_NodaTime().ToUnixTimeTicks();
    }
}
