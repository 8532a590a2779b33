namespace TimeNs.Runtime;

/// <summary>
/// Observers of one stream. Changed under the engine's lock, walked without it on the engine's thread: the array is replaced,
/// never written to.
/// </summary>
/// <param name="faulted">Told of an observer that threw. It has lost its subscription; the others go on.</param>
/// <param name="remove">Takes an entry out, under the lock.</param>
internal sealed class ObserverList<T>(Action<Exception> faulted, Action<ObserverList<T>.Entry> remove)
{
    private Entry[] _entries = [];

    /// <summary>One subscription; disposed at most once, whoever does it.</summary>
    internal sealed class Entry(IObserver<T> observer)
    {
        private int _ended;

        public IObserver<T> Observer { get; } = observer;

        public bool IsEnded => Volatile.Read(ref _ended) != 0;

        public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
    }

    public bool IsEmpty => Volatile.Read(ref _entries).Length == 0;

    /// <summary>Under the lock.</summary>
    public Entry Add(IObserver<T> observer)
    {
        var entry = new Entry(observer);
        Add(entry);
        return entry;
    }

    /// <summary>Under the lock. Without effect when the subscription has ended already.</summary>
    public void Add(Entry entry)
    {
        if (!entry.IsEnded)
        {
            Replace(static (entries, entry) => [.. entries, entry], entry);
        }
    }

    /// <summary>Under the lock. Without effect when the list has ended meanwhile.</summary>
    public void Remove(Entry entry) => Replace(static (entries, entry) => Array.FindAll(entries, e => e != entry), entry);

    /// <summary>Hands a value to every observer; on the engine's thread. False when nobody was left to take it.</summary>
    public bool Publish(in T value)
    {
        var taken = false;
        foreach (var entry in Volatile.Read(ref _entries))
        {
            taken |= Publish(entry, value);
        }

        return taken;
    }

    /// <summary>Hands a value to one observer; on the engine's thread. False when its subscription has ended.</summary>
    public bool Publish(Entry entry, in T value)
    {
        if (entry.IsEnded)
        {
            return false;
        }

        try
        {
            entry.Observer.OnNext(value);
        }
#pragma warning disable CA1031 // An observer may throw anything; it must not take the engine or its neighbours with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (entry.TryEnd())
            {
                remove(entry);
            }

            faulted(exception);
        }

        return true;
    }

    /// <summary>Ends every subscription, with an error or without; on the engine's thread.</summary>
    public void End(Exception? error)
    {
        foreach (var entry in Interlocked.Exchange(ref _entries, []))
        {
            End(entry, error);
        }
    }

    /// <summary>The lock keeps other changes away, but not the end, which takes the array without it.</summary>
    private void Replace(Func<Entry[], Entry, Entry[]> change, Entry entry)
    {
        var entries = Volatile.Read(ref _entries);
        while (Interlocked.CompareExchange(ref _entries, change(entries, entry), entries) is var now && now != entries)
        {
            entries = now;
        }
    }

    private void End(Entry entry, Exception? error)
    {
        if (!entry.TryEnd())
        {
            return;
        }

        try
        {
            if (error is null)
            {
                entry.Observer.OnCompleted();
            }
            else
            {
                entry.Observer.OnError(error);
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            faulted(exception);
        }
    }
}
