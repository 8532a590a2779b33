using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// The calls of Linux that a kernel needs, each checked: what fails is a <see cref="KernelException"/>, what a signal interrupts is
/// done again. The layouts and numbers are those of 64-bit Linux on x64, arm64, riscv64 and loongarch64.
/// </summary>
internal static unsafe partial class LinuxNative
{
    public const int ClockRealtime = 0;
    public const int ClockMonotonic = 1;
    public const int ClockRealtimeCoarse = 5;
    public const int ClockMonotonicCoarse = 6;
    public const int ClockBoottime = 7;

    public const int TimerAbsolute = 1;
    public const int TimerCancelOnSet = 2;

    private const int NonBlock = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int EpollAdd = 1;
    private const uint EpollIn = 1;
    private const uint EpollEdge = 1u << 31;
    private const int SchedFifo = 1;
    private const int SchedResetOnFork = 0x40000000;
    private const int Eintr = 4;
    private const int Eagain = 11;
    private const int Ecanceled = 125;

    // struct epoll_event { uint32_t events; uint64_t data; } is packed on x64 alone (EPOLL_PACKED).
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int EventData = EventSize - sizeof(ulong);

    /// <summary>struct timespec.</summary>
    public struct TimeValue
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>Reads a clock, in nanoseconds: a call into the vDSO, some 20 ns, without leaving managed mode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ReadClock(int clock)
    {
        TimeValue now;
        if (ClockGettime(clock, &now) != 0)
        {
            ThrowNoClock(); // the only errno there is, and none can be asked for after SuppressGCTransition
        }

        return (now.Seconds * 1_000_000_000) + now.Nanoseconds;
    }

    public static SafeFd CreateTimer(int clock) => Opened("timerfd_create", TimerfdCreate(clock, NonBlock | CloseOnExec));

    public static SafeFd CreateEvent() => Opened("eventfd", Eventfd(0, NonBlock | CloseOnExec));

    public static SafeFd CreateEpoll() => Opened("epoll_create1", EpollCreate1(CloseOnExec));

    /// <summary>Adds a descriptor; each time that it becomes readable anew is reported once, with <paramref name="tag"/>.</summary>
    public static void AddEdge(SafeFd epoll, SafeFd fd, int tag)
    {
        var buffer = stackalloc byte[16];
        Unsafe.WriteUnaligned(buffer, EpollIn | EpollEdge);
        Unsafe.WriteUnaligned(buffer + EventData, (ulong)tag);
        Check("epoll_ctl", EpollCtl(epoll, EpollAdd, fd, buffer));
    }

    /// <summary>Waits, without end, until descriptors become readable.</summary>
    /// <param name="epoll">The set of descriptors.</param>
    /// <param name="tags">Receives the tags of at most 8 of them.</param>
    /// <returns>How many there are, at least 1.</returns>
    public static int Wait(SafeFd epoll, Span<int> tags)
    {
        var buffer = stackalloc byte[8 * 16];
        while (true)
        {
            var count = EpollWait(epoll, buffer, Math.Min(tags.Length, 8), -1);
            if (count < 0)
            {
                ThrowUnless(Eintr, "epoll_wait");
            }

            for (var i = 0; i < count; i++)
            {
                tags[i] = (int)Unsafe.ReadUnaligned<ulong>(buffer + (i * EventSize) + EventData);
            }

            if (count > 0)
            {
                return count;
            }
        }
    }

    /// <summary>Arms a timer at a point on its clock, 0 disarms it.</summary>
    /// <returns>False when the clock was set while the timer was to be canceled by that; it is armed all the same (rule X3).</returns>
    public static bool SetTimer(SafeFd timer, int flags, TimeValue deadline)
    {
        var setting = stackalloc TimeValue[2]; // it_interval, it_value
        setting[0] = default;
        setting[1] = deadline;
        if (TimerfdSettime(timer, flags, setting, null) == 0)
        {
            return true;
        }

        ThrowUnless(Ecanceled, "timerfd_settime");
        return false;
    }

    /// <summary>Takes a timer's ticks, if there are any.</summary>
    /// <returns>False when the clock was set under it (ECANCELED, rule X2).</returns>
    public static bool TakeTicks(SafeFd timer)
    {
        ulong ticks;
        while (Read(timer, &ticks, sizeof(ulong)) < 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Eintr:
                    continue;
                case Eagain:
                    return true;
                case Ecanceled:
                    return false;
                case var errno:
                    throw new KernelException("read", errno);
            }
        }

        return true;
    }

    /// <summary>Makes an event readable anew.</summary>
    public static void Signal(SafeFd eventFd)
    {
        ulong one = 1;
        while (Write(eventFd, &one, sizeof(ulong)) < 0)
        {
            ThrowUnless(Eintr, "write");
        }
    }

    /// <summary>Puts the calling thread under SCHED_FIFO; threads and processes that it starts are ordinary ones.</summary>
    /// <param name="priority">1 to 99.</param>
    /// <exception cref="KernelException">EPERM: CAP_SYS_NICE or RLIMIT_RTPRIO is missing; or the group has no realtime budget.</exception>
    public static void ScheduleRealtime(int priority) =>
        Check("sched_setscheduler", SchedSetscheduler(0, SchedFifo | SchedResetOnFork, &priority));

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fd);

    private static SafeFd Opened(string call, SafeFd fd)
    {
        if (fd.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            fd.Dispose();
            throw new KernelException(call, errno);
        }

        return fd;
    }

    private static void Check(string call, int result)
    {
        if (result < 0)
        {
            throw new KernelException(call, Marshal.GetLastPInvokeError());
        }
    }

    private static void ThrowUnless(int expected, string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != expected)
        {
            throw new KernelException(call, errno);
        }
    }

    private static void ThrowNoClock() => throw new KernelException("clock_gettime", (int)Errno.EINVAL);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int ClockGettime(int clock, TimeValue* now);

    // struct sched_param is one int.
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SchedSetscheduler(int thread, int policy, int* parameter);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial SafeFd TimerfdCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerfdSettime(SafeFd fd, int flags, TimeValue* newValue, TimeValue* oldValue);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFd Eventfd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial SafeFd EpollCreate1(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollCtl(SafeFd epoll, int operation, SafeFd fd, byte* eventData);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(SafeFd epoll, byte* events, int maximum, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFd fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFd fd, void* buffer, nuint count);
}
