using NodaTime;

namespace TimeNs.Clocks;

/// <summary>
/// What a namespace adds to the clocks of its host: <c>namespace time = host time + offset</c>, for each clock (INV-1).
/// </summary>
/// <remarks>
/// This is the one place that knows the sum. Only points in time are translated; durations and remaining times are the same
/// inside and outside (rule N2). Offsets are nanoseconds, negative allowed; the range of the clocks that they give is checked
/// where they meet a host (<see cref="CheckRange(in ClockReadings)"/>).
/// </remarks>
/// <param name="RealtimeNs">Offset of CLOCK_REALTIME in nanoseconds.</param>
/// <param name="MonotonicNs">Offset of CLOCK_MONOTONIC in nanoseconds.</param>
/// <param name="BoottimeNs">Offset of CLOCK_BOOTTIME in nanoseconds.</param>
public readonly record struct ClockOffsets(long RealtimeNs, long MonotonicNs, long BoottimeNs)
{
    /// <summary>
    /// The latest that a clock of a namespace may read, in seconds: half of what a timer can hold, so that "never" stays
    /// out of reach (<c>proc_timens_set_offset</c>, rule N5).
    /// </summary>
    public const long MaxReadingSeconds = 4_611_686_018;

    /// <summary>No offset: the namespace reads its host's clocks.</summary>
    public static ClockOffsets None => default;

    /// <summary>The offset of one clock, in nanoseconds.</summary>
    public long this[ClockBase clock] => clock switch
    {
        ClockBase.Realtime => RealtimeNs,
        ClockBase.Monotonic => MonotonicNs,
        _ => BoottimeNs,
    };

    /// <summary>Offsets from durations.</summary>
    /// <exception cref="OffsetRangeException">An offset has more nanoseconds than fit into 64 bits (about 292 years).</exception>
    public static ClockOffsets Of(Duration realtime = default, Duration monotonic = default, Duration boottime = default) => new(
        Exact(realtime, ClockBase.Realtime), Exact(monotonic, ClockBase.Monotonic), Exact(boottime, ClockBase.Boottime));

    /// <summary>A namespace's reading of a point on the host's clock. Saturates.</summary>
    public ClockTime ToNamespace(ClockBase clock, ClockTime host) => host.Plus(this[clock]);

    /// <summary>A namespace's readings of its host's clocks. Saturates.</summary>
    public ClockReadings ToNamespace(in ClockReadings host) => new(
        host.Realtime.Plus(RealtimeNs), host.Monotonic.Plus(MonotonicNs), host.Boottime.Plus(BoottimeNs));

    /// <summary>
    /// The point on the host's clock at which a namespace's clock reads <paramref name="inside"/>. Saturates; never stays never
    /// (where the kernel wraps, rule N4).
    /// </summary>
    public ClockTime ToHost(ClockBase clock, ClockTime inside)
    {
        return inside.IsNever ? inside : new ClockTime(ToHost(inside.Nanoseconds, this[clock]));
    }

    /// <summary>The same for a deadline that is not never, in nanoseconds, with the offset of its clock.</summary>
    internal static long ToHost(long insideNs, long offsetNs) =>
        Math.Min(ClockTime.SubtractSaturating(insideNs, offsetNs), long.MaxValue - 1); // a deadline that exists stays one

    /// <summary>Refuses offsets with which a clock of the namespace would read below 0 or beyond <see cref="MaxReadingSeconds"/>.</summary>
    /// <param name="host">The host's clocks now.</param>
    /// <exception cref="OffsetRangeException">The first clock that would be out of range (ERANGE, rule N5).</exception>
    public void CheckRange(in ClockReadings host) => CheckRange(host, null);

    /// <summary>The same for the clocks whose offset differs from <paramref name="old"/>: one that stays is not asked where it has got to.</summary>
    internal void CheckRange(in ClockReadings host, ClockOffsets? old)
    {
        foreach (var clock in Bases)
        {
            var reading = (Int128)host[clock].Nanoseconds + this[clock];
            if (old?[clock] != this[clock] && (reading < 0 || reading > (Int128)MaxReadingSeconds * ClockTime.NanosecondsPerSecond))
            {
                throw new OffsetRangeException(clock, this[clock], host[clock]);
            }
        }
    }

    /// <summary>The offsets with one of them replaced.</summary>
    public ClockOffsets With(ClockBase clock, long offsetNs) => clock switch
    {
        ClockBase.Realtime => this with { RealtimeNs = offsetNs },
        ClockBase.Monotonic => this with { MonotonicNs = offsetNs },
        _ => this with { BoottimeNs = offsetNs },
    };

    internal static ReadOnlySpan<ClockBase> Bases => [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    private static long Exact(Duration offset, ClockBase clock)
    {
        var nanoseconds = offset.ToInt128Nanoseconds();
        return nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue
            ? (long)nanoseconds
            : throw new OffsetRangeException(clock, offset);
    }
}
