using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// Brings the objects that a batch is delivered to into the cache before their turn: a timer, its one subscription, its observer,
/// each a stage later than the one that points to it.
/// </summary>
/// <remarks>
/// With many timers each of the three is a cache miss, and one after the other they are most of the cost of a delivery. An address is
/// only a hint: an object that the collector moves meanwhile is fetched in vain. Where there is no such instruction nothing is done.
/// </remarks>
internal static unsafe class Prefetch
{
    private const int Stage = 6;

    /// <summary>Fetches what the first deliveries of a batch need first.</summary>
    public static void Begin(Span<Delivery> batch)
    {
        for (var i = 0; i < Math.Min(3 * Stage, batch.Length) && batch.Length > 1; i++)
        {
            Fetch(batch[i].Timer?.Tag);
        }
    }

    /// <summary>Fetches for what comes after place <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(Span<Delivery> batch, int i)
    {
        if (i + Stage >= batch.Length)
        {
            return;
        }

        if (batch[i + Stage].Timer?.Tag is NamespaceTimer { OnlyReader: { } near })
        {
            Fetch(near.Observer);
        }

        if (i + (2 * Stage) < batch.Length && batch[i + (2 * Stage)].Timer?.Tag is NamespaceTimer middle)
        {
            Fetch(middle.OnlyReader);
        }

        if (i + (3 * Stage) < batch.Length)
        {
            Fetch(batch[i + (3 * Stage)].Timer?.Tag);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(object? target)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(*(void**)Unsafe.AsPointer(ref target));
        }
    }
}
