using System.Diagnostics;
using TimeNs.Bench.Goals;
using TimeNs.Bench.Load;
using TimeNs.Images;

namespace TimeNs.Bench.Plots;

/// <summary>A line of a figure: a value for each number of timers.</summary>
/// <param name="Name">Written beside the line.</param>
/// <param name="Points">From the least number of timers.</param>
internal sealed record Series(string Name, IReadOnlyList<(int Timers, double Value)> Points);

/// <summary>What is measured against the number of timers.</summary>
internal static class GrowthSeries
{
    private const int Least = 1_000;
    private const int Rounds = 3;

    /// <summary>Peers of which a timer takes long to set up stop here.</summary>
    private const int MostOfPeers = 1_000_000;

    /// <summary>Three a decade.</summary>
    public static int[] Sizes(int most) =>
        [.. Enumerable.Range(0, 13).Select(static i => (int)Math.Round(Least * Math.Pow(10, i / 3.0) / 10) * 10).Where(n => n <= most)];

    /// <summary>Nanoseconds an expiration with its delivery to an observer of the timer's own.</summary>
    public static Series[] Cost(int[] sizes, TextWriter progress) =>
    [
        Of("TimeNs, a wake-up a millisecond", sizes, progress, static n => Time(n, static b => b.SetupBatches(), static b => b.Runtime_Batches())),
        Of("TimeNs, a wake-up a deadline", sizes, progress, static n => Time(n, static b => b.SetupRuntime(), static b => b.Runtime())),
        Of("PriorityQueue", sizes, progress, static n => Time(n, static b => b.SetupQueue(), static b => b.PriorityQueue_Observers())),
    ];

    /// <summary>Bytes a live timer.</summary>
    public static Series[] Memory(int[] sizes, TextWriter progress) =>
    [
        Of("TimeNs, object and observer", sizes, progress, static n => Once(MemoryRaces.OfRuntime(n))),
        Of("TimeNs, restored", sizes, progress, static n => Once(MemoryRaces.OfImage(n))),
        Of("System.Threading.Timer", sizes, progress, static n => Once(MemoryRaces.OfSystem(n))),
        Of("DotNetty wheel", [.. sizes.Where(static n => n <= MostOfPeers)], progress, static n => Once(MemoryRaces.OfWheel(n))),
    ];

    /// <summary>Milliseconds to write and to read an image of a namespace, and its size in MB.</summary>
    public static Series[] Image(int[] sizes, TextWriter progress)
    {
        List<(int, double)> checkpoint = [], restore = [], megabytes = [];
        foreach (var timers in sizes)
        {
            progress.WriteLine($"image, {timers} timers");
            using var runtime = new RuntimeLoad();
            runtime.Arm(new PeriodicLoad(timers));
            byte[] bytes = [];
            checkpoint.Add((timers, Median(() => bytes = ImageFormat.Encode(runtime.Namespace.Checkpoint()))));
            megabytes.Add((timers, bytes.Length / 1e6));
            using var target = new RuntimeLoad();
            var count = 0;
            restore.Add((timers, Median(() => target.Runtime.Restore(ImageFormat.Decode(bytes), name: $"again-{count++}"))));
            Check.Equal(timers, target.Runtime.FindNamespace("again-0")!.Timers.Count, "restored timers");
        }

        return [new Series("restore, ms", restore), new Series("checkpoint, ms", checkpoint), new Series("size, MB", megabytes)];
    }

    private static Series Of(string name, int[] sizes, TextWriter progress, Func<int, double> measure) => new(
        name,
        [.. sizes.Select(timers =>
        {
            progress.WriteLine($"{name}, {timers} timers");
            var value = measure(timers);
            GC.Collect();
            return (timers, value);
        })]);

    private static double Time(int timers, Action<DeliverBenchmarks> setup, Action<DeliverBenchmarks> work)
    {
        var run = Contestant.Of("", () => new DeliverBenchmarks { Timers = timers }, setup, work, static b => b.Cleanup(), DeliverBenchmarks.Expirations);
        using var measured = run.Setup();
        return Samples.Of([.. Enumerable.Range(0, Rounds).Select(_ => measured.Measure())]).Median;
    }

    private static double Once(IMeasured measured)
    {
        using (measured)
        {
            return measured.Measure();
        }
    }

    /// <summary>In milliseconds; the first time is not counted.</summary>
    private static double Median(Action work)
    {
        work();
        return Samples.Of([.. Enumerable.Range(0, Rounds).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            work();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })]).Median;
    }
}
