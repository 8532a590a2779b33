using System.Globalization;
using System.Text.Json;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>What the service was doing at one moment.</summary>
internal sealed record TopSample(ServiceInfo Service, IReadOnlyList<NamespaceInfo> Namespaces);

/// <summary>
/// One picture of <c>timens top</c>. Rates are taken between two samples; the first picture has them since the service was started.
/// </summary>
internal static class TopFrame
{
    /// <param name="output">Where to.</param>
    /// <param name="before">The sample of the picture before; null in the first one.</param>
    /// <param name="now">The sample to show.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="rows">How many namespaces at most; null for all.</param>
    public static void Write(TextWriter output, TopSample? before, TopSample now, int? width, int? rows)
    {
        var service = now.Service;
        output.WriteLine($"timens {service.Version} on {service.Host}, kernel {service.Kernel}, up {Words.Span(service.UptimeNs).Short}");
        output.WriteLine($"namespaces {service.Namespaces}  timers {service.Timers}  armed {service.Armed}  clock sets {service.Statistics.HostClockSets}  faulted observers {service.Statistics.FaultedObservers}");
        output.WriteLine($"per second{(before is null ? " since the start" : "")}:  expirations {Rate(before, now, static s => s.Expirations)}  deliveries {Rate(before, now, static s => s.Deliveries)}  wake-ups {Rate(before, now, static s => s.Wakeups)}");
        output.WriteLine();
        var sheet = new Sheet(
            new("namespace"), new("state", 5), new("REALTIME", 1), new("REALTIME +", 2), new("MONOTONIC +", 6), new("BOOTTIME +", 7),
            new("armed", 0, true), new("exp/s", 1, true), new("late", 4, true), new("next", 3));
        var shown = now.Namespaces.Take(rows ?? int.MaxValue).ToArray();
        foreach (var ns in shown)
        {
            sheet.Row(
                ns.Name, Words.State(ns), Words.Wall(ns.Clocks.RealtimeNs), Words.Offset(ns.Offsets.RealtimeNs),
                Words.Offset(ns.Offsets.MonotonicNs), Words.Offset(ns.Offsets.BoottimeNs), ns.Armed, ExpirationRate(before, now, ns), MeanLateness(before, ns), NamespaceReport.Next(ns.Next));
        }

        sheet.Write(output, width);
        if (shown.Length < now.Namespaces.Count)
        {
            output.WriteLine($"… and {now.Namespaces.Count - shown.Length} more");
        }
    }

    /// <summary>The sample as one line of JSON.</summary>
    public static void WriteJson(TextWriter output, TopSample now) => output.WriteLine(
        $"{{\"service\":{JsonSerializer.Serialize(now.Service, WireJson.Line.ServiceInfo)},\"namespaces\":{JsonSerializer.Serialize(now.Namespaces, WireJson.Line.IReadOnlyListNamespaceInfo)}}}");

    /// <summary>A dash where there is nothing to compare with: in the first picture, and for a namespace that is new or was made anew.</summary>
    private static Cell ExpirationRate(TopSample? before, TopSample now, NamespaceInfo ns) => Earlier(before, ns) is { } earlier
        ? PerSecond(ns.Expirations - earlier.Expirations, now.Service.UptimeNs - before!.Service.UptimeNs)
        : "-";

    /// <summary>Of the ticks between the pictures.</summary>
    private static Cell MeanLateness(TopSample? before, NamespaceInfo ns) =>
        Earlier(before, ns) is { } earlier && ns.LatenessTicks - earlier.LatenessTicks is > 0 and var ticks
            ? Words.Span((ns.LatenessSumNs - earlier.LatenessSumNs) / ticks).Short
            : "-";

    private static NamespaceInfo? Earlier(TopSample? before, NamespaceInfo ns) => before?.Namespaces.FirstOrDefault(n => string.Equals(n.Name, ns.Name, StringComparison.Ordinal));

    private static string Rate(TopSample? before, TopSample now, Func<ServiceStatistics, long> count)
    {
        var elapsed = now.Service.UptimeNs - (before?.Service.UptimeNs ?? 0);
        var counted = count(now.Service.Statistics) - (before is null ? 0 : count(before.Service.Statistics));
        return PerSecond(counted, elapsed);
    }

    private static string PerSecond(long counted, long elapsedNs) =>
        elapsedNs <= 0 || counted < 0 ? "-" : (counted / (elapsedNs / 1e9)).ToString("0.#", CultureInfo.InvariantCulture);
}
