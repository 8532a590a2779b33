using System.Diagnostics;
using System.Runtime.CompilerServices;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// Makes readings of three clocks as of one moment out of a machine that can only be asked for one at a time.
/// </summary>
/// <remarks>
/// <para>
/// MONOTONIC is read; the others are MONOTONIC plus a difference that was measured once and is kept, so that it is the same to
/// the nanosecond from reading to reading. Each reading takes a sample of the wall clock between two readings of MONOTONIC, and
/// a difference that cannot be true any more is measured anew: the wall clock was set or the machine was suspended.
/// </para>
/// <para>
/// Where a difference is known only to lie in a bracket its low end is taken, so that no clock reads ahead of the machine's own
/// (INV-2). BOOTTIME never goes back (INV-4), hence its difference never shrinks; it is taken as 0 when it can be 0, which is exact on
/// a machine that never slept.
/// </para>
/// </remarks>
/// <typeparam name="TSource">The machine's clocks; a struct, so that they are called directly.</typeparam>
internal sealed class ClockReader<TSource>
    where TSource : struct, IClockSource
{
    private const long NarrowNs = 10_000;
    private const int Samples = 16;
    private const int Tries = 8;

    private sealed record Differences(long WallNs, long WallSlackNs, long SuspendedNs, long SuspendedSlackNs, bool FoundByReading)
    {
        public bool Same(Differences other) => WallNs == other.WallNs && SuspendedNs == other.SuspendedNs;
    }

    private readonly object _measuring = new();
    private readonly TSource _source;
    private readonly long _toleranceNs;
    private volatile Differences _differences;

    /// <summary>Measures the differences for the first time.</summary>
    /// <param name="source">The machine's clocks.</param>
    /// <param name="toleranceNs">How far the wall clock may stray from MONOTONIC before it counts as set, in nanoseconds.</param>
    public ClockReader(TSource source, long toleranceNs)
    {
        (_source, _toleranceNs) = (source, toleranceNs);
        var (wall, suspended) = Measure();
        suspended = suspended.Fits(0, 0) ? new Bracket(0, 0) : suspended;
        _differences = new Differences(wall.LowNs, wall.WidthNs, suspended.LowNs, suspended.WidthNs, FoundByReading: false);
    }

    /// <summary>Reads the clocks. From any thread; allocates only when it finds the wall clock set.</summary>
    /// <param name="set">True for one reader: the first to find that the wall clock was set or the machine suspended.</param>
    public ClockReadings Read(out bool set)
    {
        // The differences first: readings older than they are would call them wrong.
        var differences = _differences;
        var (bracket, now) = SampleWall();
        if (bracket.Fits(differences.WallNs - _toleranceNs, differences.WallSlackNs + (2 * _toleranceNs)))
        {
            set = false;
            return At(now, differences);
        }

        set = Find(differences);
        return At(_source.MonotonicNs(), _differences);
    }

    /// <summary>The clocks from one reading of MONOTONIC, with the differences as they are. From any thread; allocates nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ClockReadings ReadOnce()
    {
        // The differences first, as above.
        var differences = _differences;
        return At(_source.MonotonicNs(), differences);
    }

    /// <summary>BOOTTIME from one reading of MONOTONIC: agrees with <see cref="Read"/>. From any thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ClockTime ReadBoottime() => new(_source.MonotonicNs() + _differences.SuspendedNs);

    /// <summary>
    /// Measures anew because the machine said that the wall clock was set. From any thread.
    /// </summary>
    /// <returns>False when <see cref="Read"/> has told of this very set already.</returns>
    public bool Remeasure()
    {
        lock (_measuring)
        {
            var old = _differences;
            var now = Next(old, toleranceNs: 0) with { FoundByReading = false };
            _differences = now;
            return !(old.FoundByReading && now.Same(old));
        }
    }

    private bool Find(Differences seen)
    {
        lock (_measuring)
        {
            var old = _differences;
            if (old != seen)
            {
                return false;
            }

            var now = Next(old, _toleranceNs);
            if (now.Same(old))
            {
                return false;
            }

            _differences = now with { FoundByReading = true };
            return true;
        }
    }

    // A difference that can still be true is kept as it is.
    private Differences Next(Differences old, long toleranceNs)
    {
        var (wall, suspended) = Measure();
        var next = old;
        if (!wall.Fits(old.WallNs - toleranceNs, old.WallSlackNs + (2 * toleranceNs)))
        {
            next = next with { WallNs = wall.LowNs, WallSlackNs = wall.WidthNs };
        }

        if (!suspended.Fits(old.SuspendedNs, old.SuspendedSlackNs) && suspended.LowNs > old.SuspendedNs)
        {
            next = next with { SuspendedNs = suspended.LowNs, SuspendedSlackNs = suspended.WidthNs };
        }

        Debug.Assert(next.SuspendedNs >= old.SuspendedNs, "BOOTTIME never goes back (INV-4).");
        return next;
    }

    // Many samples bracket a difference narrower than any one. When they contradict each other the clock was set among them, and
    // they are taken again; a machine on which they always do gets the bracket of one sample.
    private (Bracket Wall, Bracket Suspended) Measure()
    {
        for (var tries = 1; ; tries++)
        {
            var (wall, suspended) = SampleBoth();
            var one = (wall, suspended);
            for (var i = 1; i < Samples; i++)
            {
                var (nextWall, nextSuspended) = SampleBoth();
                (wall, suspended) = (wall.And(nextWall), suspended.And(nextSuspended));
            }

            if (wall.WidthNs >= 0 && suspended.WidthNs >= 0)
            {
                return (_source.TryWallOffset(out var exact) && wall.Fits(exact, 0) ? new Bracket(exact, exact) : wall, suspended);
            }

            if (tries == Tries)
            {
                return one;
            }
        }
    }

    private (Bracket Wall, Bracket Suspended) SampleBoth()
    {
        var before = _source.MonotonicNs();
        var realtime = _source.RealtimeNs();
        var between = _source.MonotonicNs();
        var boottime = _source.BoottimeNs();
        var after = _source.MonotonicNs();
        return (Bracket.Of(before, realtime, between), Bracket.Of(between, boottime, after));
    }

    // A thread that was put aside between the readings learns little: it takes them again.
    private (Bracket Bracket, long NowNs) SampleWall()
    {
        var before = _source.MonotonicNs();
        for (var tries = 1; ; tries++)
        {
            var realtime = _source.RealtimeNs();
            var after = _source.MonotonicNs();
            if (after - before <= NarrowNs || tries == Tries)
            {
                return (Bracket.Of(before, realtime, after), after);
            }

            before = after;
        }
    }

    private static ClockReadings At(long monotonicNs, Differences differences) => new(
        new ClockTime(monotonicNs + differences.WallNs), new ClockTime(monotonicNs), new ClockTime(monotonicNs + differences.SuspendedNs));
}
