using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tool.Scenarios;

/// <summary>What a step gave, held against what was expected of it.</summary>
/// <param name="step">The step.</param>
/// <param name="result">One JSON object, in UTF-8.</param>
/// <param name="fault">A fault of this program rather than a refusal; never expected, so that it always counts as a failure.</param>
/// <param name="comparison">When a member is as expected: by value when it is left out.</param>
internal sealed class StepResult(Step step, ReadOnlyMemory<byte> result, Exception? fault = null, ResultComparison? comparison = null)
{
    private readonly List<JsonProperty> _missed = step.Expect is { } expect ? Compare(expect, result, comparison) : [];

    /// <summary>A step that was not done, or that cannot be judged.</summary>
    public static StepResult Skip(Step step, string reason) =>
        new(step with { Expect = null }, Json.Compose(new JsonObject { ["skipped"] = reason }, [])) { IsSkipped = true };

    /// <summary>Whether the result is nothing but a reason why there is none.</summary>
    public bool IsSkipped { get; private init; }

    public Step Step => step;

    /// <summary>One JSON object, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Result => result;

    /// <summary>Whether the expectations are met; null when there are none.</summary>
    public bool? Passed => fault is not null ? false : step.Expect is null ? null : _missed.Count == 0;

    /// <summary>The miss in words: what was expected and is not so, and the whole result.</summary>
    public string Miss => fault is not null
        ? $"fault in timens: {fault.GetType().Name}: {Errors.OneLine(fault.Message)}"
        : $"expected {Show(_missed)}, got {Encoding.UTF8.GetString(result.Span)}";

    /// <summary>The result with its line in front, as one line of JSON.</summary>
    public string ToLine()
    {
        var members = Encoding.UTF8.GetString(result.Span[1..]);
        return $$"""{"line":{{step.Line}}{{(members == "}" ? "" : ",")}}{{members}}""";
    }

    /// <summary>The expectations that are not met: numbers are compared as numbers, lists and objects whole.</summary>
    private static List<JsonProperty> Compare(JsonElement expect, ReadOnlyMemory<byte> result, ResultComparison? comparison)
    {
        using var document = JsonDocument.Parse(result);
        var got = document.RootElement;
        comparison ??= ResultComparison.ByValue;
        return [.. expect.EnumerateObject().Where(e => !got.TryGetProperty(e.Name, out var value) || !comparison.Matches(e.Name, e.Value, value))];
    }

    private static string Show(List<JsonProperty> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Json.Compact);
        writer.WriteStartObject();
        members.ForEach(member => member.WriteTo(writer));
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
