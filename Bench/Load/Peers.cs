namespace TimeNs.Bench.Load;

/// <summary>Peers that not every machine has.</summary>
internal static class Peers
{
    /// <summary>Why libev cannot be measured here; null where it can.</summary>
    public static string? LibevMissing { get; } = Native.Libev.IsPresent ? null : "libev.so.4 is not installed (Debian: libev4)";

    /// <summary>Why one kernel timer a timer cannot be measured here; null where it can.</summary>
    public static string? TimerfdMissing { get; } =
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? null : "timerfd is of 64-bit Linux";

    /// <summary>Why a benchmark with this name cannot run here; null where it can.</summary>
    public static string? MissingFor(string benchmark) => benchmark switch
    {
        _ when benchmark.Contains("Libev", StringComparison.Ordinal) => LibevMissing,
        _ when benchmark.Contains("KernelTimerfd", StringComparison.Ordinal) => TimerfdMissing,
        _ => null,
    };
}
