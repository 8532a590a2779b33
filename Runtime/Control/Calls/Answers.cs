using NodaTime.Text;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Control.Calls;

/// <summary>What the engine says, as it goes over the wire.</summary>
internal static class Answers
{
    /// <summary>How many entries of what fires are listed.</summary>
    public const int MaxFires = 1000;

    private static readonly InstantPattern NineDecimals = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss.fffffffff'Z'");

    public static string Instant(ClockTime realtime) => NineDecimals.Format(realtime.ToInstant());

    public static Readings Of(in ClockReadings readings) => new()
    {
        Realtime = Instant(readings.Realtime),
        RealtimeNs = readings.Realtime.Nanoseconds,
        MonotonicNs = readings.Monotonic.Nanoseconds,
        BoottimeNs = readings.Boottime.Nanoseconds,
    };

    public static Offsets Of(in ClockOffsets offsets) => new()
    {
        RealtimeNs = offsets.RealtimeNs,
        MonotonicNs = offsets.MonotonicNs,
        BoottimeNs = offsets.BoottimeNs,
    };

    public static NamespaceInfo Of(NamespaceLook look) => new()
    {
        Name = look.Name,
        Frozen = look.IsFrozen,
        Offsets = Of(look.Offsets),
        Clocks = Of(look.Readings),
        Timers = look.Timers,
        Armed = look.Armed,
        Next = look.Next is { } next ? new NextExpiration { Id = next.Id, Name = next.Name, Clock = next.Clock.LinuxName(), InNs = next.InNs } : null,
        EphemeralTimers = look.Ephemeral,
        Expirations = look.Expirations,
        LatenessTicks = look.LatenessTicks,
        LatenessSumNs = look.LatenessSumNs,
    };

    public static TimerInfo Of(string ns, in TimerLook look) => new()
    {
        Id = look.Id,
        Name = look.Name,
        Namespace = ns,
        Clock = look.Clock.LinuxName(),
        Armed = look.IsArmed,
        Readable = look.IsReadable,
        ValueNs = look.Value.ValueNs,
        IntervalNs = look.Value.IntervalNs,
        Flags = [.. FlagNames.Of((int)look.Flags)],
        Fdinfo = look.FdInfo(),
    };

    public static TimerRead Of(ReadStatus status, in Tick tick) => new()
    {
        Status = status switch
        {
            ReadStatus.Ticks => "ticks",
            ReadStatus.Canceled => "canceled",
            ReadStatus.SteppedBack => "stepped-back",
            _ => "empty",
        },
        Expirations = status == ReadStatus.Ticks ? tick.Expirations : 0,
        DueNs = status == ReadStatus.Ticks ? tick.Due.Nanoseconds : null,
        AtNs = status is ReadStatus.Ticks or ReadStatus.Canceled ? tick.At.Nanoseconds : null,
    };

    public static Fire Of(in ForecastEntry entry, ClockId clock) => new()
    {
        Id = entry.TimerId,
        Name = entry.Name,
        Clock = clock.LinuxName(),
        InNs = ClockTime.FromSinceZero(entry.In).Nanoseconds,
        Expirations = entry.Expirations,
        Canceled = entry.IsCanceled,
    };

    public static TickEvent Of(NamespaceTimer timer, in Tick tick) => new()
    {
        Namespace = timer.Namespace.Name,
        Timer = timer.Id,
        Name = timer.Name,
        Clock = tick.Clock.LinuxName(),
        Expirations = tick.Expirations,
        DueNs = tick.Due.Nanoseconds,
        AtNs = tick.At.Nanoseconds,
        LatenessNs = tick.LatenessNs,
        Canceled = tick.IsCanceled,
    };

    public static ChangeEvent Of(in ClockChange change) => new()
    {
        Namespace = change.Namespace,
        Reason = change.Reason switch
        {
            ClockChangeReason.OffsetsSet => "offsets-set",
            ClockChangeReason.RealtimeSet => "realtime-set",
            ClockChangeReason.HostClockSet => "host-clock-set",
            ClockChangeReason.HostResumed => "host-resumed",
            ClockChangeReason.Frozen => "frozen",
            ClockChangeReason.Thawed => "thawed",
            _ => "restored",
        },
        OldOffsets = Of(change.OldOffsets),
        NewOffsets = Of(change.NewOffsets),
        At = Of(change.At),
    };
}
