namespace TimeNs.Bench.Load;

/// <summary><see cref="Timer"/> and its Change. Nothing tells whether one of them is armed but the number of all in the process.</summary>
internal sealed class SystemTimers : ChangeLoad
{
    /// <summary>Other code of the process may have started or ended some.</summary>
    private const int Others = 8;

    private readonly long _before = Timer.ActiveCount;
    private readonly Timer[] _timers;
    private bool _refused;
    private int _fired;

    public SystemTimers(int timers)
        : base(timers) =>
        _timers = [.. Enumerable.Range(0, timers).Select(_ => new Timer(_ => Interlocked.Increment(ref _fired), null, -1, -1))];

    public override void Set(int timer, int delay) => _refused |= !_timers[timer].Change(DelayMs[delay], Timeout.Infinite);

    public override void Cancel(int timer) => _refused |= !_timers[timer].Change(Timeout.Infinite, Timeout.Infinite);

    public override void VerifyArmed(int expected)
    {
        var armed = Timer.ActiveCount - _before;
        Check.That(!_refused, "a timer refused a change");
        Check.That(Math.Abs(armed - expected) <= Others, $"{armed} timers are armed instead of {expected}");
    }

    public override double? LeftMs(int timer) => null;

    public override void Dispose()
    {
        Check.Equal(0, _fired, "timers that fired");
        Array.ForEach(_timers, static t => t.Dispose());
    }
}
