namespace TimeNs.Control.Wire;

/// <summary>The service: what runs, since when, and how much it has done.</summary>
public sealed record ServiceInfo
{
    /// <summary>Always <c>timens</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The version of the library.</summary>
    public required string Version { get; init; }

    /// <summary>What the client who asks may do: <c>read</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The process id, as the service itself sees it.</summary>
    public required int Pid { get; init; }

    /// <summary>The name of the host, as images have it.</summary>
    public required string Host { get; init; }

    /// <summary>The kernel that the engine runs on, for example <c>linux</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>When the service was started, by the host's wall clock of that moment.</summary>
    public required string StartedInstant { get; init; }

    /// <summary>Nanoseconds since then, by CLOCK_MONOTONIC.</summary>
    public required long UptimeNs { get; init; }

    /// <summary>Live namespaces, the host among them.</summary>
    public required int Namespaces { get; init; }

    /// <summary>Open timers.</summary>
    public required int Timers { get; init; }

    /// <summary>Armed timers.</summary>
    public required int Armed { get; init; }

    /// <summary>What has happened since the start.</summary>
    public required ServiceStatistics Statistics { get; init; }
}

/// <summary>Counts since the start, all taken at one moment.</summary>
public sealed record ServiceStatistics
{
    /// <summary>How often the engine woke.</summary>
    public required long Wakeups { get; init; }

    /// <summary>How many timers expired; periods that a reader counts later are not in it.</summary>
    public required long Expirations { get; init; }

    /// <summary>How many ticks were handed to readers.</summary>
    public required long Deliveries { get; init; }

    /// <summary>How often the host's wall clock was set or the host resumed.</summary>
    public required long HostClockSets { get; init; }

    /// <summary>How many observers threw and lost their subscription.</summary>
    public required long FaultedObservers { get; init; }
}

/// <summary>Whether the service is alive, or ready.</summary>
public sealed record HealthInfo
{
    /// <summary><c>ok</c>, <c>degraded</c>: it lives, and something is wrong, or <c>stopping</c>.</summary>
    public required string Status { get; init; }
}
