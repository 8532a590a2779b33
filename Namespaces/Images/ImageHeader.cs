using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime.Text;
using TimeNs.Clocks;

namespace TimeNs.Images;

/// <summary>The header of an image file, version 1, as it stands there: one JSON object, for people and machines.</summary>
/// <remarks>
/// Strict: a member that is missing, twice there, unknown or null is refused. Whoever needs a new member makes a new version.
/// </remarks>
internal sealed record ImageHeader
{
    public required string Name { get; init; }

    public required string HostName { get; init; }

    /// <summary>The host's wall clock for people, ISO 8601; says the same as <see cref="Host"/>.</summary>
    public required string TakenAt { get; init; }

    /// <summary><c>keep</c> or <c>relative</c>.</summary>
    public required string Absolute { get; init; }

    public required bool Frozen { get; init; }

    public required bool HadTimers { get; init; }

    public required long NextTimerId { get; init; }

    public required int EphemeralTimers { get; init; }

    /// <summary>How many records the body holds.</summary>
    public required long Timers { get; init; }

    public required ClockValues Readings { get; init; }

    public required ClockValues Host { get; init; }

    public required ClockValues Offsets { get; init; }

    /// <summary>One value for each clock, in nanoseconds.</summary>
    internal readonly record struct ClockValues
    {
        public required long RealtimeNs { get; init; }

        public required long MonotonicNs { get; init; }

        public required long BoottimeNs { get; init; }

        public static ClockValues Of(in ClockReadings readings) => new()
        {
            RealtimeNs = readings.Realtime.Nanoseconds,
            MonotonicNs = readings.Monotonic.Nanoseconds,
            BoottimeNs = readings.Boottime.Nanoseconds,
        };

        public ClockReadings ToReadings() => new(new ClockTime(RealtimeNs), new ClockTime(MonotonicNs), new ClockTime(BoottimeNs));
    }

    public static ImageHeader Of(NamespaceImage image) => new()
    {
        Name = image.Name,
        HostName = image.HostName,
        TakenAt = InstantPattern.ExtendedIso.Format(image.TakenAt),
        Absolute = image.Absolute == AbsoluteTimers.Relative ? "relative" : "keep",
        Frozen = image.WasFrozen,
        HadTimers = image.HasHadTimers,
        NextTimerId = image.NextTimerId,
        EphemeralTimers = image.EphemeralTimers,
        Timers = image.TimerCount,
        Readings = ClockValues.Of(image.Readings),
        Host = ClockValues.Of(image.Host),
        Offsets = new ClockValues
        {
            RealtimeNs = image.Offsets.RealtimeNs,
            MonotonicNs = image.Offsets.MonotonicNs,
            BoottimeNs = image.Offsets.BoottimeNs,
        },
    };

    /// <summary>The image that the header tells of, without its timers.</summary>
    /// <exception cref="ImageException">A word that is not known, or a wall time that is not the host's.</exception>
    public NamespaceImage ToImage() => new()
    {
        Name = Name,
        HostName = HostName,
        Offsets = new ClockOffsets(Offsets.RealtimeNs, Offsets.MonotonicNs, Offsets.BoottimeNs),
        Readings = Readings.ToReadings(),
        Host = Host.ToReadings(),
        WasFrozen = Frozen,
        Absolute = Absolute switch
        {
            "keep" => AbsoluteTimers.Keep,
            "relative" => AbsoluteTimers.Relative,
            _ => throw new ImageException("absolute", $"'{Absolute}' is neither keep nor relative"),
        },
        HasHadTimers = HadTimers,
        NextTimerId = NextTimerId,
        EphemeralTimers = EphemeralTimers,
    };

    /// <summary>One line of UTF-8. Names of every language stay readable: the header is no part of a web page.</summary>
    public byte[] ToJson()
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        JsonSerializer.Serialize(writer, this, ImageHeaderContext.Default.ImageHeader);
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Parses a header and checks it by itself, before any record is looked at.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="records">The length of the body in bytes, which bounds the number of timers.</param>
    /// <exception cref="ImageException">The first member that is wrong.</exception>
    public static ImageHeader Parse(ReadOnlySpan<byte> json, int records)
    {
        var header = HeaderJson.Parse(json);
        try
        {
            header.Check(records);
            return header;
        }
        catch (ImageException wrong) when (wrong.Offset is null)
        {
            throw new ImageException(wrong.Field, wrong.Reason, ImageFrame.PrologueSize + HeaderJson.Find(json, wrong.Field));
        }
    }

    private void Check(int records)
    {
        if (Timers < 0 || Timers > records / TimerRecord.MinSize)
        {
            throw new ImageException("timers", $"{Timers} timers cannot be in {records} bytes of records");
        }

        ImageRules.CheckHeader(ToImage(), (int)Timers);
        var host = InstantPattern.ExtendedIso.Parse(TakenAt);
        if (!host.Success || host.Value != new ClockTime(Host.RealtimeNs).ToInstant())
        {
            throw new ImageException("taken_at", "not the host's wall time");
        }
    }
}

/// <summary>Serialization without reflection, snake_case, strict.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    MaxDepth = 4)]
[JsonSerializable(typeof(ImageHeader))]
internal sealed partial class ImageHeaderContext : JsonSerializerContext;
