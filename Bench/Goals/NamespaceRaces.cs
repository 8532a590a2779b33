namespace TimeNs.Bench.Goals;

/// <summary>Changes of a namespace's time, many namespaces, and images.</summary>
internal static class NamespaceRaces
{
    private const int Expirations = 100_000;
    private const double TwentyMicroseconds = 20_000;
    private const double FiftyMilliseconds = 50e6;
    private const string Rekey = "re-keying a PriorityQueue";
    private const string FewTimers = "TimeNs, few timers";
    private const string OneNamespace = "one namespace";
    private const string MemoryCopy = "memcpy, 56 B a timer";
    private const string Records = "records + XxHash3";

    public static IEnumerable<Race> All(GoalScale scale) =>
        [.. Changes(scale), ManyNamespaces(scale.Most), .. Images(scale.Most)];

    private static IEnumerable<Race> Changes(GoalScale scale)
    {
        var shared = new SharedSetup();
        return
        [
            Of("offset-change", "offset change", static b => b.Namespace_SetOffsets()),
            Of("clock-set", "clock set", static b => b.Namespace_SetRealtime()),
            Of("freeze", "freeze + thaw", static b => b.Namespace_FreezeThaw()),
        ];

        Race Of(string id, string row, Action<TimeChangeBenchmarks> work) => new(
            id, Unit.Nanoseconds,
            [
                new Contestant(Contestant.Ours, () => Start(scale.Most, work)),
                new Contestant(FewTimers, () => Start(scale.Few, work)),
                Contestant.Of(
                    Rekey, () => new TimeChangeBenchmarks { Timers = scale.Most }, static b => b.SetupQueue(),
                    static b => b.PriorityQueue_Rekey(), static b => b.CleanupQueue(), 1),
            ],
            [
                new Goal($"{row}, {GoalScale.Name(scale.Most)} armed timers", Contestant.Ours, [Rekey], GoalKind.AtMost, TwentyMicroseconds),
                new Goal(
                    $"{row}, {GoalScale.Name(scale.Most)}, to {GoalScale.Name(scale.Few)} timers", Contestant.Ours, [FewTimers],
                    GoalKind.TimesAtMost, 1.5),
            ]) { Shared = shared };

        IMeasured Start(int timers, Action<TimeChangeBenchmarks> work)
        {
            var held = shared.Get($"{timers}", () => new Held(timers));
            return new Repeated(() => work(held.Benchmarks), 1, static () => { });
        }
    }

    private static Race ManyNamespaces(int timers)
    {
        var many = Math.Max(2, timers / NamespacesBenchmarks.Few);
        return new Race(
            "namespaces", Unit.Nanoseconds,
            [
                Of(Contestant.Ours, static b => b.SetupMany(), static b => b.Many()),
                Of(OneNamespace, static b => b.SetupOne(), static b => b.One()),
            ],
            [
                new Goal(
                    $"a tick in {many} namespaces of {NamespacesBenchmarks.Few}, to one of {GoalScale.Name(timers)}", Contestant.Ours,
                    [OneNamespace], GoalKind.TimesAtMost, 1.5),
            ]);

        Contestant Of(string name, Action<NamespacesBenchmarks> setup, Action<NamespacesBenchmarks> work) => Contestant.Of(
            name, () => new NamespacesBenchmarks { Timers = timers }, setup, work, static b => b.Cleanup(), Expirations);
    }

    private static IEnumerable<Race> Images(int timers)
    {
        var shared = new SharedSetup();
        var name = GoalScale.Name(timers);
        return
        [
            new Race(
                "checkpoint", Unit.Nanoseconds,
                [
                    Of(Contestant.Ours, static b => b.Checkpoint_Encode()),
                    Of(MemoryCopy, static b => b.Copy_56BytesATimer()),
                    Of(Records, static b => b.Records_Write()),
                ],
                [
                    new Goal($"checkpoint of {name}, with checksum", Contestant.Ours, [MemoryCopy], GoalKind.TimesAtMost, 1.5),
                    new Goal($"checkpoint of {name}: to plain records", Contestant.Ours, [Records], GoalKind.None, 0),
                ]) { Shared = shared },
            new Race(
                "image-size", Unit.Bytes,
                [new Contestant(Contestant.Ours, () => new Figure(() => (double)Get().BytesWritten / timers))],
                [new Goal($"image of {name}, a timer", Contestant.Ours, [], GoalKind.AtMost, 20)]) { Shared = shared, MostRounds = 1 },
            new Race(
                "restore", Unit.Nanoseconds,
                [
                    new Contestant(Contestant.Ours, () => new Figure(() => Get().TimeRestore().TotalNanoseconds)),
                    Of(Records, static b => b.Records_Read()),
                ],
                [
                    new Goal($"restore of {name}, ready to fire", Contestant.Ours, [Records], GoalKind.AtMost, FiftyMilliseconds),
                ]) { Shared = shared },
        ];

        ImageBenchmarks Get() => shared.Get("images", () => new HeldImages(timers)).Benchmarks;

        Contestant Of(string contestant, Action<ImageBenchmarks> work) => new(contestant, () =>
        {
            var benchmarks = Get();
            return new Repeated(() => work(benchmarks), 1, static () => { });
        });
    }

    private sealed class Held : IDisposable
    {
        public Held(int timers)
        {
            Benchmarks = new TimeChangeBenchmarks { Timers = timers };
            Benchmarks.SetupNamespace();
        }

        public TimeChangeBenchmarks Benchmarks { get; }

        public void Dispose() => Benchmarks.CleanupNamespace();
    }

    private sealed class HeldImages : IDisposable
    {
        public HeldImages(int timers)
        {
            Benchmarks = new ImageBenchmarks { Timers = timers };
            Benchmarks.Setup();
        }

        public ImageBenchmarks Benchmarks { get; }

        public void Dispose() => Benchmarks.Cleanup();
    }
}
