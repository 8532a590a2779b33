namespace TimeNs.Runtime;

/// <summary>The discontinuities of a namespace, or of all of them, as a stream.</summary>
/// <remarks>
/// A subscriber joins in its place among the engine's notices: it is told of nothing that happened before, except, first of all,
/// of the restore that made the namespace.
/// </remarks>
internal sealed class ChangeStream : IObservable<ClockChange>
{
    private readonly TimerEngine _engine;
    private readonly Func<bool> _hasEnded;
    private readonly ClockChange? _restored;
    private readonly ObserverList<ClockChange> _observers;

    /// <param name="engine">Whose thread tells of them.</param>
    /// <param name="source">Whose they are, for the log.</param>
    /// <param name="hasEnded">Asked under the lock: true when there will be no more.</param>
    /// <param name="restored">What every subscriber is told first, or null.</param>
    public ChangeStream(TimerEngine engine, string source, Func<bool> hasEnded, ClockChange? restored)
    {
        _engine = engine;
        _hasEnded = hasEnded;
        _restored = restored;
        _observers = new ObserverList<ClockChange>(exception => engine.ObserverFaulted(source, exception), Remove);
    }

    public IDisposable Subscribe(IObserver<ClockChange> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_engine.Gate)
        {
            if (!_hasEnded() && !_engine.IsStopping)
            {
                var entry = new ObserverList<ClockChange>.Entry(observer);
                _engine.Announce(() => Join(entry));
                _engine.Changed();
                return new Subscription(() => Leave(entry));
            }
        }

        return Subscription.End(observer, _engine.Failure);
    }

    /// <summary>On the engine's thread.</summary>
    public void Publish(in ClockChange change) => _observers.Publish(change);

    /// <summary>On the engine's thread.</summary>
    public void End(Exception? error) => _observers.End(error);

    private void Join(ObserverList<ClockChange>.Entry entry)
    {
        lock (_engine.Gate)
        {
            _observers.Add(entry);
        }

        if (_restored is { } first)
        {
            _observers.Publish(entry, first);
        }
    }

    private void Leave(ObserverList<ClockChange>.Entry entry)
    {
        if (entry.TryEnd())
        {
            Remove(entry);
        }
    }

    private void Remove(ObserverList<ClockChange>.Entry entry)
    {
        lock (_engine.Gate)
        {
            _observers.Remove(entry);
        }
    }
}
