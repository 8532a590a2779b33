using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TimeNs.Control.Wire;

/// <summary>How what goes over the wire is written: snake_case names, and nothing read that is not strictly what it should be.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(ServiceInfo))]
[JsonSerializable(typeof(HealthInfo))]
[JsonSerializable(typeof(Readings))]
[JsonSerializable(typeof(NamespaceInfo))]
[JsonSerializable(typeof(NamespaceList))]
[JsonSerializable(typeof(NamespaceChange))]
[JsonSerializable(typeof(ForecastInfo))]
[JsonSerializable(typeof(TimerInfo))]
[JsonSerializable(typeof(TimerList))]
[JsonSerializable(typeof(TimerSet))]
[JsonSerializable(typeof(TimerRead))]
[JsonSerializable(typeof(CreateNamespaceRequest))]
[JsonSerializable(typeof(SetOffsetsRequest))]
[JsonSerializable(typeof(ThawRequest))]
[JsonSerializable(typeof(SettingRequest))]
[JsonSerializable(typeof(CreateTimerRequest))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(TickEvent))]
[JsonSerializable(typeof(ChangeEvent))]
[JsonSerializable(typeof(LifeEvent))]
[JsonSerializable(typeof(DroppedEvent))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>Nothing is escaped that JSON does not want escaped: people read it.</summary>
    public static JsonWriterOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(IBufferWriter<byte> output, T value, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter(output, Plain);
        JsonSerializer.Serialize(writer, value, type);
    }
}
