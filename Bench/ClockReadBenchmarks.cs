using System.ComponentModel;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using NodaTime;
using TimeNs.Bench.Load;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Faces;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Bench;

/// <summary>One reading of a clock: the host's beside the namespace's, which adds an offset. A row is one call.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[Description("a clock read in a namespace, beside Stopwatch, DateTimeOffset and NodaTime")]
public class ClockReadBenchmarks
{
    private const string Timestamp = "timestamp";
    private const string UtcNow = "UtcNow";
    private const string Wall = "instant";
    private const string Readings = "three clocks";

    private static readonly ClockOffsets s_offsets = new(3_600_000_000_000, 7_200_000_000_000, 7_200_000_000_000);

    private TimeRuntime _runtime = null!;
    private IKernel _kernel = null!;
    private RuntimeNamespace _namespace = null!;
    private TimeProvider _provider = null!;
    private NamespaceClock _clock = null!;
    private SystemClock _system = null!;

    [GlobalSetup]
    public void Setup()
    {
        _kernel = Kernels.Open();
        _runtime = TimeRuntime.Start(_kernel);
        _namespace = _runtime.CreateNamespace("bench", s_offsets);
        _provider = _namespace.TimeProvider;
        _clock = _namespace.Clock;
        _system = SystemClock.Instance;
        Verify();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Verify();
        _runtime.Dispose();
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Timestamp)]
    public long Timestamp_Stopwatch() => Stopwatch.GetTimestamp();

    [Benchmark, BenchmarkCategory(Timestamp)]
    public ClockTime Timestamp_Kernel() => _kernel.Read(ClockBase.Monotonic);

    [Benchmark, BenchmarkCategory(Timestamp)]
    public long Timestamp_Namespace() => _provider.GetTimestamp();

    [Benchmark(Baseline = true), BenchmarkCategory(UtcNow)]
    public DateTimeOffset UtcNow_DateTimeOffset() => DateTimeOffset.UtcNow;

    [Benchmark, BenchmarkCategory(UtcNow)]
    public DateTimeOffset UtcNow_Namespace() => _provider.GetUtcNow();

    [Benchmark(Baseline = true), BenchmarkCategory(Wall)]
    public Instant Instant_NodaTime() => _system.GetCurrentInstant();

    [Benchmark, BenchmarkCategory(Wall)]
    public Instant Instant_Namespace() => _clock.GetCurrentInstant();

    /// <summary>The peer of three clocks as of one moment: three calls that are not of one moment.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory(Readings)]
    public (long, DateTimeOffset, long) Readings_Separate() =>
        (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow, Environment.TickCount64);

    [Benchmark, BenchmarkCategory(Readings)]
    public ClockReadings Readings_Kernel() => _kernel.Read();

    [Benchmark, BenchmarkCategory(Readings)]
    public ClockReadings Readings_Namespace() => _namespace.ReadClocks();

    /// <summary>Each reading of the namespace lies between two of its host, moved by the offset.</summary>
    private void Verify()
    {
        var before = s_offsets.ToNamespace(_kernel.Read());
        var timestamp = new ClockTime(Timestamp_Namespace());
        var utc = UtcNow_Namespace();
        var instant = Instant_Namespace();
        var readings = Readings_Namespace();
        var after = s_offsets.ToNamespace(_kernel.Read());

        Check.That(before.Monotonic <= timestamp && timestamp <= after.Monotonic, $"MONOTONIC {timestamp}");
        Check.That(before.Realtime.ToInstant() <= instant && instant <= after.Realtime.ToInstant(), $"REALTIME {instant}");
        Check.That((Instant.FromDateTimeOffset(utc) - instant).TotalSeconds is > -1 and < 1, $"UtcNow {utc:O}");
        Check.That(before.Boottime <= readings.Boottime && readings.Boottime <= after.Boottime, $"BOOTTIME {readings.Boottime}");
        Check.That(after.Monotonic > before.Monotonic, "the clocks stand");
    }
}
