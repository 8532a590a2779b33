using System.Buffers;
using System.Text;
using System.Text.Json;
using TimeNs.Clocks;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>Writes JSON to a text stream piece by piece, so that an image of a million timers is never one string.</summary>
internal sealed class JsonText(TextWriter output) : IDisposable
{
    private const int PieceBytes = 1 << 16;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Utf8JsonWriter? _json;

    public Utf8JsonWriter Json => _json ??= new Utf8JsonWriter(_buffer, new JsonWriterOptions { Indented = true, Encoder = Scenarios.Json.Compact.Encoder });

    /// <summary>Between two values: passes on what has gathered.</summary>
    public void Relieve()
    {
        if (Json.BytesPending + _buffer.WrittenCount >= PieceBytes)
        {
            Pass();
        }
    }

    public void Dispose()
    {
        Pass();
        output.WriteLine();
        Json.Dispose();
    }

    /// <summary>The three clocks of a thing, each in nanoseconds.</summary>
    public static void WriteClocks(Utf8JsonWriter json, string name, long realtime, long monotonic, long boottime)
    {
        json.WriteStartObject(name);
        json.WriteNumber("realtime_ns", realtime);
        json.WriteNumber("monotonic_ns", monotonic);
        json.WriteNumber("boottime_ns", boottime);
        json.WriteEndObject();
    }

    /// <inheritdoc cref="WriteClocks(Utf8JsonWriter, string, long, long, long)"/>
    public static void WriteClocks(Utf8JsonWriter json, string name, in ClockReadings readings) =>
        WriteClocks(json, name, readings.Realtime.Nanoseconds, readings.Monotonic.Nanoseconds, readings.Boottime.Nanoseconds);

    /// <inheritdoc cref="WriteClocks(Utf8JsonWriter, string, long, long, long)"/>
    public static void WriteClocks(Utf8JsonWriter json, string name, in ClockOffsets offsets) =>
        WriteClocks(json, name, offsets.RealtimeNs, offsets.MonotonicNs, offsets.BoottimeNs);

    private void Pass()
    {
        Json.Flush();
        output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }
}
