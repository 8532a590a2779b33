using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>How ticks that were read reach their readers, and how whoever changes time sees to it that none is on its way.</summary>
/// <remarks>
/// A batch is delivered one claim after another. What is not claimed can be taken back under the lock; what is claimed is waited for.
/// </remarks>
internal sealed partial class TimerEngine
{
    private readonly List<Delivery> _batch = [];
    private int _delivered; // the place in the batch of the delivery under way; behind its end while notices run
    private TimeNamespace? _delivering; // whose reader runs
    private bool _isAnnouncing; // a notice runs, whoever's it is
    private int _quiescing; // threads that wait for a reader to end; no batch begins before them
    private long _deliveries;

    /// <summary>
    /// Under the lock: no tick that was read before is on its way when this returns. What is not delivered yet of this namespace is
    /// unread again; another thread than the engine's also waits for the reader that runs, and releases the lock meanwhile.
    /// </summary>
    public void Quiesce(TimeNamespace ns)
    {
        for (var i = _delivered + 1; i < _batch.Count; i++)
        {
            if (_batch[i].Timer is { IsNull: false, IsClosed: false } timer && timer.Namespace == ns)
            {
                Unread(_batch[i]);
                _batch[i] = default;
            }
        }

        if (IsEngineThread || !IsUnderWay(ns))
        {
            return;
        }

        _quiescing++;
        while (IsUnderWay(ns))
        {
            Monitor.Wait(Gate);
        }

        if (--_quiescing == 0)
        {
            Monitor.PulseAll(Gate);
        }
    }

    private void Deliver()
    {
        while (Claim(out var delivery))
        {
            if (((IEngineTimer)delivery.Timer.Tag!).Deliver(delivery.Read))
            {
                _deliveries++;
                continue;
            }

            // Nobody took the tick (INV-3).
            lock (Gate)
            {
                Unread(delivery);
            }
        }
    }

    /// <summary>
    /// The next delivery that still stands. From here on nobody takes it back; whoever must not see it delivered waits. None when the
    /// engine is stopping: what is left goes with its timers.
    /// </summary>
    private bool Claim(out Delivery delivery)
    {
        lock (Gate)
        {
            if (_quiescing != 0)
            {
                Monitor.PulseAll(Gate);
            }

            while (!_stopping && ++_delivered < _batch.Count)
            {
                delivery = _batch[_delivered];
                if (delivery.Timer is { IsNull: false } timer && Stands(delivery))
                {
                    _delivering = timer.Namespace;
                    return true;
                }
            }

            (_delivered, _delivering, _isAnnouncing) = (_batch.Count, null, true);
            delivery = default;
            return false;
        }
    }

    private void Announce()
    {
        foreach (var notice in _announcing)
        {
            notice();
        }
    }

    /// <summary>Under the lock.</summary>
    private void EndBatch()
    {
        _batch.Clear();
        (_delivered, _delivering, _isAnnouncing) = (-1, null, false);
        Monitor.PulseAll(Gate);
    }

    private bool IsUnderWay(TimeNamespace ns) => _isAnnouncing || _delivering == ns;

    /// <summary>
    /// A new setting voids the ticks of the old one; the notice that the clock was set outlives it, since nobody else is told (X2). A
    /// timer that left the cancel list needs it no more (X4).
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
