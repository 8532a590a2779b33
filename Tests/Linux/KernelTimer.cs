using System.Runtime.InteropServices;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Linux;

/// <summary>
/// A timerfd as the machine's kernel gives it. Nothing is checked and nothing repaired on the way in, so that the kernel can be asked
/// about malformed input; every call answers with its errno, 0 for success. Never sets a clock of the machine.
/// </summary>
internal sealed unsafe partial class KernelTimer : IDisposable
{
    public const int NonBlock = 0x800;

    private const uint SetTicksRequest = 0x40085400; // TFD_IOC_SET_TICKS = _IOW('T', 0, __u64)
    private const short PollIn = 1;

    private KernelTimer(int fd) => Fd = fd;

    public int Fd { get; }

    /// <summary>timerfd_create; null with an errno.</summary>
    public static KernelTimer? Create(int clock, int flags, out int errno)
    {
        var fd = TimerfdCreate(clock, flags);
        errno = ErrnoOf(fd);
        return fd < 0 ? null : new KernelTimer(fd);
    }

    /// <summary>timerfd_settime on any descriptor.</summary>
    public static int SetTime(int fd, int flags, Timespec value, Timespec interval, out TimerValue old)
    {
        var setting = stackalloc long[4] { interval.Seconds, interval.Nanoseconds, value.Seconds, value.Nanoseconds };
        var was = stackalloc long[4];
        var errno = ErrnoOf(TimerfdSettime(fd, flags, setting, was));
        old = Value(was);
        return errno;
    }

    public int SetTime(int flags, Timespec value, Timespec interval, out TimerValue old) => SetTime(Fd, flags, value, interval, out old);

    public int GetTime(out TimerValue value)
    {
        var now = stackalloc long[4];
        var errno = ErrnoOf(TimerfdGettime(Fd, now));
        value = Value(now);
        return errno;
    }

    public int Read(out ulong ticks, int size = sizeof(ulong))
    {
        var buffer = stackalloc ulong[8];
        var errno = ErrnoOf((int)Read(Fd, buffer, (nuint)size));
        ticks = buffer[0];
        return errno;
    }

    /// <summary>Whether a read would not wait, after at most some milliseconds.</summary>
    public bool IsReadable(int timeoutMs = 0)
    {
        var poll = new PollFd { Fd = Fd, Events = PollIn };
        return Poll(&poll, 1, timeoutMs) > 0 && (poll.Happened & PollIn) != 0;
    }

    public int SetTicks(ulong ticks) => ErrnoOf(Ioctl(Fd, SetTicksRequest, &ticks));

    /// <summary>The timer's five lines (rule P1), without those that every descriptor has.</summary>
    public string Fdinfo() => string.Concat(
        File.ReadLines($"/proc/self/fdinfo/{Fd}").SkipWhile(static l => !l.StartsWith("clockid:", StringComparison.Ordinal)).Select(static l => l + "\n"));

    /// <summary>Real time goes by, asleep in the kernel.</summary>
    public static void Nap(long nanoseconds)
    {
        var span = stackalloc long[2] { nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 };
        _ = Nanosleep(span, null);
    }

    public void Dispose() => _ = Close(Fd);

    /// <summary>KTIME_MAX is the largest that the kernel answers, so nanoseconds fit.</summary>
    private static TimerValue Value(long* spec) => new((spec[2] * 1_000_000_000) + spec[3], (spec[0] * 1_000_000_000) + spec[1]);

    private static int ErrnoOf(int result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerfdCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerfdSettime(int fd, int flags, long* newValue, long* oldValue);

    [LibraryImport("libc", EntryPoint = "timerfd_gettime", SetLastError = true)]
    private static partial int TimerfdGettime(int fd, long* value);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* fds, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Nanosleep(long* span, long* remaining);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
