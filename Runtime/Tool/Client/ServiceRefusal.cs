using TimeNs.Control.Wire;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Client;

/// <summary>The service answered, and the answer is no.</summary>
internal sealed class ServiceRefusal(Problem problem) : ToolException(Line(problem), CodeOf(problem))
{
    /// <summary>What it said.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>What was refused for being frozen, or for not being so.</summary>
    public bool IsAboutFreezing => Problem.Type == Problem.TypePrefix + "frozen";

    private static string Line(Problem problem)
    {
        var detail = Errors.OneLine(problem.Detail).TrimEnd('.');
        var errno = problem.Errno is { } name && !detail.Contains(name, StringComparison.Ordinal) ? $" ({name})" : "";
        return problem.Limit is { } limit && problem.LimitValue is { } value ? $"{detail} [{limit} = {value}]{errno}" : detail + errno;
    }

    private static int CodeOf(Problem problem) => problem.Status switch
    {
        401 or 403 => CommandLine.NotAuthorised,
        503 => CommandLine.Unreachable,
        _ => CommandLine.Refused,
    };
}
