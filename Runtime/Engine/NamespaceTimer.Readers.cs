using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <content>Who is told of its ticks, and how.</content>
public sealed partial class NamespaceTimer
{
    /// <summary>The only reader, where it is an observer: what a delivery will need next.</summary>
    internal TickSubscription? OnlyReader => Volatile.Read(ref _readers) as TickSubscription;

    bool IEngineTimer.Deliver(in TickRead read) => Deliver(read);

    /// <inheritdoc cref="IEngineTimer.Deliver"/>
    internal bool Deliver(in TickRead read)
    {
        var readers = Volatile.Read(ref _readers);
        return readers is TickSubscription only
            ? Tell(only, read.Tick)
            : readers is TickReaders several && Deliver(several, read.Tick);
    }

    private bool Deliver(TickReaders several, in Tick tick)
    {
        if (several.MayHaveWaiters && TakeWaiter() is { } waiter)
        {
            // A read that was taken from the list can no longer be withdrawn: the tick is its.
            Answer(waiter, tick);
            return true;
        }

        var taken = false;
        foreach (var observer in several.Observers)
        {
            taken |= Tell(observer, tick);
        }

        return taken;
    }

    private void Answer(TaskCompletionSource<Tick> waiter, Tick tick)
    {
        if (Engine.Dispatcher.IsSimulated)
        {
            Engine.Post(() => waiter.SetResult(tick));
        }
        else
        {
            waiter.SetResult(tick);
        }
    }

    /// <summary>False when the subscription has ended.</summary>
    private bool Tell(TickSubscription subscription, in Tick tick)
    {
        if (subscription.IsEnded)
        {
            return false;
        }

        try
        {
            subscription.Observer.OnNext(tick);
        }
#pragma warning disable CA1031 // An observer may throw anything; it must not take the engine or its neighbours with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            subscription.Dispose();
            Engine.ObserverFaulted($"timer {this}", exception);
        }

        return true;
    }

    void IEngineTimer.End(Exception? error)
    {
        while (TakeWaiter() is { } waiter)
        {
            waiter.TrySetException(new ObjectDisposedException($"Timer {this} was closed while a read waited for it.", error));
        }

        object? readers;
        lock (Engine.Gate)
        {
            (readers, _readers) = (_readers, null);
        }

        foreach (var subscription in readers is TickReaders several ? several.Observers : readers is TickSubscription only ? [only] : [])
        {
            End(subscription, error);
        }
    }

    private void End(TickSubscription subscription, Exception? error)
    {
        if (!subscription.TryEnd())
        {
            return;
        }

        try
        {
            Subscription.End(subscription.Observer, error);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Engine.ObserverFaulted($"timer {this}", exception);
        }
    }

    private TaskCompletionSource<Tick>? TakeWaiter()
    {
        lock (Engine.Gate)
        {
            if (_readers is not TickReaders { Waiters.First: { } first } several)
            {
                return null;
            }

            several.Waiters.RemoveFirst();
            ReadersChanged();
            return first.Value;
        }
    }

    private IDisposable Subscribe(IObserver<Tick> observer)
    {
        lock (Engine.Gate)
        {
            if (!IsClosed && !Engine.IsStopping)
            {
                var subscription = new TickSubscription(this, observer);
                if (_readers is null)
                {
                    Volatile.Write(ref _readers, subscription);
                }
                else
                {
                    Several().Add(subscription);
                }

                Watch();
                Engine.Changed();
                return subscription;
            }
        }

        return Subscription.End(observer, Engine.Failure);
    }

    /// <summary>A subscription has ended.</summary>
    internal void Leave(TickSubscription subscription)
    {
        lock (Engine.Gate)
        {
            if (_readers is TickReaders several)
            {
                several.Remove(subscription);
            }
            else if (_readers == subscription)
            {
                _readers = null;
            }

            ReadersChanged();
        }
    }

    /// <summary>Under the lock: the readers, in the form that takes more than one.</summary>
    private TickReaders Several()
    {
        if (_readers is TickReaders several)
        {
            return several;
        }

        several = new TickReaders { Observers = _readers is TickSubscription only ? [only] : [] };
        Volatile.Write(ref _readers, several);
        return several;
    }

    /// <summary>
    /// Under the lock: one of them has left. Those who stay are told of nothing by that, not of what a freeze holds either.
    /// </summary>
    private void ReadersChanged()
    {
        if (_readers is TickReaders several)
        {
            Volatile.Write(ref _readers, several.Reduce());
        }

        if (!IsClosed && _readers is null)
        {
            _state.Namespace.Watch(_state, false);
        }
    }

    /// <summary>Under the lock: a reader has come. The timer is read at its wake-ups from now on, and at once when it is readable.</summary>
    private void Watch() => _state.Namespace.Watch(_state, true);

    private sealed class TickStream(NamespaceTimer timer) : IObservable<Tick>
    {
        public IDisposable Subscribe(IObserver<Tick> observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            return timer.Subscribe(observer);
        }
    }
}
