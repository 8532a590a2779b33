using TimeNs.Control;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>A line of the command, and what comes of it.</summary>
/// <param name="Line">
/// The words, apart by spaces. {ns} is a namespace with the timers noon, tick and spare, {new} a name that is free, {image} and {other} are two images,
/// {out} is a file that is not there, {config} a good configuration.
/// </param>
/// <param name="Needs">The role that it takes.</param>
/// <param name="Says">What stands in the output for people.</param>
/// <param name="Member">A member of the output for programs; null where there is none.</param>
internal sealed record VerbCase(string Line, Role Needs, string Says, string? Member = null)
{
    /// <summary>The exit code when the role is there.</summary>
    public int Code { get; init; }

    /// <summary>Whether the namespaces {ns} and {new} are other ones afterwards.</summary>
    public bool Changes { get; init; }

    /// <summary>{ns} is frozen before.</summary>
    public bool Frozen { get; init; }

    /// <summary>What it says instead when it is refused, after "timens: "; null for a line that succeeds.</summary>
    public string? Fails { get; init; }

    public string[] Words => Line.Split(' ');

    public bool Has(string word) => Words.Contains(word, StringComparer.Ordinal);

    public override string ToString() => Line;
}
