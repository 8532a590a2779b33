namespace TimeNs.Tool;

/// <summary>Ends a command with one line that says what to do, and an exit code: 2 unless said.</summary>
internal class ToolException(string message, int exitCode = CommandLine.Unusable) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
