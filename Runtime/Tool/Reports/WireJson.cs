using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>Answers of the service as it gave them, laid out for reading.</summary>
internal static class WireJson
{
    /// <summary>One line.</summary>
    public static ControlJson Line { get; } = new(new JsonSerializerOptions(ControlJson.Default.Options) { Encoder = Scenarios.Json.Compact.Encoder });

    /// <summary>Indented.</summary>
    public static ControlJson Page { get; } = new(new JsonSerializerOptions(Line.Options) { WriteIndented = true });

    /// <param name="output">Where to.</param>
    /// <param name="answer">What.</param>
    /// <param name="type">Of <see cref="Page"/>.</param>
    public static void Write<T>(TextWriter output, T answer, JsonTypeInfo<T> type) => output.WriteLine(JsonSerializer.Serialize(answer, type));
}
