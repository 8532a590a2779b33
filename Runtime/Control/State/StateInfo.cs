namespace TimeNs.Control.State;

/// <summary>What a service keeps of its namespaces, and what it found when it started.</summary>
internal sealed record StateInfo
{
    /// <summary>The folder; null when there is none.</summary>
    public string? Directory { get; init; }

    /// <summary>Nanoseconds between checkpoints.</summary>
    public long IntervalNs { get; init; }

    /// <summary><c>none</c> for the first service in this folder, <c>clean</c> when the one before has stopped, <c>killed</c> when it has not, <c>unknown</c> when there are images and nothing says how it ended.</summary>
    public string? Before { get; init; }

    /// <summary>When the one before was last known to live, by the host's wall clock of then.</summary>
    public string? LastAlive { get; init; }

    /// <summary>The last images.</summary>
    public IReadOnlyList<SavedInfo> Saved { get; init; } = [];

    /// <summary>What was restored at the start.</summary>
    public IReadOnlyList<RestoredInfo> Restored { get; init; } = [];

    /// <summary>Images that could not be restored, and were put aside.</summary>
    public IReadOnlyList<RefusedInfo> Refused { get; init; } = [];

    /// <summary>Why the last checkpoint failed; null when it did not.</summary>
    public string? SaveFault { get; init; }

    /// <summary>Why <c>/healthz</c> says <c>degraded</c>; empty when it does not.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    public ConfigInfo? Config { get; init; }
}

/// <summary>The configuration file.</summary>
internal sealed record ConfigInfo
{
    public required string File { get; init; }

    public string? Applied { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }
}

/// <summary>The last image of a namespace.</summary>
internal sealed record SavedInfo
{
    public required string Namespace { get; init; }

    /// <summary>When it was taken, by the host's wall clock.</summary>
    public required string Taken { get; init; }

    public required int Timers { get; init; }
}

/// <summary>A namespace that was restored at the start.</summary>
internal sealed record RestoredInfo
{
    public required string Namespace { get; init; }

    /// <summary>When its image was taken, by the host's wall clock of then.</summary>
    public required string Taken { get; init; }

    public required int Timers { get; init; }

    /// <summary>Nanoseconds from the image to the start of this service by the wall clock, as the restore policies count them.</summary>
    public required long DownNs { get; init; }

    /// <summary>
    /// True unless the service before is known to have stopped cleanly: settings, reads, timers made and closed, and offsets set in the nanoseconds after the
    /// image are gone, and expirations that readers were given then are told again.
    /// </summary>
    public required bool MayMiss { get; init; }

    /// <summary>That time is at least this long: until the service before was last known to live; 0 when that is not known.</summary>
    public required long MissesAtLeastNs { get; init; }

    /// <summary>And at most this long: until this service started.</summary>
    public required long MissesAtMostNs { get; init; }
}

/// <summary>An image that could not be restored.</summary>
internal sealed record RefusedInfo
{
    public required string File { get; init; }

    public required string Reason { get; init; }
}
