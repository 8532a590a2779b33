using System.Globalization;
using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;
using TimeNs.Runtime;

namespace TimeNs.Bench.Goals;

/// <summary>What the figures were measured on.</summary>
/// <param name="Processor">Its model.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="MemoryGib">Memory, in GiB.</param>
/// <param name="System">The system and its kernel's version.</param>
/// <param name="Runtime">.NET's version, the architecture and the kind of garbage collection.</param>
/// <param name="Load">How many threads wanted to run over the last minute, this program's among them; empty where it is not known.</param>
/// <param name="Date">When the run began, UTC.</param>
/// <param name="Version">The product's version with its commit, as the build knew it.</param>
internal sealed record Machine(
    string Processor, int Cores, double MemoryGib, string System, string Runtime, string Load, string Date, string Version)
{
    public static Machine Describe(TimeProvider time) => new(
        FirstMatch("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        $"{RuntimeInformation.OSDescription}, {Kernel()}",
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, "
            + $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC",
        Read("/proc/loadavg")?.Split(' ')[0] ?? "",
        time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        typeof(TimeRuntime).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    public string Text =>
        $"{Processor}, {Cores} cores, {MemoryGib} GiB, load {Load}; {System}; {Runtime}; TimeNs {Version}; {Date}";

    private static string Kernel() => Read("/proc/sys/kernel/osrelease")?.Trim() is { } release ? $"kernel {release}" : "";

    private static string? FirstMatch(string file, string key) => Read(file)?.Split('\n')
        .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();

    private static string? Read(string file) => File.Exists(file) ? File.ReadAllText(file) : null;
}
