using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tool.Scenarios;

/// <summary>
/// The simulated host that a scenario runs on, and what outlives a move to another one: its images.
/// </summary>
internal sealed class ScenarioHost : IDisposable
{
    /// <summary>What the clocks of a host read when nothing is said of them.</summary>
    public static ClockReadings DefaultReadings { get; } = new(
        ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)),
        ClockTime.FromSinceZero(Duration.FromSeconds(1000)),
        ClockTime.FromSinceZero(Duration.FromSeconds(1000)));

    public ScenarioHost() => (Kernel, Runtime) = Boot(DefaultReadings);

    public SimulatedKernel Kernel { get; private set; }

    public TimeRuntime Runtime { get; private set; }

    public FdTable Fds { get; } = new();

    public TickLog Ticks { get; } = new();

    public Dictionary<string, NamespaceImage> Images { get; } = new(StringComparer.Ordinal);

    /// <exception cref="TimeNamespaceException">ENOENT: not live.</exception>
    public RuntimeNamespace Namespace(string name) =>
        Runtime.FindNamespace(name) ?? throw new TimeNamespaceException(Errno.ENOENT, $"There is no namespace '{name}'");

    /// <exception cref="TimeNamespaceException">ENOENT: never made.</exception>
    public NamespaceImage Image(string name) =>
        Images.GetValueOrDefault(name) ?? throw new TimeNamespaceException(Errno.ENOENT, $"There is no image '{name}'");

    /// <summary>Goes on on another host, which has been up for as long as its clocks say.</summary>
    /// <exception cref="TimeNamespaceException">EBUSY: something lives on this one.</exception>
    public void MoveTo(in ClockReadings readings)
    {
        if (Runtime.Namespaces.FirstOrDefault(ns => ns != Runtime.Host) is { } live)
        {
            throw new TimeNamespaceException(Errno.EBUSY, $"Namespace '{live.Name}' is live on this host");
        }

        if (Fds.HasAny(Runtime.Host))
        {
            throw new TimeNamespaceException(Errno.EBUSY, "The host has an open timer");
        }

        Runtime.Dispose();
        (Kernel, Runtime) = Boot(readings);
    }

    /// <summary>Forgets the fds of a namespace that stopped.</summary>
    public void ForgetClosed()
    {
        foreach (var fd in Fds.RemoveClosed())
        {
            Ticks.Unsubscribe(fd);
        }
    }

    /// <summary>Waits until every tick that is due has been delivered.</summary>
    public void Settle() => Kernel.Settle();

    public void Dispose()
    {
        Ticks.UnsubscribeAll();
        Runtime.Dispose();
    }

    private static (SimulatedKernel Kernel, TimeRuntime Runtime) Boot(in ClockReadings readings)
    {
        var kernel = new SimulatedKernel(readings);
        return (kernel, TimeRuntime.Start(kernel));
    }
}
