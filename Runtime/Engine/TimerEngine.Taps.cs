using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <content>Who is told of what was delivered.</content>
/// <remarks>
/// Without a tap it costs one null check a batch: the loop over the batch is compiled twice, and the one that runs then has nothing of this in it.
/// With a tap that is wanted each tick is copied once into a list that keeps its size, and the taps run after the batch, so that they make no reader late.
/// </remarks>
internal sealed partial class TimerEngine
{
    private readonly List<DeliveredTick> _told = []; // of the batch under way; the engine's thread alone
    private volatile IDeliveryTap[]? _taps; // replaced under the lock, never written to; null for none

    /// <summary>What the loop over a batch tells of a tick that was taken: a struct, so that it is compiled for each of the two.</summary>
    private interface ITickListener
    {
        /// <summary>Whose tick it is, asked before it is told: its reader may close it.</summary>
        object? OwnerOf(object? told, TimerStore store, int index);

        void Add(object? owner, TimeNamespace ns, in Tick tick);
    }

    private readonly struct NoListener : ITickListener
    {
        public object? OwnerOf(object? told, TimerStore store, int index) => null;

        public void Add(object? owner, TimeNamespace ns, in Tick tick)
        {
            // Nobody listens.
        }
    }

    private readonly struct TapListener(List<DeliveredTick> told) : ITickListener
    {
        public object? OwnerOf(object? told, TimerStore store, int index) => told is null or NamespaceTimer or CallbackTimer ? told : store.TagOf(index);

        public void Add(object? owner, TimeNamespace ns, in Tick tick) => told.Add(new DeliveredTick(owner!, ns, tick));
    }

    /// <summary>From any thread; from the next batch on.</summary>
    public void AddTap(IDeliveryTap tap)
    {
        lock (Gate)
        {
            _taps = [.. _taps ?? [], tap];
        }
    }

    /// <summary>From any thread; a batch that is under way may still be told.</summary>
    public void RemoveTap(IDeliveryTap tap)
    {
        lock (Gate)
        {
            _taps = Array.FindAll(_taps ?? [], t => t != tap) is { Length: not 0 } left ? left : null;
        }
    }

    private void DeliverBatch()
    {
        if (_taps is { } taps && IsAnyWanted(taps))
        {
            DeliverToTaps(taps);
        }
        else
        {
            Deliver(default(NoListener));
        }
    }

    private static bool IsAnyWanted(IDeliveryTap[] taps)
    {
        foreach (var tap in taps)
        {
            if (tap.IsWanted)
            {
                return true;
            }
        }

        return false;
    }

    // A frame of its own, as Deliver.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DeliverToTaps(IDeliveryTap[] taps)
    {
        Deliver(new TapListener(_told));
        foreach (var tap in taps)
        {
            if (_told.Count != 0 && tap.IsWanted)
            {
                Tell(tap);
            }
        }

        _told.Clear();
    }

    private void Tell(IDeliveryTap tap)
    {
        try
        {
            tap.Delivered(CollectionsMarshal.AsSpan(_told));
        }
#pragma warning disable CA1031 // Listeners of a meter run in it, and may throw anything; it must not take the engine with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RemoveTap(tap);
            ObserverFaulted("what is delivered", exception);
        }
    }
}
