namespace TimeNs.Bench.Goals;

/// <summary>Expiry, forward and delivery in virtual time.</summary>
/// <remarks>
/// The judged path is a runtime with a kernel that steps by 1 ms, as the batches of a busy machine come; the same on
/// <c>SimulatedKernel</c>, where each deadline is a wake-up of its own, and the core alone stand beside it.
/// </remarks>
internal static class ExpiryRaces
{
    private const int Expirations = 100_000;
    private const int VirtualExpirations = 10_000;
    private const string Simulated = "TimeNs, simulated kernel";
    private const string Core = "TimeNs, core alone";
    private const string Queue = "PriorityQueue";
    private const string QueueInPlace = "PriorityQueue, DequeueEnqueue";
    private const string Rx = "Rx HistoricalScheduler";
    private const string Fake = "FakeTimeProvider";
    private const string Provider = "TimeNs, TimeProvider";
    private const string Scheduler = "TimeNs, IScheduler";

    public static IEnumerable<Race> All(GoalScale scale) =>
    [
        Expiry(scale.Most, 6),
        Expiry(scale.Many, 6),
        Expiry(scale.Few, 1.5),
        Delivery(scale.Most, 5),
        Delivery(scale.Many, 7),
        Virtual(),
    ];

    private static Race Expiry(int timers, double times)
    {
        var row = $"expiry + forward, {GoalScale.Name(timers)}";
        string[] peers = [Queue, QueueInPlace];
        return new Race(
            $"expiry-{GoalScale.Name(timers)}", Unit.Nanoseconds,
            [
                Of(Contestant.Ours, static b => b.SetupBatches(), static b => b.Runtime_Batches()),
                Of(Simulated, static b => b.SetupRuntime(), static b => b.Runtime()),
                Of(Core, static b => b.SetupTable(), static b => b.Table_Batches()),
                Of(Queue, static b => b.SetupQueue(), static b => b.PriorityQueue()),
                Of(QueueInPlace, static b => b.SetupQueue(), static b => b.PriorityQueue_InPlace()),
            ],
            [
                new Goal(row, Contestant.Ours, peers, GoalKind.TimesBetter, times),
                new Goal($"{row}: simulated kernel", Simulated, peers, GoalKind.None, 0),
                new Goal($"{row}: core alone", Core, peers, GoalKind.None, 0),
            ]);

        Contestant Of(string name, Action<ExpireForwardBenchmarks> setup, Action<ExpireForwardBenchmarks> work) => Contestant.Of(
            name, () => new ExpireForwardBenchmarks { Timers = timers }, setup, work, static b => b.Cleanup(), Expirations);
    }

    private static Race Delivery(int timers, double times)
    {
        var row = $"expiry + forward + distinct observers, {GoalScale.Name(timers)}";
        return new Race(
            $"delivery-{GoalScale.Name(timers)}", Unit.Nanoseconds,
            [
                Of(Contestant.Ours, static b => b.SetupBatches(), static b => b.Runtime_Batches()),
                Of(Simulated, static b => b.SetupRuntime(), static b => b.Runtime()),
                Of(Core, static b => b.SetupTable(), static b => b.Table_Observers()),
                Of(Queue, static b => b.SetupQueue(), static b => b.PriorityQueue_Observers()),
            ],
            [
                new Goal(row, Contestant.Ours, [Queue], GoalKind.TimesBetter, times),
                new Goal($"{row}: simulated kernel", Simulated, [Queue], GoalKind.None, 0),
                new Goal($"{row}: core alone", Core, [Queue], GoalKind.None, 0),
            ]);

        Contestant Of(string name, Action<DeliverBenchmarks> setup, Action<DeliverBenchmarks> work) => Contestant.Of(
            name, () => new DeliverBenchmarks { Timers = timers }, setup, work, static b => b.Cleanup(), Expirations);
    }

    /// <summary>The number of timers is that of the benchmark, at most 1 000; the kernel is the simulated one.</summary>
    private static Race Virtual()
    {
        const string Row = "virtual time, 1k timers";
        return new Race(
            "virtual", Unit.Nanoseconds,
            [
                Of(Contestant.Ours, static b => b.SetupTimers(), static b => b.Namespace_Timers()),
                Of(Rx, static b => b.SetupRx(), static b => b.Rx_HistoricalScheduler()),
                Of(Fake, static b => b.SetupFake(), static b => b.Extensions_FakeTimeProvider()),
                Of(Provider, static b => b.SetupTimeProvider(), static b => b.Namespace_TimeProvider()),
                Of(Scheduler, static b => b.SetupScheduler(), static b => b.Namespace_Scheduler()),
            ],
            [
                new Goal($"{Row}, to HistoricalScheduler", Contestant.Ours, [Rx], GoalKind.TimesBetter, 12),
                new Goal($"{Row}, to FakeTimeProvider", Contestant.Ours, [Fake], GoalKind.TimesBetter, 100),
                new Goal($"{Row}: its IScheduler", Scheduler, [Rx], GoalKind.None, 0),
                new Goal($"{Row}: its TimeProvider", Provider, [Fake], GoalKind.None, 0),
            ]);

        static Contestant Of(string name, Action<VirtualTimeBenchmarks> setup, Action<VirtualTimeBenchmarks> work) => Contestant.Of(
            name, static () => new VirtualTimeBenchmarks(), setup, work, static b => b.Cleanup(), VirtualExpirations);
    }
}
