using System.Text.Json.Nodes;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// A namespace of a scenario on the kernel: a process in it, and what of its clocks the kernel cannot shift. REALTIME has no offset
/// in a kernel, so absolute times on it are translated on the way in, and readings on the way out; MONOTONIC and BOOTTIME only where
/// the process had to stay outside.
/// </summary>
/// <param name="process">The process; null when the offsets were refused.</param>
/// <param name="errno">What the offsets met.</param>
/// <param name="kernel">Offsets that the kernel applies.</param>
/// <param name="translated">Offsets that are applied here: the scenario's clock reads the kernel's plus this.</param>
internal sealed class KernelWorld(KernelProcess? process, int errno, NamespaceOffsets kernel, ClockOffsets translated) : IDisposable
{
    /// <summary>What the kernel said to the offsets: 0, or the errno.</summary>
    public int Errno { get; private set; } = errno;

    /// <summary>A process in a kernel time namespace.</summary>
    /// <param name="offsets">How far its MONOTONIC and BOOTTIME are to be ahead of the machine's.</param>
    /// <param name="realtimeNs">How far the scenario's wall clock is ahead of the machine's.</param>
    /// <param name="support">How such a namespace is to be had.</param>
    public static KernelWorld InNamespace(NamespaceOffsets offsets, long realtimeNs, KernelSupport support)
    {
        if (support.ThroughUserNamespace)
        {
            var inside = UserNamespaceLauncher.Start(offsets, out var applied);
            var rest = offsets.Minus(applied);
            return new KernelWorld(new KernelProcess(inside), 0, applied, new ClockOffsets(realtimeNs, rest.MonotonicNs, rest.BoottimeNs));
        }

        var errno = NamespaceLauncher.Start(offsets, out var child);
        return new KernelWorld(child is null ? null : new KernelProcess(child), errno, offsets, new ClockOffsets(realtimeNs, 0, 0));
    }

    /// <summary>A process that reads the machine's clocks as they are.</summary>
    public static KernelWorld Outside(in ClockOffsets differences) =>
        new(new KernelProcess(NamespaceLauncher.Start()), 0, default, differences);

    /// <summary>Waits for the process, and lets it do everything once.</summary>
    public void Prepare()
    {
        if (process is not null && !process.Greet())
        {
            Errno = (int)TimeNs.Errno.ERANGE; // unshare says so to people only; nothing else is wrong with offsets
        }
        else
        {
            process?.Rehearse();
        }
    }

    public JsonObject Do(JsonObject step) => process!.Do(step);

    /// <summary>A point on a clock of the scenario as the process has to say it; null when its clock has no such point.</summary>
    public Timespec? ToKernel(ClockId clock, Timespec value)
    {
        var offset = translated[clock.Base()];
        if (offset == 0 || !value.IsValid || value == default || value.ToNanoseconds() == long.MaxValue)
        {
            return value;
        }

        var inside = (Int128)value.ToNanoseconds() - offset;
        return inside <= 0 ? null : Timespec.FromNanoseconds((long)Int128.Min(inside, long.MaxValue));
    }

    /// <summary>What a clock of the process reads as the scenario has it.</summary>
    /// <param name="clock">The clock that the scenario takes it for.</param>
    /// <param name="result">The result that has the reading.</param>
    /// <param name="besideNs">How far that clock is ahead of the one that was read.</param>
    public void ToScenario(ClockBase clock, JsonObject result, long besideNs)
    {
        if (result["time"] is JsonArray time)
        {
            var reading = new Timespec(time[0]!.GetValue<long>(), time[1]!.GetValue<long>());
            result["time"] = Json.OfNanoseconds(reading.ToNanoseconds() + translated[clock] + besideNs);
        }
    }

    /// <summary>Faults A and B: why the kernel is known to mistake a deadline that is shifted by an offset; null when it does not.</summary>
    public string? Mistakes(ClockId clock, Timespec value, Timespec interval)
    {
        var offset = clock.Base() switch { ClockBase.Monotonic => kernel.MonotonicNs, ClockBase.Boottime => kernel.BoottimeNs, _ => 0 };
        if (!value.IsValid || value == default)
        {
            return null;
        }

        var host = (Int128)value.ToNanoseconds() - offset;
        return host < 0 && interval != default ? "kernel fault A: a deadline before the machine's own clock began loses its phase (rule N3)"
            : host > long.MaxValue ? "kernel fault B: never behind a negative offset fires at once (rule N4)"
            : null;
    }

    public void Dispose() => process?.Dispose();
}
