namespace TimeNs.Tool.Scenarios;

/// <summary>A scenario file that cannot be used: nothing of it has run.</summary>
/// <param name="file">The file, as the user named it.</param>
/// <param name="line">The line at fault, counted from 1.</param>
/// <param name="reason">What is wrong with it.</param>
internal sealed class ScenarioException(string file, int line, string reason) : FormatException($"{file}:{line}: {reason}")
{
    public string File { get; } = file;

    public int Line { get; } = line;

    public string Reason { get; } = reason;
}
