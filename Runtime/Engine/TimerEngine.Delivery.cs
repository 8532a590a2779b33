using System.Runtime.CompilerServices;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>How ticks that were read reach their readers, and how whoever changes time sees to it that none is on its way.</summary>
/// <remarks>
/// <para>
/// A batch is delivered one claim after another. What is not claimed can be taken back under the lock; what is claimed is waited for.
/// A claim takes no lock. It is one half of Dekker's protocol, whose costly half, the barrier, is left to the rare side:
/// </para>
/// <code>
///   engine, at each claim             whoever quiesces, under the lock
///   (1) _place = i                    (a) _attention = 1
///   (2) reads _attention              (b) barrier in every thread of the process
///       1: takes the lock first       (c) reads _place = p; takes back what stands behind p; waits while p is of its namespace
/// </code>
/// <para>
/// The barrier (b) falls somewhere in the engine's thread. Before (2): then (2) sees 1, or a 0 that was written after the lock was
/// released, and with it everything that was taken back. After (2): then (1) is before it too, and (c) sees the claim. So no
/// delivery is both taken back and made, and none that was claimed unseen is missed. The batch itself is filled and taken back from
/// under the lock alone; it is cleared by the engine's thread once <c>_place</c> says that there is none, by the same protocol.
/// </para>
/// <para>
/// While someone waits, <c>_attention</c> stays: each further claim takes the lock and wakes him to look again.
/// </para>
/// </remarks>
internal sealed partial class TimerEngine
{
    private const int ToldAhead = 8; // in the batch: who is told was asked for when it was read, but the batch is long
    private const int NoBatch = -2;
    private const int NothingClaimed = -1;
    private const int Telling = int.MaxValue; // notices run

    private readonly DeliveryBatch _batch = new();
    private int _place = NoBatch; // the place in the batch of the delivery under way, or one of the above; the engine's thread writes
    private int _attention; // 1: the next claim takes the lock; written under it
    private TimeNamespace? _delivering; // whose reader runs; the engine's thread writes, before the place
    private int _quiescing; // threads that wait for a reader to end; no batch begins before them
    private long _deliveries;

    /// <summary>
    /// Under the lock: no tick that was read before is on its way when this returns. What is not delivered yet of this namespace is
    /// unread again; a thread that is no engine's also waits for the reader that runs, and releases the lock meanwhile.
    /// </summary>
    public void Quiesce(TimeNamespace ns)
    {
        if (IsEngineThread)
        {
            TakeBack(ns);
            return;
        }

        _quiescing++;
        Volatile.Write(ref _attention, 1);
        Interlocked.MemoryBarrierProcessWide();
        TakeBack(ns);
        while (!IsInsideAnObserver && IsUnderWay(ns))
        {
            Monitor.Wait(Gate);
        }

        if (--_quiescing == 0)
        {
            Volatile.Write(ref _attention, _stopping ? 1 : 0);
            Monitor.PulseAll(Gate);
        }
    }

    private void TakeBack(TimeNamespace ns)
    {
        var place = Volatile.Read(ref _place);
        if (place is NoBatch or Telling)
        {
            return;
        }

        var any = false;
        foreach (ref var delivery in _batch.Items[(place + 1)..])
        {
            if (delivery.Timer is { IsNull: false, IsClosed: false } timer && timer.Namespace == ns)
            {
                Unread(delivery);
                delivery = default;
                any = true;
            }
        }

        if (any)
        {
            News();
        }
    }

    /// <summary>Hands out the batch, claim by claim. When the engine is stopping the rest goes with its timers.</summary>
    // A frame of its own: the addresses that it fetches from would keep their objects alive while the engine waits.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Deliver<TListener>(TListener listener)
        where TListener : struct, ITickListener
    {
        var batch = _batch.Items;
        var store = Table.Store;
        for (var i = 0; i < batch.Length; i++)
        {
            if (i + ToldAhead < batch.Length)
            {
                store.PrefetchTold(batch[i + ToldAhead].Timer.Index);
            }

            ref readonly var delivery = ref batch[i];
            if (delivery.Timer.Namespace is not { } ns)
            {
                continue; // taken back
            }

            if (!Claim(ns, i))
            {
                return;
            }

            // It may have been taken back before the claim. Who is told is asked before whether the timer still is the same.
            if (delivery.Timer.IsNull)
            {
                continue;
            }

            var told = delivery.Timer.ToldIn(store);
            var owner = listener.OwnerOf(told, store, delivery.Timer.Index);
            if (!Stands(store, delivery))
            {
                continue;
            }

            if (Tell(told, delivery))
            {
                _deliveries++;
                listener.Add(owner, ns, delivery.Tick);
            }
            else
            {
                TakeBackUntaken(delivery);
            }
        }
    }

    /// <summary>False when nobody was left to take the tick.</summary>
    private static bool Tell(object? told, in Delivery delivery)
    {
        switch (told)
        {
            case null:
                return false;
            case NamespaceTimer several:
                return several.Deliver(delivery.Read);
            case CallbackTimer callback:
                callback.Deliver();
                return true;
            default:
                TellOnly(Unsafe.As<IObserver<Tick>>(told), delivery); // nothing else is told
                return true;
        }
    }

    private static void TellOnly(IObserver<Tick> observer, in Delivery delivery)
    {
        try
        {
            observer.OnNext(delivery.Tick);
        }
#pragma warning disable CA1031 // An observer may throw anything; it must not take the engine or its neighbours with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Faulted(observer, delivery.Timer, exception);
        }
    }

    private static void Faulted(IObserver<Tick> observer, TimerState timer, Exception exception)
    {
        var ns = (RuntimeNamespace)timer.Namespace.Tag!;
        if (ns.OpenTimer(timer) is { } open)
        {
            open.OnlyObserverFaulted(observer, exception);
        }
        else
        {
            ns.Engine.ObserverFaulted($"a closed timer of {ns.Name}", exception);
        }
    }

    /// <summary>
    /// From here on nobody takes the delivery back; whoever must not see it delivered waits. False when the engine is stopping.
    /// </summary>
    private bool Claim(TimeNamespace ns, int place)
    {
        if (ns != _delivering)
        {
            Volatile.Write(ref _delivering, ns);
        }

        Volatile.Write(ref _place, place);
        return Volatile.Read(ref _attention) == 0 || Attend();
    }

    /// <summary>Whoever waits looks again where the engine has got to. False when the engine is stopping.</summary>
    private bool Attend()
    {
        lock (Gate)
        {
            Monitor.PulseAll(Gate);
            return !_stopping;
        }
    }

    /// <summary>Nobody took the tick (INV-3).</summary>
    private void TakeBackUntaken(in Delivery delivery)
    {
        lock (Gate)
        {
            Unread(delivery);
            News();
        }
    }

    private void Announce()
    {
        if (_announcing.Count == 0)
        {
            return;
        }

        Volatile.Write(ref _place, Telling);
        if (Volatile.Read(ref _attention) != 0)
        {
            Attend();
        }

        foreach (var notice in _announcing)
        {
            notice();
        }

        lock (Gate)
        {
            _announcing.Clear();
        }
    }

    /// <summary>On the engine's thread: nothing is under way any more, and the batch keeps no timer alive.</summary>
    private void EndBatch()
    {
        Volatile.Write(ref _delivering, null);
        Volatile.Write(ref _place, NoBatch);
        if (Volatile.Read(ref _attention) != 0)
        {
            Attend();
        }

        _batch.Clear();
    }

    private bool IsUnderWay(TimeNamespace ns) => Volatile.Read(ref _place) switch
    {
        NoBatch => false,
        Telling => true,
        _ => Volatile.Read(ref _delivering) == ns,
    };

    /// <summary>
    /// A new setting voids the ticks of the old one; the notice that the clock was set outlives it, since nobody else is told (X2). A
    /// timer that left the cancel list needs it no more (X4). At a claim it is asked without the lock: a setting made by another thread at
    /// this moment comes after the claim.
    /// </summary>
    private static bool Stands(TimerStore store, in Delivery delivery) =>
        delivery.Timer.Stands(store, delivery.Epoch, delivery.Tick.IsCanceled);

    /// <summary>Under the lock: the tick was not delivered, and is to be read again (INV-3).</summary>
    private void Unread(in Delivery delivery)
    {
        if (Stands(Table.Store, delivery))
        {
            delivery.Timer.Namespace.Unread(delivery.Timer, delivery.Read);
        }
    }
}
