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
        Of("TimeNs, steps of 1 ms", sizes, progress, static n => Time(n, static b => b.SetupBatches(), static b => b.Runtime_Batches())),
        Of("TimeNs, simulated kernel", sizes, progress, static n => Time(n, static b => b.SetupRuntime(), static b => b.Runtime())),
        Of("PriorityQueue", sizes, progress, static n => Time(n, static b => b.SetupQueue(), static b => b.PriorityQueue_Observers())),
    ];

    /// <summary>Bytes a live timer.</summary>
    public static Series[] Memory(int[] sizes, TextWriter progress) =>
    [
        Of("TimeNs, object and observer", sizes, progress, static n => Bytes(n, MemoryRaces.OfRuntime)),
        Of("TimeNs, restored", sizes, progress, static n => Bytes(n, MemoryRaces.OfImage)),
        Of("System.Threading.Timer", sizes, progress, static n => Bytes(n, MemoryRaces.OfSystem)),
        Of("DotNetty wheel", [.. sizes.Where(static n => n <= MostOfPeers)], progress, static n => Bytes(n, MemoryRaces.OfWheel)),
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
            checkpoint.Add((timers, Median(() => Encode(runtime))));
            var bytes = Encode(runtime);
            megabytes.Add((timers, bytes.Length / 1e6));
            restore.Add((timers, Median(() => runtime.Runtime.Restore(ImageFormat.Decode(bytes), name: "again"))));
            using var restored = runtime.Runtime.Restore(ImageFormat.Decode(bytes), name: "again");
            Check.Equal(timers, restored.Timers.Count, "restored timers");
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

    /// <summary>Few timers disappear in what else the heap does: there the median of several is taken.</summary>
    private static double Bytes(int timers, Func<int, IMeasured> setup) => Samples.Of([.. Enumerable.Range(0, timers > MostOfPeers / 10 ? 1 : Rounds).Select(_ =>
    {
        using var measured = setup(timers);
        return measured.Measure();
    })]).Median;

    private static byte[] Encode(RuntimeLoad runtime) => ImageFormat.Encode(runtime.Namespace.Checkpoint());

    /// <summary>In milliseconds; the first time is not counted, nor is the end of what the work makes.</summary>
    private static double Median(Func<object> work)
    {
        (work() as IDisposable)?.Dispose();
        return Samples.Of([.. Enumerable.Range(0, Rounds).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            var made = work();
            var elapsed = Stopwatch.GetElapsedTime(start);
            (made as IDisposable)?.Dispose();
            return elapsed.TotalMilliseconds;
        })]).Median;
    }
}
