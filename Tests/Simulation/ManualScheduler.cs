using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace TimeNs.Tests.Simulation;

/// <summary>Where slow observers run: when the simulation gets to it, and not before.</summary>
internal sealed class ManualScheduler(Action faulted) : IScheduler
{
    private readonly Queue<Action> _queue = [];

    public DateTimeOffset Now => default;

    public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        lock (_queue)
        {
            _queue.Enqueue(() => action(this, state));
        }

        return Disposable.Empty;
    }

    public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) => Schedule(state, action);

    public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) => Schedule(state, action);

    public void Drain()
    {
        while (Next() is { } action)
        {
            try
            {
                action();
            }
            catch (ObserverException)
            {
                faulted();
            }
        }
    }

    private Action? Next()
    {
        lock (_queue)
        {
            return _queue.TryDequeue(out var action) ? action : null;
        }
    }
}
