using TimeNs.Control.Routes;

namespace TimeNs.Control.Problems;

/// <summary>Refuses a request.</summary>
internal sealed class ControlException(ProblemKind kind, string message) : Exception(message)
{
    public ProblemKind Kind { get; } = kind;

    public Errno Errno { get; init; }

    public string? Parameter { get; init; }

    public string? Limit { get; init; }

    public long? LimitValue { get; init; }

    /// <summary>A limit that is reached.</summary>
    public static ControlException Reached(string limit, long value, string message) =>
        new(ProblemKind.Limit, message) { Limit = limit, LimitValue = value };
}
