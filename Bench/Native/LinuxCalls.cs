using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TimeNs.Bench.Native;

/// <summary>The system calls that a C program with one kernel timer a timer would make, and what is asked of Linux about this process.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int Abstime = 1;
    private const int ClockMonotonic = 1;
    private const int NonBlock = 0x800;
    private const int ResourceFiles = 7;
    private const int PolicyOther = 0;
    private const int PolicyFifo = 1;
    private const long NsPerSecond = 1_000_000_000;

    // On x64 epoll_event is packed.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>A monotonic timerfd.</summary>
    public static int CreateTimer() => Checked(TimerfdCreate(ClockMonotonic, NonBlock), "timerfd_create");

    /// <summary>Arms a timerfd, relative or absolute; 0 disarms it.</summary>
    public static void SetTimer(int fd, int flags, long valueNs, long intervalNs)
    {
        var setting = stackalloc long[4];
        setting[0] = intervalNs / NsPerSecond;
        setting[1] = intervalNs % NsPerSecond;
        setting[2] = valueNs / NsPerSecond;
        setting[3] = valueNs % NsPerSecond;
        Checked(TimerfdSettime(fd, flags, setting, null), "timerfd_settime");
    }

    /// <summary>The time until a timerfd expires, 0 when it is disarmed.</summary>
    public static long TimeLeft(int fd)
    {
        var setting = stackalloc long[4];
        Checked(TimerfdGettime(fd, setting), "timerfd_gettime");
        return setting[2] * NsPerSecond + setting[3];
    }

    public static int CreateEpoll() => Checked(EpollCreate(0), "epoll_create1");

    /// <summary>Adds a descriptor, level-triggered, with a number of the caller's.</summary>
    public static void Add(int epoll, int fd, int number)
    {
        var buffer = stackalloc byte[16];
        Unsafe.WriteUnaligned(buffer, 1u);
        Unsafe.WriteUnaligned(buffer + EventSize - sizeof(ulong), (ulong)number);
        Checked(EpollCtl(epoll, 1, fd, buffer), "epoll_ctl");
    }

    /// <summary>Waits for at most 100 ms.</summary>
    /// <returns>How many numbers of ready descriptors were written.</returns>
    public static int Wait(int epoll, Span<int> numbers)
    {
        var buffer = stackalloc byte[64 * 16];
        var count = EpollWait(epoll, buffer, Math.Min(numbers.Length, 64), 100);
        for (var i = 0; i < count; i++)
        {
            numbers[i] = (int)Unsafe.ReadUnaligned<ulong>(buffer + i * EventSize + EventSize - sizeof(ulong));
        }

        return Math.Max(0, count);
    }

    /// <summary>Takes the expirations of a timerfd; 0 when there are none.</summary>
    public static ulong TakeTicks(int fd)
    {
        ulong ticks;
        return Read(fd, &ticks, sizeof(ulong)) == sizeof(ulong) ? ticks : 0;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int fd);

    /// <summary>Raises the limit of open files as far as it goes.</summary>
    /// <returns>The limit.</returns>
    public static int RaiseFileLimit()
    {
        var limit = stackalloc ulong[2];
        Checked(GetLimit(ResourceFiles, limit), "getrlimit");
        limit[0] = limit[1];
        _ = SetLimit(ResourceFiles, limit);
        Checked(GetLimit(ResourceFiles, limit), "getrlimit");
        return (int)Math.Min(limit[0], int.MaxValue);
    }

    /// <summary>Gives the calling thread the real-time policy SCHED_FIFO with this priority, or with 0 the usual one.</summary>
    /// <returns>False when it is not allowed.</returns>
    public static bool TrySetRealtime(int priority) => SetScheduler(0, priority == 0 ? PolicyOther : PolicyFifo, &priority) == 0;

    /// <summary>The bytes that are allocated by malloc, in its arenas and mapped.</summary>
    public static long AllocatedByMalloc()
    {
        var info = MallInfo();
        return (long)(info.Used + info.Mapped);
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), call);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerfdCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerfdSettime(int fd, int flags, long* newValue, long* oldValue);

    [LibraryImport("libc", EntryPoint = "timerfd_gettime", SetLastError = true)]
    private static partial int TimerfdGettime(int fd, long* value);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollCtl(int epoll, int operation, int fd, byte* eventData);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int EpollWait(int epoll, byte* events, int maximum, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong* limit);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* parameters);

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallocInfo MallInfo();

    /// <summary>struct mallinfo2: ten counters, of which two are of interest.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private struct MallocInfo
    {
        [FieldOffset(32)]
        public ulong Mapped;

        [FieldOffset(56)]
        public ulong Used;
    }
}
