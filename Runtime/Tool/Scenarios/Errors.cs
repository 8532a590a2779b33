using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Tool.Scenarios;

/// <summary>Exceptions of the engine as the error numbers that a caller of the kernel would see.</summary>
internal static class Errors
{
    /// <summary>The error number's name, or null for an exception that is no refusal but a fault.</summary>
    public static string? ErrnoOf(Exception e) => e switch
    {
        TimeNamespaceException refused => refused.Errno.ToString(),
        OffsetRangeException => nameof(Errno.ERANGE),
        ArgumentException or ImageException => nameof(Errno.EINVAL),
        ObjectDisposedException => nameof(Errno.EBADF),
        _ => null,
    };

    /// <summary>The message without what .NET adds to it: the parameter's name and further lines.</summary>
    public static string MessageOf(Exception e)
    {
        var message = OneLine(e.Message);
        var parameter = e is ArgumentException { ParamName: { } name } ? $" (Parameter '{name}')" : "";
        return parameter.Length != 0 && message.EndsWith(parameter, StringComparison.Ordinal) ? message[..^parameter.Length] : message;
    }

    public static string OneLine(string message) => message.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? message[..end] : message;
}
