using TimeNs.Clocks;

namespace TimeNs.Tests.Linux;

/// <summary>
/// The offsets of the time namespace that the tests themselves run in: none on a machine, others in a container or below
/// <c>unshare --time --monotonic 864000</c>. Its faults A and B are shown elsewhere, so random settings keep out of their way.
/// </summary>
internal static class KernelOffsets
{
    private const long NearlyNever = 9_000_000_000_000_000_000;

    private static readonly ClockOffsets Own = Read();

    /// <summary>The same setting, without what the kernel is known to get wrong in a time namespace.</summary>
    public static OracleStep Avoid(OracleStep step)
    {
        var offset = Own[((ClockId)step.Clock).Base()];
        if (step.Verb != OracleVerb.Set || offset == 0 || (step.Flags & 1) == 0 || !step.Value.IsValid)
        {
            return step;
        }

        var value = step.Value.ToNanoseconds();
        return value < offset ? step with { Interval = default } // fault A
            : value > long.MaxValue + Math.Min(0, offset) ? step with { Value = new Timespec(Timespec.SaturatingSeconds / 2, 0) } // fault B
            : step;
    }

    /// <summary>
    /// What the kernel shows for a deadline that saturated: it saturates in the host's time, TimeNs in the namespace's, so the time
    /// that remains until never differs by the offset. Neither fires.
    /// </summary>
    public static long? SaturatedRemaining(int clock, long? valueNs) =>
        valueNs > NearlyNever && Own[((ClockId)clock).QueueBase(absolute: false)] is not 0 and var offset
            ? ClockTime.AddSaturating(valueNs.Value, offset)
            : null;

    private static ClockOffsets Read()
    {
        var offsets = ClockOffsets.None;
        if (File.Exists("/proc/self/timens_offsets"))
        {
            foreach (var fields in File.ReadLines("/proc/self/timens_offsets").Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                offsets = offsets.With(
                    fields[0] == "monotonic" ? ClockBase.Monotonic : ClockBase.Boottime, (long.Parse(fields[1]) * 1_000_000_000) + long.Parse(fields[2]));
            }
        }

        return offsets;
    }
}
