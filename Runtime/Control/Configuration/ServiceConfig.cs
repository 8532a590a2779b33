using System.Net;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Wire;
using TimeNs.Images;

namespace TimeNs.Control.Configuration;

/// <summary>What a configuration file says, checked as far as it can be without a runtime.</summary>
internal sealed record ServiceConfig
{
    /// <summary>The name of this host in images.</summary>
    public string? HostName { get; init; }

    /// <summary>True: a namespace that the file made and no longer has is closed.</summary>
    public bool Prune { get; init; }

    public IReadOnlyList<NamespaceConfig> Namespaces { get; init; } = [];

    public AccessOptions Access { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public StateConfig State { get; init; } = new();

    public HttpConfig Http { get; init; } = new();

    public MetricsConfig Metrics { get; init; } = new();

    /// <summary>What is read once, at the start: these take part in no reload.</summary>
    public (string? HostName, StateConfig State, HttpConfig Http, MetricsConfig Metrics) Fixed => (HostName, State, Http, Metrics);
}

/// <summary>A namespace that is to be there.</summary>
internal sealed record NamespaceConfig(string Name, Place Place)
{
    /// <summary>Where a refusal of its offsets is told.</summary>
    public Place OffsetsPlace { get; init; } = Place;

    public TimeText? Realtime { get; init; }

    public TimeText? Monotonic { get; init; }

    public TimeText? Boottime { get; init; }

    public IReadOnlyList<TimerConfig> Timers { get; init; } = [];

    public TimerConfig? Timer(string name) => Timers.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.Ordinal));
}

/// <summary>A timer that is to be there, and what it is to be set to.</summary>
internal sealed record TimerConfig(string Name, ClockId Clock, SettingRequest? Set, Place Place)
{
    /// <summary>The same setting on the same clock, wherever it stands in the file.</summary>
    public bool IsSame(TimerConfig? other) => other is not null && other.Clock == Clock && Equals(other.Set, Set);
}

/// <summary>Where and how often namespaces are written down.</summary>
internal sealed record StateConfig
{
    public string? Directory { get; init; }

    /// <summary>Time between checkpoints.</summary>
    public Duration Interval { get; init; } = Duration.FromSeconds(60);

    /// <summary>How clocks and missed ticks go on after the service was down.</summary>
    public RestorePolicy Restore { get; init; } = RestorePolicy.Suspend;
}

/// <summary>The port for people and collectors, when there is to be one.</summary>
internal sealed record HttpConfig
{
    public IPEndPoint? Listen { get; init; }

    public bool Page { get; init; } = true;
}

/// <summary>Where the metrics go.</summary>
internal sealed record MetricsConfig
{
    public bool Prometheus { get; init; }

    /// <summary>True: measurements of namespaces carry their names.</summary>
    public bool NamespaceLabels { get; init; }

    public Uri? OtlpEndpoint { get; init; }

    public Duration OtlpInterval { get; init; } = Duration.FromSeconds(60);

    public bool OtlpTraces { get; init; } = true;
}
