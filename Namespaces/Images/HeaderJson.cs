using System.Text.Json;
using System.Text.Unicode;

namespace TimeNs.Images;

/// <summary>Reads the header's JSON and says where in it a fault lies.</summary>
internal static class HeaderJson
{
    /// <exception cref="ImageException">Not the JSON of a header; the offset is into the file.</exception>
    public static ImageHeader Parse(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new ImageException("header", "not UTF-8", ImageFrame.PrologueSize);
        }

        try
        {
            return JsonSerializer.Deserialize(json, ImageHeaderContext.Default.ImageHeader)
                ?? throw new ImageException("header", "null instead of an object", ImageFrame.PrologueSize);
        }
        catch (JsonException wrong)
        {
            throw new ImageException(FieldOf(wrong), ReasonOf(wrong), ImageFrame.PrologueSize + OffsetOf(json, wrong));
        }
    }

    /// <summary>Where the value of a member of the header begins; 0 when there is no such member.</summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <param name="member">The name of a member at the top.</param>
    public static int Find(ReadOnlySpan<byte> json, string member)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(member))
            {
                reader.Read();
                return (int)reader.TokenStartIndex;
            }
        }

        return 0;
    }

    /// <summary>A parser's path without its dollar, for example <c>readings.realtime_ns</c>.</summary>
    private static string FieldOf(JsonException wrong) => wrong.Path is { Length: > 2 } path ? path[2..] : "header";

    /// <summary>The parser's sentence without the place that it appends.</summary>
    private static string ReasonOf(JsonException wrong)
    {
        var end = wrong.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? wrong.Message : wrong.Message[..end];
    }

    /// <summary>A line and a place in it, as one offset.</summary>
    private static long OffsetOf(ReadOnlySpan<byte> json, JsonException wrong)
    {
        var start = 0;
        for (var line = wrong.LineNumber ?? 0; line > 0; line--)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return Math.Min(json.Length, start + (wrong.BytePositionInLine ?? 0));
    }
}
