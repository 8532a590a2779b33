using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace TimeNs.Tests.Linux;

/// <summary>What a test needs of the machine; where it is missing, the test is ignored and says why.</summary>
internal static class KernelNeeds
{
    /// <summary>Timers on the two ALARM clocks (CAP_WAKE_ALARM).</summary>
    public static void WakeAlarm()
    {
        using var timer = KernelTimer.Create(9, KernelTimer.NonBlock, out var errno);
        if (timer is null)
        {
            Assert.Ignore($"no timers on ALARM clocks: {Marshal.GetPInvokeErrorMessage(errno)} (CAP_WAKE_ALARM)");
        }
    }

    /// <summary>TFD_IOC_SET_TICKS (CONFIG_CHECKPOINT_RESTORE).</summary>
    public static void SetTicks()
    {
        using var timer = KernelTimer.Create(1, KernelTimer.NonBlock, out _);
        if (timer?.SetTicks(1) is not 0)
        {
            Assert.Ignore("this kernel has no TFD_IOC_SET_TICKS (CONFIG_CHECKPOINT_RESTORE)");
        }
    }

    /// <summary>Children in a time namespace of their own, with a perl to make system calls there (both are in every Debian).</summary>
    public static void TimeNamespaces()
    {
        if (!File.Exists("/proc/self/ns/time"))
        {
            Assert.Ignore("this kernel has no time namespaces (CONFIG_TIME_NS)");
        }

        Runs("unshare", "--time", "--monotonic", "1", "--boottime", "1", "true");
        Runs("perl", "-e", "pack('q', 1)");
    }

    /// <summary>Runs a command to its end.</summary>
    public static (int Code, string Output, string Error) Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static void Runs(string command, params string[] arguments)
    {
        try
        {
            var (code, _, error) = Run(command, arguments);
            if (code != 0)
            {
                Assert.Ignore($"{command} {string.Join(' ', arguments)} does not run here: {error.Trim()}");
            }
        }
        catch (Win32Exception missing)
        {
            Assert.Ignore($"there is no {command}: {missing.Message}");
        }
    }
}
