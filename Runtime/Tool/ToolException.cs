namespace TimeNs.Tool;

/// <summary>Ends a command with one line that says what to do, and exit code 2.</summary>
internal sealed class ToolException(string message) : Exception(message);
