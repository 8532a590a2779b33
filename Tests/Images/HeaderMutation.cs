using System.Text;
using System.Text.Json;
using CsCheck;

namespace TimeNs.Tests.Images;

/// <summary>One change of a JSON object's text, member by member: what is left is often JSON still, and often almost a header.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="At">Which member it is done to.</param>
/// <param name="With">Which other member, or which odd value, it is done with.</param>
internal readonly record struct HeaderMutation(int Kind, int At, int With)
{
    public const int Kinds = 9;

    private static readonly string[] Odd =
    [
        "null", "true", "-1", "-0", "0", "1", "1.5", "1e3", "1e400", "1000000000", "2147483648", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "\"\"", "\"1\"", "\"keep\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[1]", "NaN", "Infinity", "'x'", "", "//",
        "{\"realtime_ns\":1,\"monotonic_ns\":1,\"boottime_ns\":1}", "{\"realtime_ns\":1}", "\"2026-01-01T00:00:00Z\"",
        $"\"{new string('n', 50_000)}\"", $"{new string('9', 5_000)}", $"{new string('[', 5_000)}{new string(']', 5_000)}", $"{new string('[', 50)}{new string(']', 50)}",
    ];

    public static Gen<HeaderMutation> Any { get; } = Gen.Select(Gen.Int[0, Kinds - 1], Gen.Int[0, 30], Gen.Int[0, 100], static (kind, at, with) => new HeaderMutation(kind, at, with));

    /// <summary>The same object, changed.</summary>
    /// <param name="json">An object, or what an earlier change has left of one, which then stays as it is.</param>
    public string Of(string json)
    {
        if (Members(json) is not { Count: > 0 } members)
        {
            return json;
        }

        var at = At % members.Count;
        var with = With % members.Count;
        var (name, value) = members[at];
        switch (Kind)
        {
            case 0:
                members.RemoveAt(at);
                break;
            case 1:
                members.Insert(with, members[at]);
                break;
            case 2:
                (members[at], members[with]) = ((name, members[with].Value), (members[with].Name, value));
                break;
            case 3:
                members[at] = (name, Odd[With % Odd.Length]);
                break;
            case 4:
                members[at] = ($"{name.ToUpperInvariant()}", value);
                break;
            case 5:
                members.Insert(at, ("extra", Odd[With % Odd.Length]));
                break;
            case 6:
                members[at] = (name, value.StartsWith('{') ? new HeaderMutation(With % 4, At + With, With / 4).Of(value) : Odd[With % Odd.Length]);
                break;
            case 7:
                members[at] = (name, long.TryParse(value, out var number) ? $"{unchecked(number + (With % 2 == 0 ? 1L << (With / 2) : -1L << (With / 2)))}" : $"\"{value.Trim('"')}x\"");
                break;
            default:
                var text = Text(members);
                return text[..(At % 32 * text.Length / 31)] + (With % 2 == 0 ? "" : text[(With % 102 * text.Length / 101)..]);
        }

        return Text(members);
    }

    private static List<(string Name, string Value)>? Members(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Object ? null
                : [.. document.RootElement.EnumerateObject().Select(static m => (m.Name, m.Value.GetRawText()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Text(List<(string Name, string Value)> members)
    {
        var text = new StringBuilder("{");
        text.AppendJoin(',', members.Select(static m => $"\"{m.Name}\":{m.Value}"));
        return text.Append('}').ToString();
    }
}
