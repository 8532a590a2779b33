using System.Diagnostics;

namespace TimeNs.Bench.RealTime;

/// <summary>Waits of the thread that looks on; nothing that is measured depends on how exact they are.</summary>
internal static class Pause
{
    public const long NsPerSecond = 1_000_000_000;

    /// <summary>The machine's monotonic clock, in nanoseconds.</summary>
    public static long NowNs() => Stopwatch.GetTimestamp() * (NsPerSecond / Stopwatch.Frequency);

    public static void Until(long deadlineNs)
    {
        using var never = new ManualResetEventSlim();
        while (deadlineNs - NowNs() is var left and > 0)
        {
            never.Wait(TimeSpan.FromMilliseconds(Math.Ceiling(left / 1e6)));
        }
    }
}
