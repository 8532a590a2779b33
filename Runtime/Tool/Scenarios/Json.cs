using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios;

/// <summary>How times stand in results, and how results are written.</summary>
internal static class Json
{
    /// <summary>One line, and names as they are rather than escaped for HTML.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonArray Of(Timespec timespec) => [timespec.Seconds, timespec.Nanoseconds];

    public static JsonArray Of(ClockTime time) => Of(time.ToTimespec());

    public static JsonArray Of(Duration duration) => Of(Timespec.FromDuration(duration));

    public static JsonArray OfNanoseconds(long nanoseconds) => Of(Timespec.FromNanoseconds(nanoseconds));

    /// <summary>A result as it will be printed and compared.</summary>
    public static JsonElement ToElement(JsonObject result)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            result.WriteTo(writer);
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
