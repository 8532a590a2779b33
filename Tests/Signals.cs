namespace TimeNs.Tests;

/// <summary>What this process inherited of signals, and what the ones that it starts will inherit.</summary>
internal static class Signals
{
    private const int Interrupt = 2;

    /// <summary>Skips a test that interrupts a process, where SIGINT is ignored: as in a background job of a shell, and children inherit that.</summary>
    public static void NeedInterrupt()
    {
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        if (line is not null && (Convert.ToUInt64(line.Split(':')[1].Trim(), 16) >> (Interrupt - 1) & 1) != 0)
        {
            Assert.Ignore("SIGINT is ignored here, as in a background job of a shell, and children inherit that");
        }
    }
}
