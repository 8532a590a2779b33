using System.Text.Json.Serialization;

namespace TimeNs.Control.State;

/// <summary>When a service was last known to live.</summary>
internal sealed record SignOfLife
{
    /// <summary>Of the machine, since its start; empty when it has none.</summary>
    public required string BootId { get; init; }

    /// <summary>The start of the machine in which every image was taken; empty when some may be older. Then only the wall clock compares them.</summary>
    public required string ImagesBootId { get; init; }

    public required int Pid { get; init; }

    /// <summary>The host's wall clock.</summary>
    public required long RealtimeNs { get; init; }

    /// <summary>The host's CLOCK_BOOTTIME.</summary>
    public required long BoottimeNs { get; init; }

    /// <summary>True: it has stopped, and every image was written after its last change.</summary>
    public required bool IsClean { get; init; }
}

/// <summary>The configuration that was applied last.</summary>
internal sealed record AppliedConfig
{
    /// <summary>The text of the file.</summary>
    public required string File { get; init; }

    /// <summary>The namespaces that the file has made.</summary>
    public required IReadOnlyList<string> Made { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SignOfLife))]
[JsonSerializable(typeof(AppliedConfig))]
[JsonSerializable(typeof(StateInfo))]
internal sealed partial class StateJson : JsonSerializerContext;
