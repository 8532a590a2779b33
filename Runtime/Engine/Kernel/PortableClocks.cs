using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>The clocks that .NET offers on every system, or stand-ins for them.</summary>
/// <param name="monotonicNs">Never goes back, in nanoseconds.</param>
/// <param name="realtimeNs">The wall clock, in nanoseconds since 1970-01-01T00:00:00Z.</param>
internal readonly struct PortableClocks(Func<long> monotonicNs, Func<long> realtimeNs) : IClockSource
{
    private const long NanosecondsPerTick = 1_000_000_000 / TimeSpan.TicksPerSecond;

    /// <summary>The machine's monotonic clock: 1 ns steps on Unix, 100 ns on Windows.</summary>
    public static Func<long> Monotonic { get; } = ClockTime.NanosecondsPerSecond % Stopwatch.Frequency == 0
        ? ExactMonotonic
        : ScaledMonotonic;

    /// <summary>The machine's wall clock in steps of 100 ns (GetSystemTimePreciseAsFileTime on Windows).</summary>
    public static Func<long> Realtime { get; } = static () => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * NanosecondsPerTick;

    /// <inheritdoc/>
    public long MonotonicNs() => monotonicNs();

    /// <inheritdoc/>
    public long RealtimeNs() => realtimeNs();

    /// <inheritdoc/>
    public long BoottimeNs() => monotonicNs();

    /// <inheritdoc/>
    public bool TryWallOffset(out long wallOffsetNs)
    {
        wallOffsetNs = 0;
        return false;
    }

    private static long ExactMonotonic() => Stopwatch.GetTimestamp() * (ClockTime.NanosecondsPerSecond / Stopwatch.Frequency);

    // A counter of an odd frequency, as some virtual machines have.
    private static long ScaledMonotonic() =>
        (long)((Int128)Stopwatch.GetTimestamp() * ClockTime.NanosecondsPerSecond / Stopwatch.Frequency);
}
