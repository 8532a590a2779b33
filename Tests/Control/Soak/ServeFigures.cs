using System.Globalization;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Control.Soak;

/// <summary>What the process of a service uses, as the kernel says. Descriptors without those of assemblies, which are loaded when they are first used.</summary>
internal readonly record struct ServeFigures(long ResidentBytes, int Descriptors)
{
    public static ServeFigures Of(ServeProcess service)
    {
        var resident = File.ReadLines($"/proc/{service.Process.Id}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new ServeFigures(
            long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim(), CultureInfo.InvariantCulture) * 1024,
            Directory.GetFileSystemEntries($"/proc/{service.Process.Id}/fd").Count(static fd => new FileInfo(fd).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) == false));
    }

    public override string ToString() => $"{ResidentBytes >> 20} MiB resident, {Descriptors} descriptors";
}
