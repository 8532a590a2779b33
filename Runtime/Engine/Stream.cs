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

    public static IDisposable Ended { get; } = new Subscription(static () => { });

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
