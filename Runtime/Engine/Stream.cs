namespace TimeNs.Runtime;

/// <summary>An observable that is nothing but its Subscribe.</summary>
internal sealed class Stream<T>(Func<IObserver<T>, IDisposable> subscribe) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return subscribe(observer);
    }
}

/// <summary>A subscription that runs its end once.</summary>
internal sealed class Subscription(Action end) : IDisposable
{
    private Action? _end = end;

    private static readonly Subscription s_ended = new(static () => { });

    /// <summary>A subscription to a stream that has ended, with an error or without: the observer is told here and now.</summary>
    public static IDisposable End<T>(IObserver<T> observer, Exception? error)
    {
        if (error is null)
        {
            observer.OnCompleted();
        }
        else
        {
            observer.OnError(error);
        }

        return s_ended;
    }

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
