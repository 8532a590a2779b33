using System.Collections.Immutable;
using TimeNs.Images;

namespace TimeNs.Tests.Namespaces;

/// <summary>Images with something changed, as damage or a hand would.</summary>
internal static class Images
{
    public static NamespaceImage With(NamespaceImage image, ImmutableArray<TimerImage> timers) => new()
    {
        Name = image.Name,
        HostName = image.HostName,
        Offsets = image.Offsets,
        Readings = image.Readings,
        Host = image.Host,
        WasFrozen = image.WasFrozen,
        Absolute = image.Absolute,
        HasHadTimers = image.HasHadTimers,
        NextTimerId = image.NextTimerId,
        EphemeralTimers = image.EphemeralTimers,
        Timers = timers,
    };

    public static NamespaceImage With(NamespaceImage image, TimerImage timer) => With(image, [timer]);
}
