namespace TimeNs.Control.Configuration;

/// <summary>The limits by their names in the configuration file, with the ranges of <see cref="LimitOptions"/>.</summary>
internal static class LimitNames
{
    public static IReadOnlyList<(string Name, int Least, int Most, Action<LimitOptions, int> Set)> All { get; } =
    [
        ("json_bytes", 256, 16 << 20, static (o, v) => o.JsonBytes = v),
        ("image_bytes", 1024, int.MaxValue - 64, static (o, v) => o.ImageBytes = v),
        ("concurrent_images", 1, 1024, static (o, v) => o.ConcurrentImages = v),
        ("namespaces_per_client", 0, 1_000_000, static (o, v) => o.NamespacesPerClient = v),
        ("timers_per_client", 0, 100_000_000, static (o, v) => o.TimersPerClient = v),
        ("requests_per_second", 1, 10_000_000, static (o, v) => o.RequestsPerSecond = v),
        ("request_burst", 1, 10_000_000, static (o, v) => o.RequestBurst = v),
        ("connections_per_client", 1, 100_000, static (o, v) => o.ConnectionsPerClient = v),
        ("event_streams_per_client", 0, 100_000, static (o, v) => o.EventStreamsPerClient = v),
        ("timers_per_event_stream", 1, 1_000_000, static (o, v) => o.TimersPerEventStream = v),
        ("event_buffer", 4, 1_000_000, static (o, v) => o.EventBuffer = v),
        ("heartbeat_seconds", 1, 3600, static (o, v) => o.HeartbeatSeconds = v),
        ("event_write_seconds", 1, 3600, static (o, v) => o.EventWriteSeconds = v),
    ];
}
