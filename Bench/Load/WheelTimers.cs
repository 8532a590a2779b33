using DotNetty.Common.Utilities;

namespace TimeNs.Bench.Load;

/// <summary>DotNetty's hashed wheel with its default ticks of 100 ms. A timeout of it cannot be moved: it is cancelled and a new one made.</summary>
internal sealed class WheelTimers(int timers) : ChangeLoad(timers), ITimerTask
{
    private static readonly TimeSpan[] s_delays = [.. DelayMs.Select(static ms => TimeSpan.FromMilliseconds(ms))];

    private readonly HashedWheelTimer _wheel = new();
    private readonly ITimeout?[] _timeouts = new ITimeout?[timers];
    private int _fired;

    public override void Set(int timer, int delay)
    {
        _timeouts[timer]?.Cancel();
        _timeouts[timer] = _wheel.NewTimeout(this, s_delays[delay]);
    }

    public override void Cancel(int timer) => _timeouts[timer]?.Cancel();

    public override void VerifyArmed(int expected) =>
        Check.Equal(expected, _timeouts.Count(static t => t is { Canceled: false, Expired: false }), "timeouts that are not cancelled");

    public override double? LeftMs(int timer) => null;

    public override void Dispose()
    {
        Check.Equal(0, _fired, "timeouts that fired");
        _wheel.StopAsync().GetAwaiter().GetResult();
    }

    void ITimerTask.Run(ITimeout timeout) => Interlocked.Increment(ref _fired);
}
