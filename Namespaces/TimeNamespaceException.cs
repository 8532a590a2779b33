namespace TimeNs;

/// <summary>
/// Refuses an operation because of the state that a namespace, a timer or a runtime is in. Nothing has changed when it is
/// thrown. Malformed arguments are <see cref="ArgumentException"/> instead.
/// </summary>
/// <param name="errno">What the kernel would have returned.</param>
/// <param name="message">What was refused, with its value and the reason.</param>
public sealed class TimeNamespaceException(Errno errno, string message) : InvalidOperationException($"{message} ({errno})")
{
    /// <summary>What the kernel would have returned.</summary>
    public Errno Errno { get; } = errno;
}
