using TimeNs.Bench.Native;

namespace TimeNs.Bench.Load;

/// <summary>One kernel timerfd a timer, as many as the limit of open files allows.</summary>
internal sealed class KernelTimers : ChangeLoad
{
    /// <summary>Descriptors that the rest of the process needs.</summary>
    private const int Reserve = 900;
    private const long NsPerMs = 1_000_000;

    private readonly int[] _timers;

    public KernelTimers(int timers)
        : base(Limit(timers)) =>
        _timers = [.. Enumerable.Range(0, Timers).Select(static _ => LinuxCalls.CreateTimer())];

    /// <summary>As many of these timers as can be had.</summary>
    public static int Limit(int timers) => Math.Min(timers, LinuxCalls.RaiseFileLimit() - Reserve);

    public override void Set(int timer, int delay) => LinuxCalls.SetTimer(_timers[timer], 0, DelayMs[delay] * NsPerMs, 0);

    public override void Cancel(int timer) => LinuxCalls.SetTimer(_timers[timer], 0, 0, 0);

    public override void VerifyArmed(int expected) =>
        Check.Equal(expected, _timers.Count(static t => LinuxCalls.TimeLeft(t) > 0), "armed timers");

    public override double? LeftMs(int timer) => LinuxCalls.TimeLeft(_timers[timer]) / (double)NsPerMs;

    public override void Dispose() => Array.ForEach(_timers, static t => _ = LinuxCalls.Close(t));
}
