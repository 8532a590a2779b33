using System.Reactive.Disposables;

namespace TimeNs.Runtime;

/// <summary>The changes that several engines tell of, as one stream: one at a time, and the end when all have ended.</summary>
internal sealed class MergedChanges(ChangeStream[] sources) : IObservable<ClockChange>
{
    public IDisposable Subscribe(IObserver<ClockChange> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var merge = new Merge(observer, sources.Length);
        foreach (var source in sources)
        {
            merge.Subscriptions.Add(source.Subscribe(merge));
        }

        return merge.Subscriptions;
    }

    private sealed class Merge(IObserver<ClockChange> observer, int open) : IObserver<ClockChange>
    {
        private readonly object _gate = new(); // this subscription's alone: one engine waits while another tells its observer
        private int _open = open;
        private bool _ended;

        public CompositeDisposable Subscriptions { get; } = [];

        public void OnNext(ClockChange value)
        {
            lock (_gate)
            {
                if (_ended || Subscriptions.IsDisposed)
                {
                    return;
                }

                try
                {
                    observer.OnNext(value);
                }
                catch
                {
                    // As everywhere it loses its subscription, here all of them; the engine logs and counts it.
                    _ended = true;
                    Subscriptions.Dispose();
                    throw;
                }
            }
        }

        public void OnCompleted()
        {
            lock (_gate)
            {
                if (--_open == 0 && !_ended)
                {
                    _ended = true;
                    observer.OnCompleted();
                }
            }
        }

        public void OnError(Exception error)
        {
            lock (_gate)
            {
                if (!_ended)
                {
                    _ended = true;
                    observer.OnError(error);
                }
            }
        }
    }
}
