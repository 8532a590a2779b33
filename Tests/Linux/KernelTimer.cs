using TimeNs.Clocks;
using TimeNs.Timers;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tests.Linux;

/// <summary>
/// A timerfd as the machine's kernel gives it, by the calls that <c>simulate --kernel</c> makes; every call answers with its errno, 0 for
/// success. Never sets a clock of the machine.
/// </summary>
internal sealed class KernelTimer : IDisposable
{
    public const int NonBlock = 0x800;

    private KernelTimer(int fd) => Fd = fd;

    public int Fd { get; }

    /// <summary>timerfd_create; null with an errno.</summary>
    public static KernelTimer? Create(int clock, int flags, out int errno)
    {
        errno = KernelCalls.CreateTimer(clock, flags, out var fd);
        return errno != 0 ? null : new KernelTimer(fd);
    }

    /// <summary>timerfd_settime on any descriptor.</summary>
    public static int SetTime(int fd, int flags, Timespec value, Timespec interval, out TimerValue old)
    {
        var errno = KernelCalls.SetTimer(fd, flags, new KernelCalls.Setting { Value = value, Interval = interval }, out var was);
        old = Value(was);
        return errno;
    }

    public int SetTime(int flags, Timespec value, Timespec interval, out TimerValue old) => SetTime(Fd, flags, value, interval, out old);

    public int GetTime(out TimerValue value)
    {
        var errno = KernelCalls.GetTimer(Fd, out var now);
        value = Value(now);
        return errno;
    }

    public int Read(out ulong ticks, int size = sizeof(ulong)) => KernelCalls.ReadTicks(Fd, out ticks, size);

    /// <summary>Whether a read would not wait, after at most some milliseconds.</summary>
    public bool IsReadable(int timeoutMs = 0) => KernelCalls.Poll(Fd, out var readable, timeoutMs) == 0 && readable;

    public int SetTicks(ulong ticks) => KernelCalls.SetTicks(Fd, ticks);

    /// <summary>The timer's five lines (rule P1), without those that every descriptor has.</summary>
    public string Fdinfo() => string.Concat(
        File.ReadLines($"/proc/self/fdinfo/{Fd}").SkipWhile(static l => !l.StartsWith("clockid:", StringComparison.Ordinal)).Select(static l => l + "\n"));

    /// <summary>Real time goes by, asleep in the kernel.</summary>
    public static void Nap(long nanoseconds) => KernelCalls.SleepUntil(KernelCalls.ReadClock(KernelCalls.Monotonic) + nanoseconds);

    public void Dispose() => _ = KernelCalls.CloseFd(Fd);

    /// <summary>KTIME_MAX is the largest that the kernel answers, so nanoseconds fit.</summary>
    private static TimerValue Value(in KernelCalls.Setting spec) => new(Nanoseconds(spec.Value), Nanoseconds(spec.Interval));

    private static long Nanoseconds(Timespec time) => (time.Seconds * 1_000_000_000) + time.Nanoseconds;
}
