using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;

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

    /// <summary>
    /// A result with the ticks of its step as one line of JSON in UTF-8. Ticks can be millions, so they are written straight away.
    /// </summary>
    public static ReadOnlyMemory<byte> Compose(JsonObject result, IReadOnlyList<(string Fd, Tick Tick)> ticks)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Compact);
        writer.WriteStartObject();
        foreach (var (name, value) in result)
        {
            writer.WritePropertyName(name);
            value!.WriteTo(writer);
        }

        if (ticks.Count != 0)
        {
            writer.WriteStartArray("ticks"u8);
            foreach (var (fd, tick) in ticks)
            {
                Write(writer, fd, tick);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, string fd, in Tick tick)
    {
        writer.WriteStartObject();
        writer.WriteString("fd"u8, fd);
        if (tick.IsCanceled)
        {
            writer.WriteBoolean("canceled"u8, true);
        }
        else
        {
            writer.WriteNumber("expirations"u8, tick.Expirations);
            Write(writer, "due"u8, tick.Due);
        }

        Write(writer, "at"u8, tick.At);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ClockTime time)
    {
        var timespec = time.ToTimespec();
        writer.WriteStartArray(name);
        writer.WriteNumberValue(timespec.Seconds);
        writer.WriteNumberValue(timespec.Nanoseconds);
        writer.WriteEndArray();
    }
}
