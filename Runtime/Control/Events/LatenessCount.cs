using TimeNs.Clocks;
using TimeNs.Runtime;

namespace TimeNs.Control.Events;

/// <summary>Sums up the lateness of what is delivered, for each namespace, while somebody looks at namespaces.</summary>
/// <remarks>It begins with the first look and goes on for a minute after each one; nobody's ticks cost more than a check a batch otherwise.</remarks>
internal sealed class LatenessCount(TimeRuntime runtime) : IDeliveryTap
{
    /// <summary>How long it goes on after a look: longer than anybody waits between two pictures.</summary>
    public static readonly long WatchedNs = 60_000_000_000;

    private long _until; // on the host's MONOTONIC; 0 for not at all

    public bool IsWanted => Volatile.Read(ref _until) != 0;

    /// <summary>Somebody looks. From any thread.</summary>
    public void Watch() => Volatile.Write(ref _until, runtime.Host.Read(ClockId.Monotonic).Plus(WatchedNs).Nanoseconds);

    public void Delivered(ReadOnlySpan<DeliveredTick> batch)
    {
        var until = Volatile.Read(ref _until);
        if (runtime.Host.Read(ClockId.Monotonic).Nanoseconds > until)
        {
            Interlocked.CompareExchange(ref _until, 0, until); // unless somebody looks just now
            return;
        }

        foreach (ref readonly var delivered in batch)
        {
            if (!delivered.Tick.IsCanceled)
            {
                delivered.Namespace.CountLateness(Math.Max(0, delivered.Tick.LatenessNs));
            }
        }
    }
}
