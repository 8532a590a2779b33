namespace TimeNs.Control.Configuration;

/// <summary>A configuration is refused, whole: a line for each fault, with its place in the file.</summary>
internal sealed class ConfigException(string file, IReadOnlyList<Fault> faults)
    : Exception(string.Join('\n', faults.Select(f => $"{file}:{f}")))
{
    public IReadOnlyList<Fault> Faults { get; } = faults;
}
