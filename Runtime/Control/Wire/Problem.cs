using System.Text.Json.Serialization;

namespace TimeNs.Control.Wire;

/// <summary>Why a request was refused: problem details (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>What every <see cref="Type"/> begins with.</summary>
    public const string TypePrefix = "urn:timens:error:";

    /// <summary>The kind of problem, for example <c>urn:timens:error:no-such-timer</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The same for every problem of the kind.</summary>
    public required string Title { get; init; }

    /// <summary>The status code.</summary>
    public required int Status { get; init; }

    /// <summary>This one, with its values.</summary>
    public required string Detail { get; init; }

    /// <summary>What the kernel would have returned, for example <c>EEXIST</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Errno { get; init; }

    /// <summary>The parameter at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>The limit that was met.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Limit { get; init; }

    /// <summary>The value of <see cref="Limit"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LimitValue { get; init; }

    /// <summary>The field of an image that is at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <summary>Where in the image the field stands, in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Offset { get; init; }

    /// <summary>What is wrong with the field.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
