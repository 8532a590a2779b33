using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Linux;

/// <summary>One call as it was made to the kernel: between which readings of MONOTONIC, and what came of it.</summary>
internal sealed record OracleStep(OracleVerb Verb, int Timer, int Clock, int Flags, Timespec Value, Timespec Interval, ulong Ticks, long Before, long After)
{
    public OracleAnswer Kernel { get; init; } = new(0);

    public override string ToString() => Verb switch
    {
        OracleVerb.Create => $"create t{Timer} clock {Clock} flags {Flags}",
        OracleVerb.Set => $"set t{Timer} (clock {Clock}) flags {Flags} value {Value} interval {Interval}",
        OracleVerb.SetTicks => $"set_ticks t{Timer} {Ticks}",
        _ => $"{Verb} t{Timer} (clock {Clock})",
    };
}

/// <summary>How far REALTIME and BOOTTIME of the machine are from MONOTONIC: fixed, until someone sets the wall clock or suspends.</summary>
internal readonly record struct OracleClocks(long WallNs, long SuspendedNs)
{
    /// <summary>How well the differences are known.</summary>
    public const long UncertaintyNs = 1_000;

    /// <summary>Offsets of the namespace that stands for the kernel: its host is behind or ahead by as much, so both read the same.</summary>
    private static readonly ClockOffsets Offsets = new(86_400_100_000_001, -3_600_000_000_007, -77_000_000_001);

    /// <summary>The shortest of several readings of one clock between two of MONOTONIC.</summary>
    public static OracleClocks Measure() => new(Difference(LinuxNative.ClockRealtime), Difference(LinuxNative.ClockBoottime));

    public bool IsNear(OracleClocks other) =>
        Math.Abs(WallNs - other.WallNs) <= UncertaintyNs && Math.Abs(SuspendedNs - other.SuspendedNs) <= UncertaintyNs;

    /// <summary>What the kernel's clock reads when its MONOTONIC reads this.</summary>
    public ClockTime Read(ClockBase clock, long monotonic) => new ClockTime(monotonic).Plus(clock switch
    {
        ClockBase.Realtime => WallNs,
        ClockBase.Boottime => SuspendedNs,
        _ => 0,
    });

    /// <summary>The readings of the model's host at that moment.</summary>
    public ClockReadings HostAt(long monotonic) => new(
        Offsets.ToHost(ClockBase.Realtime, Read(ClockBase.Realtime, monotonic)),
        Offsets.ToHost(ClockBase.Monotonic, Read(ClockBase.Monotonic, monotonic)),
        Offsets.ToHost(ClockBase.Boottime, Read(ClockBase.Boottime, monotonic)));

    public TimeNamespace NamespaceIn(NamespaceTable table, long monotonic) => table.Create("a", Offsets, HostAt(monotonic));

    private static long Difference(int clock)
    {
        var (shortest, difference) = (long.MaxValue, 0L);
        for (var i = 0; i < 50; i++)
        {
            var before = LinuxNative.ReadClock(LinuxNative.ClockMonotonic);
            var reading = LinuxNative.ReadClock(clock);
            var took = LinuxNative.ReadClock(LinuxNative.ClockMonotonic) - before;
            if (took < shortest)
            {
                (shortest, difference) = (took, reading - before - (took / 2));
            }
        }

        return difference;
    }
}

/// <summary>TimeNs's pure core, to which the calls made to the kernel are made again at moments that are chosen.</summary>
internal sealed class OracleModel
{
    private const int CreateFlags = 0x800 | 0x80000;
    private readonly OracleClocks _clocks;
    private readonly NamespaceTable _table = new();
    private readonly TimeNamespace _namespace;
    private readonly Dictionary<int, TimerState> _timers = [];
    private readonly Dictionary<int, long> _countdowns = [];

    public OracleModel(OracleClocks clocks, long monotonic)
    {
        _clocks = clocks;
        _namespace = clocks.NamespaceIn(_table, monotonic);
    }

    public TimerState? Timer(int id) => _timers.TryGetValue(id, out var timer) ? timer : null;

    /// <summary>Kernel fault C: a disarmed alarm timer still shows the time to the deadline that it had.</summary>
    public long? CountdownOf(int id, long at) => _countdowns.TryGetValue(id, out var deadline)
        ? Math.Max(0, ClockTime.SubtractSaturating(deadline, _clocks.Read(_timers[id].Clock.Base(), at).Nanoseconds))
        : null;

    /// <summary>Nanoseconds that the timer is overdue by, while it is armed; negative before its deadline.</summary>
    public long? OverdueBy(int id, long at) => Timer(id) is { IsArmed: true } timer
        ? ClockTime.SubtractSaturating(_clocks.Read(timer.Base, at).Nanoseconds, timer.Deadline)
        : null;

    public void Expire(long at) => _table.ExpireDue(_clocks.HostAt(at));

    public ulong Expirations(int id, long at) => _timers[id].PeekExpirations(_namespace.ReadAt(_clocks.HostAt(at)));

    public OracleAnswer Do(OracleStep step, long at)
    {
        try
        {
            return Call(step, _clocks.HostAt(at));
        }
        catch (ArgumentException)
        {
            return new OracleAnswer((int)Errno.EINVAL);
        }
        finally
        {
            _table.CheckInvariants();
        }
    }

    private OracleAnswer Call(OracleStep step, in ClockReadings host)
    {
        if (step.Verb == OracleVerb.Create)
        {
            if ((step.Flags & ~CreateFlags) != 0)
            {
                return new OracleAnswer((int)Errno.EINVAL); // the flags are looked at before the core is asked (rule C2)
            }

            _timers.Add(step.Timer, _namespace.CreateTimer((ClockId)step.Clock, null, host));
            return new OracleAnswer(0);
        }

        var timer = _timers[step.Timer];
        switch (step.Verb)
        {
            case OracleVerb.Set:
                var setting = TimerSetting.FromTimespec((SettimeFlags)step.Flags, step.Value, step.Interval);
                NoteCountdown(step.Timer, timer, setting, host);
                return OracleAnswer.Of(0, _namespace.SetTime(timer, setting, host).Old);
            case OracleVerb.Get:
                return OracleAnswer.Of(0, _namespace.GetTime(timer, host));
            case OracleVerb.Read:
                return _namespace.Read(timer, host, out var read) == ReadStatus.Ticks
                    ? new OracleAnswer(0) { Ticks = read.Tick.Expirations }
                    : new OracleAnswer((int)Errno.EAGAIN);
            case OracleVerb.Poll:
                return new OracleAnswer(0) { Readable = timer.IsReadable };
            case OracleVerb.SetTicks:
                return new OracleAnswer(_namespace.SetTicks(timer, step.Ticks, host) ? 0 : (int)Errno.ECANCELED);
            default:
                return OracleAnswer.Of(0, _namespace.Peek(timer, host)) with { Ticks = timer.Ticks, Shown = ((int)timer.Clock, (int)timer.Flags) };
        }
    }

    private void NoteCountdown(int id, TimerState timer, in TimerSetting setting, in ClockReadings host)
    {
        if (setting.ValueNs != 0)
        {
            _countdowns.Remove(id);
        }
        else if (timer.Clock.IsAlarm() && _namespace.GetTime(timer, host) is var _ && timer.IsArmed)
        {
            _countdowns[id] = timer.Deadline; // forwarded by the look at it, as the settime would; the ticks that it kept are cleared
        }
    }
}
