using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tool.Demo;

/// <summary>One row of the demonstration's table.</summary>
/// <param name="Timer">The timer's name.</param>
/// <param name="SetTo">What it was set to.</param>
/// <param name="Did">What it did, from the recorded ticks.</param>
/// <param name="Should">What it should have done, from the setting and the clocks.</param>
/// <param name="IsKept">Whether these agree.</param>
/// <param name="Relative">What a restore by time remaining would have done.</param>
internal sealed record Row(string Timer, string SetTo, string Did, string Should, bool IsKept, string Relative);

/// <summary>
/// Judges recorded ticks by arithmetic of its own: counts and deadlines are worked out from what a timer was set to and what its
/// clock read, never from what the engine says it counted.
/// </summary>
internal static class Verdicts
{
    /// <summary>A one-shot: one tick, one expiration, for exactly its deadline, not early.</summary>
    public static Row OneShot(string name, string setTo, ClockTime deadline, IReadOnlyList<Tick> ticks, string relative)
    {
        var kept = ticks is [{ IsCanceled: false, Expirations: 1 } only] && only.Due == deadline && only.At >= deadline;
        var did = ticks.Count == 0 ? "nothing" : string.Join(", ", ticks.Select(t => t.IsCanceled ? "cancelled" : $"{Times(t.Expirations)} at {Point(t.At, t.Clock)}"));
        return new Row(name, setTo, did, $"1x at {Point(deadline, ticks.Count > 0 ? ticks[0].Clock : ClockId.Monotonic)}", kept, relative);
    }

    /// <summary>A periodic timer: as many expirations as periods ended by its last reading, each tick in phase.</summary>
    public static Row Periodic(string name, string setTo, ClockTime first, Duration interval, IReadOnlyList<Tick> ticks, string relative)
    {
        var counted = ticks.Aggregate(0UL, static (sum, tick) => sum + tick.Expirations);
        var inPhase = ticks.All(t => t.Due >= first && t.Due.Since(first) % (long)interval.TotalNanoseconds == 0 && t.At >= t.Due);
        var should = ticks.Count == 0 ? 0 : Periods(first, interval, ticks[^1].At);
        return new Row(
            name, setTo, $"{Times(counted)} in {ticks.Count} tick{(ticks.Count == 1 ? "" : "s")}{(inPhase ? ", in phase" : ", OUT OF PHASE")}",
            $"{Times(should)}, in phase", ticks.Count > 0 && inPhase && counted == should, relative);
    }

    /// <summary>A cancel-on-set timer: told of each clock set once, and never fired.</summary>
    public static Row CancelOnSet(string name, string setTo, int clockSets, IReadOnlyList<Tick> ticks, string relative)
    {
        var told = ticks.Count(static t => t.IsCanceled);
        var kept = told == clockSets && ticks.All(static t => t.IsCanceled);
        return new Row(name, setTo, $"told {Times((ulong)told)}{(ticks.All(static t => t.IsCanceled) ? "" : " and fired")}", $"told {Times((ulong)clockSets)}", kept, relative);
    }

    /// <summary>A timer that a neighbour's clock change must not touch.</summary>
    public static Row Untouched(string name, string setTo, Duration remaining, Duration atLeast, Duration atMost, IReadOnlyList<Tick> ticks) => new(
        name, setTo, ticks.Count == 0 ? $"{Span(remaining)} to go" : "fired", $"{Span(atLeast)} to {Span(atMost)}",
        ticks.Count == 0 && remaining >= atLeast && remaining <= atMost, "-");

    public static ulong Periods(ClockTime first, Duration interval, ClockTime at) =>
        at < first ? 0 : (ulong)(at.Since(first) / (long)interval.TotalNanoseconds) + 1;

    public static string Times(ulong count) => $"{count}x";

    public static string Span(Duration span) => span < Duration.FromMinutes(1)
        ? $"{span.TotalSeconds:0.000} s"
        : $"{(int)span.TotalHours:00}:{span.Minutes:00}:{span.Seconds:00}";

    /// <summary>Wall clocks as time of day, the others as seconds of their reading.</summary>
    public static string Point(ClockTime at, ClockId clock) => clock.Base() == ClockBase.Realtime
        ? at.ToInstant().ToDateTimeUtc().ToString("HH:mm:ss.fff")
        : $"{at.ToDuration().TotalSeconds:0.000} s";
}
