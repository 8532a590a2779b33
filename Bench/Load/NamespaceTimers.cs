using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>Timers of a namespace that has offsets, on the machine's own clocks.</summary>
internal sealed class NamespaceTimers : ChangeLoad
{
    private static readonly TimerSetting[] s_settings = [.. DelayMs.Select(static ms => TimerSetting.After(Duration.FromMilliseconds(ms)))];

    private readonly TimeRuntime _runtime = TimeRuntime.Start(Kernels.Open());
    private readonly NamespaceTimer[] _timers;

    public NamespaceTimers(int timers)
        : base(timers)
    {
        var ns = _runtime.CreateNamespace("bench", new ClockOffsets(0, 7_200_000_000_000, 0));
        _timers = [.. Enumerable.Range(0, timers).Select(_ => ns.CreateTimer(ClockId.Monotonic))];
    }

    public override void Set(int timer, int delay) => _timers[timer].Set(s_settings[delay]);

    public override void Cancel(int timer) => _timers[timer].Set(TimerSetting.Disarmed);

    public override void VerifyArmed(int expected) => Check.Equal(expected, _timers.Count(static t => t.Get().ValueNs > 0), "armed timers");

    public override double? LeftMs(int timer) => _timers[timer].Get().ValueNs / 1e6;

    public override void Dispose()
    {
        Check.Equal(0L, _runtime.Statistics.Expirations, "timers that fired");
        _runtime.Dispose();
    }
}
