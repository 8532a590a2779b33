using System.Runtime.InteropServices;
using System.Text;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// The calls of Linux that the steps of a scenario are, each made once and bare: what is returned is the error number, 0 for none.
/// An fd is a plain number here, since a scenario may ask for calls on one that is not open. Nothing is checked and nothing repaired on
/// the way in, so that the kernel can be asked about malformed input.
/// </summary>
/// <remarks>Layouts and numbers are those of 64-bit Linux on x64, arm64, riscv64 and loongarch64.</remarks>
internal static unsafe partial class KernelCalls
{
    public const int NewTimeNamespace = 0x80;
    public const int Monotonic = 1;
    public const int Boottime = 7;
    public const int Realtime = 0;

    private const ulong SetTicksRequest = 0x40085400; // TFD_IOC_SET_TICKS = _IOW('T', 0, __u64)
    private const int TimerAbsolute = 1;
    private const int WriteOnly = 1;
    private const int CloseOnExec = 0x80000;
    private const short PollIn = 1;
    private const short PollInvalid = 0x20;

    /// <summary>struct itimerspec: the interval stands first.</summary>
    public struct Setting
    {
        public Timespec Interval;
        public Timespec Value;
    }

    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    public static int CreateTimer(int clock, int flags, out int fd)
    {
        fd = TimerfdCreate(clock, flags);
        return ErrnoUnless(fd >= 0);
    }

    public static int SetTimer(int fd, int flags, Setting setting, out Setting old)
    {
        var before = default(Setting);
        var errno = ErrnoUnless(TimerfdSettime(fd, flags, &setting, &before) == 0);
        old = before;
        return errno;
    }

    public static int GetTimer(int fd, out Setting now)
    {
        var setting = default(Setting);
        var errno = ErrnoUnless(TimerfdGettime(fd, &setting) == 0);
        now = setting;
        return errno;
    }

    /// <param name="fd">The timer.</param>
    /// <param name="ticks">Its expirations; 0 with an error.</param>
    /// <param name="size">The buffer's size in bytes, at most 64; the kernel refuses less than 8 (rule R1).</param>
    public static int ReadTicks(int fd, out ulong ticks, int size = sizeof(ulong))
    {
        var buffer = stackalloc ulong[8];
        var length = Read(fd, buffer, (nuint)size);
        ticks = buffer[0];
        return ErrnoUnless(length == sizeof(ulong));
    }

    public static int SetTicks(int fd, ulong ticks) => ErrnoUnless(Ioctl(fd, SetTicksRequest, &ticks) == 0);

    /// <summary>Whether a read would not wait, after at most some milliseconds.</summary>
    public static int Poll(int fd, out bool readable, int timeoutMs = 0)
    {
        var entry = new PollEntry { Fd = fd, Events = PollIn };
        var count = Poll(&entry, 1, timeoutMs);
        readable = (entry.Returned & PollIn) != 0;
        return (entry.Returned & PollInvalid) != 0 ? (int)Errno.EBADF : ErrnoUnless(count >= 0);
    }

    public static int CloseFd(int fd) => ErrnoUnless(Close(fd) == 0);

    public static int ReadClock(int clock, out Timespec now)
    {
        var time = default(Timespec);
        var errno = ErrnoUnless(ClockGettime(clock, &time) == 0);
        now = time;
        return errno;
    }

    /// <summary>The reading of a clock that every Linux has, in nanoseconds.</summary>
    public static long ReadClock(int clock) => ReadClock(clock, out var now) == 0
        ? now.ToNanoseconds()
        : throw new ToolException($"clock {clock} of this machine cannot be read");

    /// <summary>Sleeps until MONOTONIC reads this, never less.</summary>
    public static void SleepUntil(long monotonicNs)
    {
        var until = Timespec.FromNanoseconds(monotonicNs);
        while (ClockNanosleep(Monotonic, TimerAbsolute, &until, null) != 0)
        {
            // A signal: the point in time is still the same.
        }
    }

    /// <summary>Gives the children of the calling thread namespaces of their own.</summary>
    public static int Unshare(int kinds) => ErrnoUnless(UnshareThread(kinds) == 0);

    /// <summary>Writes a file in one call: a file of <c>/proc</c> takes all of it or nothing, and says why.</summary>
    public static int WriteFile(string path, string text)
    {
        var fd = Open(path, WriteOnly | CloseOnExec);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        int errno;
        fixed (byte* start = bytes)
        {
            errno = ErrnoUnless(Write(fd, start, (nuint)bytes.Length) == bytes.Length);
        }

        _ = Close(fd);
        return errno;
    }

    public static string MessageOf(string call, int errno) => $"{call}: {Marshal.GetPInvokeErrorMessage(errno)}";

    public static string NameOf(int errno) => Enum.IsDefined((Errno)errno) ? ((Errno)errno).ToString() : $"errno {errno}";

    private static int ErrnoUnless(bool done) => done ? 0 : Marshal.GetLastPInvokeError();

    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerfdCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerfdSettime(int fd, int flags, Setting* setting, Setting* old);

    [LibraryImport("libc", EntryPoint = "timerfd_gettime", SetLastError = true)]
    private static partial int TimerfdGettime(int fd, Setting* setting);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int fd, ulong request, ulong* argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, ulong count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGettime(int clock, Timespec* now);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, Timespec* until, Timespec* remaining);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareThread(int kinds);
}
