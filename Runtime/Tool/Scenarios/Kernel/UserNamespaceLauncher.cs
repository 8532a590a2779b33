using System.ComponentModel;
using System.Diagnostics;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// Starts this program inside a new time namespace without privilege: in a new user namespace, where it has all there are.
/// </summary>
/// <remarks>
/// A process of several threads, as this one always is, cannot make a user namespace (<c>man 2 unshare</c>), so <c>unshare</c> of
/// util-linux does it on the way. That one takes whole seconds.
/// </remarks>
internal static class UserNamespaceLauncher
{
    private const string Program = "unshare";

    /// <summary>Whether it works here; if not, why.</summary>
    public static string? WhyNot()
    {
        try
        {
            var start = Unshare(default);
            start.ArgumentList.Add("true");
            start.RedirectStandardError = true;
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : Errors.OneLine(error);
        }
        catch (Win32Exception e)
        {
            return $"{Program}: {e.Message}";
        }
    }

    /// <summary>Starts it in a new time namespace.</summary>
    /// <param name="offsets">Against the clocks of this process.</param>
    /// <param name="applied">The nearest that could be had.</param>
    public static Process Start(NamespaceOffsets offsets, out NamespaceOffsets applied)
    {
        var inherited = NamespaceOffsets.Parse(File.ReadLines("/proc/self/timens_offsets"));
        var whole = inherited.Plus(offsets).ToWholeSeconds();
        applied = whole.Minus(inherited);
        var command = NamespaceLauncher.Command();
        var start = Unshare(whole);
        start.ArgumentList.Add(command.FileName);
        foreach (var argument in command.ArgumentList)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static ProcessStartInfo Unshare(NamespaceOffsets offsets)
    {
        string[] arguments =
        [
            "--user", "--map-root-user", "--time",
            $"--monotonic={Timespec.FromNanoseconds(offsets.MonotonicNs).Seconds}", $"--boottime={Timespec.FromNanoseconds(offsets.BoottimeNs).Seconds}", "--",
        ];
        return new ProcessStartInfo(Program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
    }
}
