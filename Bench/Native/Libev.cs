using System.Runtime.InteropServices;

namespace TimeNs.Bench.Native;

/// <summary>libev 4, where the system has it: the fastest timers of C programs, called as .NET would call them.</summary>
internal static unsafe partial class Libev
{
    private const string Library = "libev.so.4";

    /// <summary>Only the timers are of use; the cheapest back end (select) and no look at the environment.</summary>
    private const uint Flags = 1 | 0x01000000;

    /// <summary>False where the library is not installed (Debian: libev4).</summary>
    public static bool IsPresent { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out _);

    public static nint NewLoop() => LoopNew(Flags);

    [LibraryImport(Library, EntryPoint = "ev_loop_destroy")]
    public static partial void DestroyLoop(nint loop);

    [LibraryImport(Library, EntryPoint = "ev_timer_start")]
    [SuppressGCTransition]
    public static partial void Start(nint loop, TimerWatcher* timer);

    [LibraryImport(Library, EntryPoint = "ev_timer_stop")]
    [SuppressGCTransition]
    public static partial void Stop(nint loop, TimerWatcher* timer);

    /// <summary>Moves an active timer to its <see cref="TimerWatcher.Repeat"/> from the loop's present time.</summary>
    [LibraryImport(Library, EntryPoint = "ev_timer_again")]
    [SuppressGCTransition]
    public static partial void Again(nint loop, TimerWatcher* timer);

    /// <summary>Reads the clock once and calls back what is due.</summary>
    public static void RunOnce(nint loop) => _ = Run(loop, 2);

    [LibraryImport(Library, EntryPoint = "ev_loop_new")]
    private static partial nint LoopNew(uint flags);

    [LibraryImport(Library, EntryPoint = "ev_run")]
    private static partial int Run(nint loop, int flags);

    /// <summary>struct ev_timer, as the library is built by default.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimerWatcher
    {
        public int Active;
        public int Pending;
        public int Priority;
        public nint Data;
        public delegate* unmanaged[Cdecl]<nint, TimerWatcher*, int, void> Callback;
        public double At;
        public double Repeat;
    }
}
