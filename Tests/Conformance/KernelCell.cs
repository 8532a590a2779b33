using System.Text.RegularExpressions;

namespace TimeNs.Tests.Conformance;

/// <summary>What the table says of a case on the kernel: how many expectations it could check, and why not the others.</summary>
internal static partial class KernelCell
{
    /// <summary>Reasons of this form are told as one: <c>a kernel has no checkpoint, restore</c>.</summary>
    private const string NoVerb = "a kernel has no ";

    private const string RealtimeOffset = "a kernel has no REALTIME offset";

    /// <summary>The cell of a run.</summary>
    public static string Of(ScenarioRun run) => run switch
    {
        { Failed: not 0 } => $"differs ({run.Failed} of {run.Passed + run.Failed + run.Skipped})",
        { Passed: 0 } => $"cannot ({run.Skipped} skipped): nothing ran; {Why(run.Reasons)}",
        { Skipped: 0 } => $"agrees ({run.Passed})",
        _ => $"agrees as far as it goes ({run.Passed} checked, {run.Skipped} skipped: {Why(run.Reasons)})",
    };

    /// <summary>The numbers in a cell.</summary>
    public static (int Checked, int Skipped) Numbers(string cell)
    {
        var match = Counts().Match(cell);
        return (Number(match.Groups["checked"]), Number(match.Groups["skipped"]));
    }

    /// <summary>The reasons without those that only point to another one.</summary>
    private static string Why(IReadOnlyList<string> reasons)
    {
        var own = reasons.Where(static r => !r.StartsWith("it depends on ", StringComparison.Ordinal))
            .Select(static r => r.StartsWith("too close to call", StringComparison.Ordinal) ? "too close to call" : r).Distinct(StringComparer.Ordinal).ToArray();
        var verbs = own.Where(static r => IsVerb(r)).Select(static r => r[NoVerb.Length..]).ToArray();
        var others = own.Where(static r => !IsVerb(r));
        return string.Join("; ", verbs.Length == 0 ? others : others.Prepend(NoVerb + string.Join(", ", verbs)));
    }

    private static bool IsVerb(string reason) => reason.StartsWith(NoVerb, StringComparison.Ordinal) && reason != RealtimeOffset;

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan) : 0;

    [GeneratedRegex(@"\(((?<checked>\d+)( checked, (?<skipped>\d+) skipped.*)?|(?<skipped>\d+) skipped)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counts();
}
