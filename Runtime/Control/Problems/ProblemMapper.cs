using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TimeNs.Clocks;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;
using TimeNs.Images;

namespace TimeNs.Control.Problems;

/// <summary>What was thrown, as the problem that a client is told of.</summary>
internal static class ProblemMapper
{
    /// <param name="thrown">What a call threw.</param>
    /// <param name="isStopping">The runtime is stopping: what is closed is closed for that reason.</param>
    public static Problem Of(Exception thrown, bool isStopping) => thrown switch
    {
        ControlException refused => Of(refused.Kind, refused.Message, refused.Errno) with
        {
            Parameter = refused.Parameter,
            Limit = refused.Limit,
            LimitValue = refused.LimitValue,
        },
        OffsetRangeException range => Of(ProblemKind.OutOfRange, OneLine(range), Errno.ERANGE) with { Parameter = range.ParamName },
        TimeNamespaceException refused => Of(KindOf(refused.Errno), refused.Message, refused.Errno),
        ImageException image => Of(ProblemKind.BadImage, image.Message, Errno.EINVAL) with { Field = image.Field, Offset = image.Offset, Reason = image.Reason },
        ObjectDisposedException when isStopping => Of(ProblemKind.Stopping, "The service is stopping."),
        ObjectDisposedException closed => Of(
            string.Equals(closed.ObjectName, nameof(Runtime.NamespaceTimer), StringComparison.Ordinal) || closed.ObjectName.EndsWith(".NamespaceTimer", StringComparison.Ordinal)
                ? ProblemKind.NoSuchTimer
                : ProblemKind.NoSuchNamespace,
            "It was closed meanwhile.", Errno.ENOENT),
        ArgumentException argument => Of(ProblemKind.BadArgument, OneLine(argument), Errno.EINVAL) with { Parameter = argument.ParamName },
        JsonException json => Of(ProblemKind.BadArgument, $"The body is not the JSON that the call takes: {JsonFault(json)}", Errno.EINVAL) with { Parameter = Parameter(json) },
        BadHttpRequestException { StatusCode: 413 } => Of(ProblemKind.TooLarge, "The body is larger than the call takes."),
        BadHttpRequestException bad => Of(ProblemKind.BadArgument, bad.Message),
        _ => Of(ProblemKind.Internal, "The service failed; its log says how."),
    };

    public static Problem Of(ProblemKind kind, string detail, Errno errno = Errno.None) => new()
    {
        Type = Problem.TypePrefix + kind.Name,
        Title = kind.Title,
        Status = kind.Status,
        Detail = detail,
        Errno = errno == Errno.None ? null : errno.ToString(),
    };

    private static ProblemKind KindOf(Errno errno) => errno switch
    {
        Errno.EEXIST => ProblemKind.Exists,
        Errno.ENOENT => ProblemKind.NoSuchNamespace,
        Errno.ERANGE => ProblemKind.OutOfRange,
        Errno.EINVAL => ProblemKind.Frozen,
        _ => ProblemKind.Refused,
    };

    /// <summary>Without what .NET adds: the parameter's name and the value on a line of its own.</summary>
    private static string OneLine(ArgumentException e)
    {
        var line = e.Message.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? e.Message[..end] : e.Message;
        var parameter = $" (Parameter '{e.ParamName}')";
        return line.EndsWith(parameter, StringComparison.Ordinal) ? line[..^parameter.Length] : line;
    }

    /// <summary>The place in the JSON, without the names of types.</summary>
    private static string JsonFault(JsonException e)
    {
        var at = e.LineNumber is { } line ? $" at line {line + 1}, byte {e.BytePositionInLine + 1}" : "";
        var path = e.Path is { Length: > 1 } place ? $" ({Text.TimeInput.Shown(place)})" : "";
        return $"{Reason(e)}{at}{path}.";
    }

    private static string Reason(JsonException e) =>
        e.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) ? "it has a field that is not known"
        : e.Message.Contains("missing required properties", StringComparison.Ordinal) ? "a field is missing:" + Quoted(e.Message)
        : e.Message.Contains("uplicate", StringComparison.Ordinal) ? "a field is there twice"
        : e.Message.StartsWith("A time is", StringComparison.Ordinal) ? "a time is a string such as \"1h30m\", or an integer of nanoseconds"
        : "it is malformed, or a value has the wrong type";

    private static string Quoted(string message)
    {
        var at = message.IndexOf("including:", StringComparison.Ordinal);
        var names = at < 0 ? "" : message[(at + "including:".Length)..];
        return names.IndexOf('.', StringComparison.Ordinal) is var end and >= 0 ? names[..end] : names;
    }

    private static string? Parameter(JsonException e) => e.Path is ['$', '.', .. var path] ? Text.TimeInput.Shown(path) : null;
}
