using System.Text.Json;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios;

/// <summary>A type that an argument of a verb can have: what to call it, and how to read it strictly from JSON.</summary>
/// <param name="Wanted">What a value of this kind looks like, for people.</param>
/// <param name="Read">The value, or null when the JSON is no such thing.</param>
internal sealed record ArgumentKind(string Wanted, Func<JsonElement, object?> Read)
{
    /// <summary>The name of a namespace, fd or image. Whether it can be one is the engine's to say.</summary>
    public static ArgumentKind Name { get; } = OfText("a name, as a string", static text => text);

    public static ArgumentKind Duration { get; } = OfText(
        "a duration such as \"1.5s\", \"-100s\", \"1h30m\" or \"0\"",
        static text => DurationText.TryParse(text, out var duration) ? duration : null);

    /// <summary>A duration along which time can pass: not negative.</summary>
    public static ArgumentKind Span { get; } = OfText(
        "a duration of at least 0 such as \"1.5s\" or \"1h30m\"",
        static text => DurationText.TryParse(text, out var duration) && duration >= NodaTime.Duration.Zero ? duration : null);

    public static ArgumentKind Instant { get; } = OfText(
        "an instant in UTC such as \"2026-01-01T00:00:00Z\", with up to nine decimals",
        static text => InstantText.TryParse(text, out var instant) ? instant : null);

    /// <summary>Two integers, whatever they are: S2 is the engine's to check.</summary>
    public static ArgumentKind Timespec { get; } = new("a timespec: [sec, nsec], two integers", static json => ReadTimespec(json));

    public static ArgumentKind Clock { get; } = new("a clock: a name such as \"CLOCK_MONOTONIC\", or a number", static json =>
        json.ValueKind == JsonValueKind.String
            ? ClockName.TryParse(json.GetString()!, out var clock) ? clock : null
            : ReadInt32(json) is { } number ? (ClockId)number : null);

    public static ArgumentKind Flags { get; } = new(
        "flags: names such as \"TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET\", or a number",
        static json => json.ValueKind == JsonValueKind.String
            ? FlagNames.TryParse(json.GetString()!, out var flags) ? flags : null
            : ReadInt32(json));

    /// <summary>A 64-bit unsigned count.</summary>
    public static ArgumentKind Count { get; } = new(
        "an integer from 0 to 2^64-1",
        static json => json.ValueKind == JsonValueKind.Number && json.TryGetUInt64(out var count) ? count : null);

    public static ArgumentKind Bool { get; } = new(
        "true or false",
        static json => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : null);

    /// <summary>One word of a few, each standing for a value.</summary>
    public static ArgumentKind OneOf<T>(params (string Word, T Value)[] choices)
        where T : notnull => OfText(
            $"one of {string.Join(", ", choices.Select(static c => c.Word))}",
            text => Array.FindIndex(choices, c => c.Word == text) is var at and >= 0 ? choices[at].Value : null);

    private static ArgumentKind OfText(string wanted, Func<string, object?> read) =>
        new(wanted, json => json.ValueKind == JsonValueKind.String ? read(json.GetString()!) : null);

    private static Timespec? ReadTimespec(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 2 && ReadInt64(json[0]) is { } seconds && ReadInt64(json[1]) is { } nanoseconds
            ? new Timespec(seconds, nanoseconds)
            : null;

    private static long? ReadInt64(JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var number) ? number : null;

    /// <summary>A C int. A number beyond it is none that a call would take, and neither is the nearest int.</summary>
    private static int? ReadInt32(JsonElement json) =>
        ReadInt64(json) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;
}
