using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace TimeNs.Tool.Scenarios;

/// <summary>
/// Reads a scenario file, strictly and whole: either every line is a step that can be tried, or the file is refused at its first
/// line that is not, before anything has run.
/// </summary>
/// <remarks>JSON Lines in UTF-8. A byte order mark in front and CRLF line ends are tolerated.</remarks>
internal static class ScenarioParser
{
    /// <summary>A reason is a line for people, however long a word it quotes.</summary>
    private const int LongestReason = 400;

    private const int LongestQuote = 60;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="file">The file's name, for messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ScenarioException">The first line that is no step.</exception>
    public static Scenario Parse(string file, ReadOnlyMemory<byte> content)
    {
        var rest = content.Span.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        var steps = new List<Step>();
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            try
            {
                if (ParseLine(number, line) is { } step)
                {
                    steps.Add(step);
                }
            }
            catch (FormatException e)
            {
                throw new ScenarioException(file, number, Shorten(e.Message, LongestReason));
            }
        }

        return new Scenario(file, steps);
    }

    private static Step? ParseLine(int number, ReadOnlyMemory<byte> line)
    {
        line = line.Span.EndsWith("\r"u8) ? line[..^1] : line;
        if (!Utf8.IsValid(line.Span))
        {
            throw new FormatException("not UTF-8");
        }

        if (line.Span.StartsWith("#"u8) || line.Span.Trim(" \t"u8).IsEmpty)
        {
            return null;
        }

        var json = ParseObject(line);
        return new Step(number, ReadVerb(json), ReadArguments(json), ReadExpect(json));
    }

    private static JsonElement ParseObject(ReadOnlyMemory<byte> line)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(line.Span, Strict);
            CheckText(json);
        }
        catch (JsonException e)
        {
            throw new FormatException(e.BytePositionInLine is { } position
                ? $"not JSON at column {position + 1}: {FirstSentence(e.Message)}"
                : $"not JSON: {FirstSentence(e.Message)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("a string is not well-formed Unicode", e);
        }

        return json.ValueKind == JsonValueKind.Object ? json : throw new FormatException($"a step is a JSON object, not {Show(json)}");
    }

    private static Verb ReadVerb(JsonElement json)
    {
        if (!json.TryGetProperty("do", out var name))
        {
            throw new FormatException("no verb: a step has a \"do\"");
        }

        return name.ValueKind == JsonValueKind.String && VerbTable.Find(name.GetString()!) is { } verb
            ? verb
            : throw new FormatException($"unknown verb {Show(name)}");
    }

    private static StepArguments ReadArguments(JsonElement json)
    {
        var verb = ReadVerb(json);
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name is "do" or "expect")
            {
                continue;
            }

            if (member.Name == "note")
            {
                _ = member.Value.ValueKind == JsonValueKind.String ? true : throw new FormatException($"\"note\" must be a string, not {Show(member.Value)}");
                continue;
            }

            var argument = verb.Find(member.Name) ?? throw new FormatException($"{verb.Name} takes no \"{Shown(member.Name)}\"; {Takes(verb)}");
            values[member.Name] = argument.Kind.Read(member.Value)
                ?? throw new FormatException($"\"{member.Name}\" must be {argument.Kind.Wanted}, not {Show(member.Value)}");
        }

        return Array.Find(verb.Arguments, a => a.IsRequired && !values.ContainsKey(a.Name)) is { } missing
            ? throw new FormatException($"{verb.Name} needs \"{missing.Name}\": {missing.Kind.Wanted}")
            : new StepArguments(values);
    }

    private static JsonElement? ReadExpect(JsonElement json) =>
        !json.TryGetProperty("expect", out var expect) ? null
        : expect.ValueKind == JsonValueKind.Object ? expect
        : throw new FormatException($"\"expect\" must be an object, not {Show(expect)}");

    private static string Takes(Verb verb) => $"it takes {string.Join(", ", verb.Arguments.Select(static a => a.Name))}";

    /// <summary>Reads every string once, since an escaped half of a surrogate pair shows only then.</summary>
    private static void CheckText(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    CheckText(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    CheckText(member.Value);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>A name as it stands in a file, where it can have no line ends.</summary>
    private static string Shown(string name) => Shorten(JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), LongestQuote);

    private static string Show(JsonElement json) => Shorten(json.GetRawText(), LongestQuote);

    private static string Shorten(string text, int longest) => text.Length <= longest ? text : $"{text.AsSpan(0, longest)}…";

    /// <summary>The message without the positions that follow it, which count from 0 within the line.</summary>
    private static string FirstSentence(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? message[..end].TrimEnd('.') : message.TrimEnd('.');
}
