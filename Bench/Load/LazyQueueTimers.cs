using System.Diagnostics;

namespace TimeNs.Bench.Load;

/// <summary>A <see cref="LazyTimerQueue"/> with deadlines read off the machine's clock. Not thread-safe; no thread waits for its head.</summary>
internal sealed class LazyQueueTimers(int timers) : ChangeLoad(timers)
{
    private const long NsPerMs = 1_000_000;

    private readonly LazyTimerQueue _queue = new(timers);

    public override void Set(int timer, int delay) => _queue.Set(timer, Stopwatch.GetTimestamp() + DelayMs[delay] * NsPerMs);

    public override void Cancel(int timer) => _queue.Cancel(timer);

    public override void VerifyArmed(int expected) => Check.Equal(expected, _queue.CountLive(), "live entries");

    public override double? LeftMs(int timer) => (_queue.Deadline(timer) - Stopwatch.GetTimestamp()) / (double)NsPerMs;

    public override void Dispose()
    {
        // It holds nothing.
    }
}
