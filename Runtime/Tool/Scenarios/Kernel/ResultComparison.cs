using System.Text.Json;
using System.Text.RegularExpressions;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// Compares results where real time passes: readings and times remaining by how far they are apart, everything else by value. An
/// interval is what was set, whenever one looks, so it is compared by value.
/// </summary>
/// <param name="near">Whether two times may be taken for one, by how much later or longer the second is, in nanoseconds; null: by value.</param>
internal sealed partial class ResultComparison(Func<Int128, bool>? near)
{
    private const string Message = "message";

    /// <summary>Times up to this far apart are one.</summary>
    public static ResultComparison Within(long toleranceNs) => new(apart => Int128.Abs(apart) <= toleranceNs);

    /// <summary>
    /// The times of a run in which some steps came later by this: a reading is later or the same, a time remaining may also be less by
    /// any part of it. More than that is another period.
    /// </summary>
    public static ResultComparison Late(long byNs) => new(apart => apart == byNs || (apart <= 0 && apart >= -byNs));

    /// <summary>Times are compared as JSON, like the rest.</summary>
    public static ResultComparison ByValue { get; } = new(near: null);

    /// <summary>One member of a result.</summary>
    public bool Matches(string name, JsonElement one, JsonElement other) => near is null ? JsonElement.DeepEquals(one, other) : name switch
    {
        "time" or "value" or "old_value" => IsNear(one, other),
        "text" => one.ValueKind == JsonValueKind.String && other.ValueKind == JsonValueKind.String && IsNear(one.GetString()!, other.GetString()!),
        _ => JsonElement.DeepEquals(one, other),
    };

    /// <summary>Two results whole, but for what is said to people.</summary>
    public bool Matches(JsonElement one, JsonElement other) =>
        Members(one) == Members(other)
        && one.EnumerateObject().All(member => member.Name == Message || (other.TryGetProperty(member.Name, out var value) && Matches(member.Name, member.Value, value)));

    private static int Members(JsonElement result) => result.EnumerateObject().Count(static member => member.Name != Message);

    private bool IsNear(JsonElement one, JsonElement other) =>
        Nanoseconds(one) is { } before && Nanoseconds(other) is { } after ? near!(after - before) : JsonElement.DeepEquals(one, other);

    /// <summary>The text of fdinfo: all but the time remaining is the same.</summary>
    private bool IsNear(string one, string other)
    {
        var (before, after) = (Remaining().Match(one), Remaining().Match(other));
        return before.Success && after.Success
            ? Remaining().Replace(one, "") == Remaining().Replace(other, "") && near!(Nanoseconds(after) - Nanoseconds(before))
            : one == other;
    }

    private static Int128? Nanoseconds(JsonElement timespec) =>
        timespec.ValueKind == JsonValueKind.Array && timespec.GetArrayLength() == 2
        && timespec[0] is { ValueKind: JsonValueKind.Number } s && timespec[1] is { ValueKind: JsonValueKind.Number } ns
        && s.TryGetInt64(out var seconds) && ns.TryGetInt64(out var nanoseconds)
            ? ((Int128)seconds * 1_000_000_000) + nanoseconds
            : null;

    private static Int128 Nanoseconds(Match match) =>
        (Int128.Parse(match.Groups["s"].ValueSpan) * 1_000_000_000) + Int128.Parse(match.Groups["ns"].ValueSpan);

    [GeneratedRegex(@"(?<=^it_value: )\((?<s>\d{1,19}), (?<ns>\d{1,9})\)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Remaining();
}
