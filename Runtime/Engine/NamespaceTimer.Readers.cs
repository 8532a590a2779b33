using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <content>Who is told of its ticks, and how.</content>
/// <remarks>
/// Who is told stands beside the timer's node, where the engine finds it without this object: nobody; the only observer, as most
/// timers have; or this object, which knows several and the reads that wait.
/// </remarks>
public sealed partial class NamespaceTimer
{
    private TickReaders? _several; // changed under the lock, read without it
    private int _subscriptions;
    private int _only; // the number of the only observer's subscription, 0 for none

    /// <summary>Takes a tick for several readers, on the engine's thread, without the lock. False when no reader was left to take it.</summary>
    internal bool Deliver(in TickRead read)
    {
        if (Volatile.Read(ref _several) is not { } several)
        {
            return false;
        }

        if (several.MayHaveWaiters && TakeWaiter() is { } waiter)
        {
            // A read that was taken from the list can no longer be withdrawn: the tick is its.
            Answer(waiter, read.Tick);
            return true;
        }

        var taken = false;
        foreach (var reader in several.Observers)
        {
            taken |= Tell(reader, read.Tick);
        }

        return taken;
    }

    /// <summary>Its only observer threw: it has no subscription any more, and nothing else happens.</summary>
    internal void OnlyObserverFaulted(IObserver<Tick> observer, Exception exception)
    {
        lock (Engine.Gate)
        {
            // Inside OnNext it may have left, or others have come.
            if (!IsClosed && ReferenceEquals(Store.ToldOf(_index), observer))
            {
                Leave(_only);
            }
            else if (_several is { } several && Array.Find(several.Observers, r => ReferenceEquals(r.Observer, observer)) is { } reader)
            {
                Leave(reader.Number);
            }
        }

        Engine.ObserverFaulted($"timer {this}", exception);
    }

    /// <summary>The timer is closed: the last call, on the engine's thread. <paramref name="error"/> is the kernel's failure, if that was why.</summary>
    internal void End(Exception? error)
    {
        while (TakeWaiter() is { } waiter)
        {
            waiter.TrySetException(new ObjectDisposedException($"Timer {this} was closed while a read waited for it.", error));
        }

        foreach (var reader in _several?.Observers ?? [])
        {
            End(reader, error);
        }

        lock (Engine.Gate)
        {
            _several = null;
        }
    }

    /// <summary>Under the lock, before the timer is closed: its readers are this object's, until they are told of the end.</summary>
    internal void Release()
    {
        if (!IsClosed)
        {
            _ = Several();
        }
    }

    /// <summary>A subscription has ended.</summary>
    internal void Leave(int number)
    {
        lock (Engine.Gate)
        {
            if (_several is { } several)
            {
                several.Remove(number);
            }
            else if (_only == number && !IsClosed)
            {
                _only = 0;
                Store.SetTold(_index, null);
            }

            ReadersChanged();
        }
    }

    private TimerStore Store => Namespace.State.Store;

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
    private bool Tell(TickReader reader, in Tick tick)
    {
        if (reader.IsEnded)
        {
            return false;
        }

        try
        {
            reader.Observer.OnNext(tick);
        }
#pragma warning disable CA1031 // An observer may throw anything; it must not take the engine or its neighbours with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Leave(reader.Number);
            Engine.ObserverFaulted($"timer {this}", exception);
        }

        return true;
    }

    private void End(TickReader reader, Exception? error)
    {
        if (!reader.TryEnd())
        {
            return;
        }

        try
        {
            Subscription.End(reader.Observer, error);
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
            if (_several is not { Waiters.First: { } first } several)
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
                var number = ++_subscriptions;
                if (_several is null && _only == 0)
                {
                    _only = number;
                    Store.SetTold(_index, observer);
                }
                else
                {
                    Several().Add(new TickReader(observer, number));
                }

                Watch();
                Engine.Changed();
                return new TickSubscription(this, number);
            }
        }

        return Subscription.End(observer, Engine.Failure);
    }

    /// <summary>Under the lock: the readers, in the form that takes more than one.</summary>
    private TickReaders Several()
    {
        if (_several is null)
        {
            var several = new TickReaders();
            if (_only != 0)
            {
                several.Add(new TickReader((IObserver<Tick>)Store.ToldOf(_index)!, _only));
                _only = 0;
            }

            Volatile.Write(ref _several, several);
            Store.SetTold(_index, this);
        }

        return _several;
    }

    /// <summary>
    /// Under the lock: one of them has left. Those who stay are told of nothing by that, not of what a freeze holds either.
    /// </summary>
    private void ReadersChanged()
    {
        if (IsClosed)
        {
            return;
        }

        if (_several is { Waiters.Count: 0, Observers: { Length: <= 1 } observers })
        {
            _only = observers.Length == 0 ? 0 : observers[0].Number;
            Store.SetTold(_index, observers.Length == 0 ? null : observers[0].Observer);
            _several = null;
        }

        if (_several is null && _only == 0)
        {
            Namespace.State.Watch(State, false);
        }
    }

    /// <summary>Under the lock: a reader has come. The timer is read at its wake-ups from now on, and at once when it is readable.</summary>
    private void Watch() => Namespace.State.Watch(State, true);

    private sealed class TickStream(NamespaceTimer timer) : IObservable<Tick>
    {
        public IDisposable Subscribe(IObserver<Tick> observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            return timer.Subscribe(observer);
        }
    }
}
