using System.Diagnostics.Metrics;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Runtime;

/// <summary>How long something takes, for a histogram in seconds. Nothing where nobody listens. Begun and ended without the lock: listeners run in it.</summary>
internal readonly struct Timing
{
    private readonly Histogram<double>? _into;
    private readonly IKernel? _kernel;
    private readonly ClockTime _begun;

    private Timing(Histogram<double> into, IKernel kernel)
    {
        (_into, _kernel) = (into, kernel);
        _begun = kernel.ReadOnce().Monotonic;
    }

    public static Timing Begin(Histogram<double>? into, IKernel kernel) => into is { Enabled: true } ? new Timing(into, kernel) : default;

    /// <summary>It is done. What is refused has no end.</summary>
    public void End() => _into?.Record(_kernel!.ReadOnce().Monotonic.Since(_begun) / 1e9);
}
