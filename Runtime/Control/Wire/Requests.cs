using System.Text.Json.Serialization;

namespace TimeNs.Control.Wire;

/// <summary>What the clocks of a namespace are to be. A clock that is left out keeps its offset.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OffsetsRequest
{
    /// <summary>A span, the instant that the clock is to read now, or <c>@host</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? Realtime { get; init; }

    /// <summary>A span, or <c>@host</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? Monotonic { get; init; }

    /// <summary>A span, or <c>@host</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? Boottime { get; init; }
}

/// <summary>A namespace to create.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateNamespaceRequest
{
    /// <summary>Its name: 1 to 128 characters, no control characters, and neither <c>.</c> nor <c>..</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is to add to the clocks of its host; nothing when left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OffsetsRequest? Offsets { get; init; }
}

/// <summary>New offsets of a namespace.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SetOffsetsRequest
{
    /// <summary>The clocks to change.</summary>
    public required OffsetsRequest Offsets { get; init; }
}

/// <summary>How a frozen namespace goes on. Each may be left out: then the preset decides, and the preset is <c>suspend</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ThawRequest
{
    /// <summary>A preset: <c>suspend</c>, <c>criu</c> or <c>gvisor</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Clocks { get; init; }

    /// <summary><c>wall</c> or <c>frozen</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Realtime { get; init; }

    /// <summary><c>frozen</c> or <c>elapsed</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Monotonic { get; init; }

    /// <summary><c>frozen</c> or <c>elapsed</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Boottime { get; init; }

    /// <summary><c>count</c>, <c>one</c> or <c>skip</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Missed { get; init; }
}

/// <summary>What a timer is to be set to: either <see cref="Value"/> or <see cref="At"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SettingRequest
{
    /// <summary>Time to the first expiration, or with <see cref="Absolute"/> the point on the clock; 0 disarms the timer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? Value { get; init; }

    /// <summary>The point on the clock at which it expires: an instant on a REALTIME clock, or a span since the clock's zero.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? At { get; init; }

    /// <summary>Time between further expirations; none when left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeText? Interval { get; init; }

    /// <summary>True: <see cref="Value"/> is a point on the clock (TFD_TIMER_ABSTIME).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Absolute { get; init; }

    /// <summary>True: tell a reader when the wall clock was set (TFD_TIMER_CANCEL_ON_SET).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CancelOnSet { get; init; }
}

/// <summary>A timer to create, and to set at once when <see cref="Set"/> is there.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateTimerRequest
{
    /// <summary>The clock: <c>CLOCK_REALTIME</c> or <c>realtime</c>, and so on for the five clocks.</summary>
    public required string Clock { get; init; }

    /// <summary>A name to find it by, unique in the namespace, not all digits; none when left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>What to set it to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SettingRequest? Set { get; init; }
}
