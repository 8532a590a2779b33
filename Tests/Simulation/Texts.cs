using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Tests.Properties;
using TimeNs.Timers;

namespace TimeNs.Tests.Simulation;

/// <summary>Both sides say the same thing in the same words.</summary>
internal static class Texts
{
    public static string Of(in Tick tick) => tick is { Expirations: 0, IsCanceled: false } ? "0" : Rig.Text(tick);

    public static string Of(ModelRead? read) => read switch
    {
        null => "EAGAIN",
        { Canceled: true } => $"ECANCELED at {read.At}",
        { Count: var count } when count == 0 => "0",
        _ => $"{read.Count} due {read.Due} at {read.At}",
    };

    public static string Of(in ClockReadings r) => $"{r.Realtime.Nanoseconds} {r.Monotonic.Nanoseconds} {r.Boottime.Nanoseconds}";

    public static string Of(in ClockOffsets o) => $"{o.RealtimeNs} {o.MonotonicNs} {o.BoottimeNs}";

    public static string Of(Int128[] clocks) => string.Join(' ', clocks);

    public static string Of(NamespaceImage image) =>
        $"{image.Name} {Of(image.Offsets)} at {Of(image.Readings)} host {Of(image.Host)} {image.WasFrozen} {image.Absolute == AbsoluteTimers.Relative} {image.HasHadTimers} {image.NextTimerId} {image.EphemeralTimers}"
        + string.Concat(image.Timers.Select(static t => $"\n{t.Id} {t.Name} {(int)t.Clock} {t.IsAbsolute} {(int)t.Flags} {t.IsArmed} {t.IsExpired} {t.Deadline.Nanoseconds} {t.IntervalNs} {t.Ticks} {t.FirstDue?.Nanoseconds} {t.MightCancel} {t.IsCancelPending} {t.RememberedWallOffsetNs}"));

    public static string Of(ModelImage image) =>
        $"{image.Name} {Of(image.Offsets)} at {Of(image.Readings)} host {Of(image.Host)} {image.Frozen} {image.Relative} {image.HadTimers} {image.NextId} {image.Ephemerals}"
        + string.Concat(image.Timers.Select(static t => $"\n{t.Id} {t.Name} {t.Clock} {t.Absolute} {t.ShownFlags} {t.Armed} {t.Expired} {(t.Armed || t.Expired ? t.Deadline : 0)} {t.Interval} {t.Ticks} {t.FirstDue} {t.Listed} {t.CancelPending} {t.Remembered}"));

    /// <summary>P1, in one line.</summary>
    public static string Fdinfo(int clock, Int128 ticks, int flags, Int128 value, Int128 interval)
    {
        static string Timespec(Int128 ns) => $"({ns / 1_000_000_000}, {ns % 1_000_000_000})";
        return $"clockid: {clock} ticks: {ticks} settime flags: 0{flags} it_value: {Timespec(value)} it_interval: {Timespec(interval)}";
    }

    public static RestorePolicy Policy(ModelPolicy policy) => new()
    {
        Realtime = policy.RealtimeFrozen ? ClockPolicy.Frozen : ClockPolicy.Wall,
        Monotonic = policy.MonotonicElapsed ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
        Boottime = policy.BoottimeElapsed ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
        Missed = Enum.Parse<MissedTicks>(policy.Missed, ignoreCase: true),
    };
}
