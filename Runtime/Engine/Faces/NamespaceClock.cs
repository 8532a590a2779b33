using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>
/// The wall clock of a namespace as NodaTime takes it, to the nanosecond. Thread-safe; stands still while the namespace is frozen.
/// </summary>
/// <remarks>For a zone use NodaTime's <c>InZone</c>; the clock itself has none.</remarks>
public sealed class NamespaceClock : IClock
{
    private readonly RuntimeNamespace _namespace;

    internal NamespaceClock(RuntimeNamespace ns) => _namespace = ns;

    /// <summary>CLOCK_REALTIME of the namespace.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public Instant GetCurrentInstant() => _namespace.ReadFast(ClockBase.Realtime).ToInstant();
}
