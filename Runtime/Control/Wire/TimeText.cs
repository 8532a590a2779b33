using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeNs.Control.Wire;

/// <summary>
/// A time as a client writes it: a span (<c>"+3d"</c>, <c>"-90s"</c>, <c>"1h30m"</c>, or an integer of nanoseconds), an instant in UTC
/// (<c>"2027-01-01T00:00:00Z"</c>), or <c>"@host"</c>, what the host's clock reads. Which of them a field takes is the field's to say.
/// </summary>
/// <param name="Text">What was written; an integer is kept with its unit, <c>ns</c>.</param>
[JsonConverter(typeof(TimeTextConverter))]
public readonly record struct TimeText(string Text)
{
    /// <summary>A span of nanoseconds.</summary>
    public static TimeText FromNanoseconds(long nanoseconds) => new($"{nanoseconds}ns");

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A JSON string as it stands, or an integer of nanoseconds.</summary>
internal sealed class TimeTextConverter : JsonConverter<TimeText>
{
    public override TimeText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new TimeText(reader.GetString()!),
        JsonTokenType.Number when reader.TryGetInt64(out var nanoseconds) => TimeText.FromNanoseconds(nanoseconds),
        _ => throw new JsonException("A time is a string such as \"1h30m\", or an integer of nanoseconds."),
    };

    public override void Write(Utf8JsonWriter writer, TimeText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
