using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>Offsets of a kernel time namespace, as <c>/proc/PID/timens_offsets</c> has them: against the machine's first namespace.</summary>
internal readonly record struct NamespaceOffsets(long MonotonicNs, long BoottimeNs)
{
    public NamespaceOffsets Plus(NamespaceOffsets other) => new(
        new ClockTime(MonotonicNs).Plus(other.MonotonicNs).Nanoseconds, new ClockTime(BoottimeNs).Plus(other.BoottimeNs).Nanoseconds);

    public NamespaceOffsets Minus(NamespaceOffsets other) => Plus(new NamespaceOffsets(-other.MonotonicNs, -other.BoottimeNs));

    public NamespaceOffsets ToWholeSeconds() => new(Whole(MonotonicNs), Whole(BoottimeNs));

    /// <summary>The two lines that the kernel takes in one write (rule N5): the nanoseconds are never negative.</summary>
    public string ToLines() => $"monotonic {Line(MonotonicNs)}\nboottime {Line(BoottimeNs)}\n";

    public static NamespaceOffsets Parse(IEnumerable<string> lines)
    {
        var offsets = default(NamespaceOffsets);
        foreach (var fields in lines.Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(static f => f.Length == 3))
        {
            var offset = (long.Parse(fields[1]) * 1_000_000_000) + long.Parse(fields[2]);
            offsets = fields[0] is "monotonic" or "1" ? offsets with { MonotonicNs = offset } : offsets with { BoottimeNs = offset };
        }

        return offsets;
    }

    private static long Whole(long nanoseconds) => (long)Math.Round(nanoseconds / 1e9m) * 1_000_000_000;

    private static string Line(long nanoseconds) => Timespec.FromNanoseconds(nanoseconds) is var t ? $"{t.Seconds} {t.Nanoseconds}" : "";
}
