using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private const int NoBatch = -2;
    private const int NothingClaimed = -1;
    private const int Telling = int.MaxValue; // notices run

    private readonly List<Delivery> _batch = [];
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
        for (var i = place + 1; i < _batch.Count; i++)
        {
            if (_batch[i].Timer is { } timer && timer.Namespace == ns)
            {
                Unread(_batch[i]);
                _batch[i] = default;
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
    private void Deliver<TTold>(TTold told)
        where TTold : struct, ITold
    {
        var batch = CollectionsMarshal.AsSpan(_batch);
        Prefetch.Begin(batch);
        for (var i = 0; i < batch.Length; i++)
        {
            Prefetch.Ahead(batch, i);
            ref readonly var delivery = ref batch[i];
            if (!Claim(delivery, i))
            {
                return;
            }

            // The tag before the rest: a timer that is closed meanwhile has none.
            if (delivery.Timer?.Tag is not { } tag || !Stands(delivery))
            {
                continue;
            }

            if (tag is NamespaceTimer timer ? timer.Deliver(delivery.Read) : ((IEngineTimer)tag).Deliver(delivery.Read))
            {
                _deliveries++;
                told.Add(tag, _delivering, delivery.Read.Tick);
            }
            else
            {
                TakeBackUntaken(delivery);
            }
        }
    }

    /// <summary>
    /// From here on nobody takes the delivery back; whoever must not see it delivered waits. False when the engine is stopping.
    /// </summary>
    private bool Claim(in Delivery delivery, int place)
    {
        if (delivery.Timer?.Namespace is { } ns && ns != _delivering)
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
    private static bool Stands(in Delivery delivery) => !delivery.Timer.IsClosed
        && (delivery.Timer.Epoch == delivery.Epoch || (delivery.Read.Tick.IsCanceled && delivery.Timer.MightCancel));

    /// <summary>Under the lock: the tick was not delivered, and is to be read again (INV-3).</summary>
    private static void Unread(in Delivery delivery)
    {
        if (Stands(delivery))
        {
            delivery.Timer.Namespace.Unread(delivery.Timer, delivery.Read);
        }
    }
}
