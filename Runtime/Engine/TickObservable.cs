using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>Operators on streams of ticks.</summary>
public static class TickObservable
{
    /// <summary>
    /// Moves delivery to a scheduler, and gives an observer that is slower than the timer fewer ticks with larger counts. Nothing queues
    /// up and nothing is lost: counts are summed on the way, <see cref="Tick.Due"/> is the first of them and <see cref="Tick.At"/> the last.
    /// </summary>
    /// <remarks>
    /// A cancel notice keeps its place between the ticks before and after it; several become one. The observer is never called twice
    /// at once; one that throws loses its subscription, as everywhere. An end of the source is told after what is still on its way.
    /// A scheduler that takes no more work (its namespace was closed, say) loses nothing either: the observer is told the rest, and
    /// then of the end or of that error, on the thread that brings them.
    /// </remarks>
    /// <param name="source">Ticks, for example <see cref="NamespaceTimer.Ticks"/>.</param>
    /// <param name="scheduler">Where the observer is to run.</param>
    public static IObservable<Tick> Conflate(this IObservable<Tick> source, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scheduler);
        return new Stream<Tick>(observer =>
        {
            var conflation = new Conflation(observer, scheduler);
            conflation.Source.Disposable = source.Subscribe(conflation);
            return conflation;
        });
    }

    private sealed class Conflation(IObserver<Tick> observer, IScheduler scheduler) : IObserver<Tick>, IDisposable
    {
        private readonly object _gate = new(); // guards what follows
        private Tick? _before;
        private Tick? _cancel;
        private Tick? _after;
        private bool _ended;
        private Exception? _error;
        private bool _draining;
        private bool _begun; // the drain that was scheduled last runs, or has run
        private bool _disposed;

        public SingleAssignmentDisposable Source { get; } = new();

        public void OnNext(Tick value)
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }

                Note(value);
                if (!ShouldDrain())
                {
                    return;
                }
            }

            StartDrain();
        }

        public void OnCompleted() => End(null);

        public void OnError(Exception error) => End(error);

        public void Dispose()
        {
            Source.Dispose();
            lock (_gate)
            {
                _disposed = true;
            }
        }

        private static Tick? Sum(Tick? earlier, Tick? later)
        {
            if (earlier is not { } a || later is not { } b)
            {
                return earlier ?? later;
            }

            var sum = a.Expirations > ulong.MaxValue - b.Expirations ? ulong.MaxValue : a.Expirations + b.Expirations;
            return b with { Expirations = sum, Due = a.Due };
        }

        private void Note(in Tick tick)
        {
            if (tick.IsCanceled)
            {
                _before = Sum(_before, _after);
                (_after, _cancel) = (null, tick);
            }
            else if (_cancel is null)
            {
                _before = Sum(_before, tick);
            }
            else
            {
                _after = Sum(_after, tick);
            }
        }

        private void End(Exception? error)
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }

                (_ended, _error) = (true, error);
                if (!ShouldDrain())
                {
                    return;
                }
            }

            StartDrain();
        }

        private void StartDrain()
        {
            _begun = false;
            try
            {
                scheduler.Schedule(Drain);
            }
            catch (Exception refused) when (!_begun)
            {
                lock (_gate)
                {
                    (_error, _ended) = (_ended ? _error : refused, true);
                }

                Source.Dispose();
                Drain();
            }
        }

        /// <summary>Under the lock: true for the one who is to start the drain.</summary>
        private bool ShouldDrain()
        {
            if (_draining || _disposed)
            {
                return false;
            }

            _draining = true;
            return true;
        }

        private void Drain()
        {
            _begun = true;
            while (Next(out var tick))
            {
                if (tick is { } value)
                {
                    Tell(value);
                    continue;
                }

                if (_error is { } error)
                {
                    observer.OnError(error);
                }
                else
                {
                    observer.OnCompleted();
                }

                return;
            }
        }

        /// <summary>An observer that throws is not called again; what it threw is the scheduler's to report.</summary>
        private void Tell(in Tick tick)
        {
            try
            {
                observer.OnNext(tick);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>The next thing to tell: a tick, or the end when it is null. False when there is nothing now.</summary>
        private bool Next(out Tick? tick)
        {
            lock (_gate)
            {
                if (_disposed)
                {
                    tick = null;
                    return false;
                }

                if (_before is not null)
                {
                    (tick, _before) = (_before, null);
                    return true;
                }

                if (_cancel is not null)
                {
                    (tick, _cancel, _before, _after) = (_cancel, null, _after, null);
                    return true;
                }

                tick = null;
                _draining = _ended;
                return _ended;
            }
        }
    }
}
