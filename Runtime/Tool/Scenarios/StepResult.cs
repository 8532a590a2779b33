using System.Text;
using System.Text.Json;

namespace TimeNs.Tool.Scenarios;

/// <summary>What a step gave, held against what was expected of it.</summary>
/// <param name="Step">The step.</param>
/// <param name="Result">One JSON object.</param>
/// <param name="Fault">A fault of this program rather than a refusal; never expected, so that it always counts as a failure.</param>
internal sealed record StepResult(Step Step, JsonElement Result, Exception? Fault = null)
{
    /// <summary>Whether the expectations are met; null when there are none.</summary>
    public bool? Passed => Fault is not null ? false : Step.Expect is { } expect ? Differing(expect).Count == 0 : null;

    /// <summary>The miss in words: what was expected and is not so, and the whole result.</summary>
    public string Miss => Fault is { } fault
        ? $"fault in timens: {fault.GetType().Name}: {Errors.OneLine(fault.Message)}"
        : $"expected {Show(Step.Expect is { } expect ? Differing(expect) : [])}, got {Result.GetRawText()}";

    /// <summary>The result with its line in front, as one line of JSON.</summary>
    public string ToLine()
    {
        var result = Result;
        return Write(writer =>
        {
            writer.WriteNumber("line"u8, Step.Line);
            foreach (var member in result.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        });
    }

    /// <summary>The expectations that are not met: numbers are compared as numbers, lists and objects whole.</summary>
    private List<JsonProperty> Differing(JsonElement expect) =>
        [.. expect.EnumerateObject().Where(e => !Result.TryGetProperty(e.Name, out var got) || !JsonElement.DeepEquals(e.Value, got))];

    private static string Show(List<JsonProperty> members) => Write(writer => members.ForEach(m => m.WriteTo(writer)));

    private static string Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json.Compact))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
