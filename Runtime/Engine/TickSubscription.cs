using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>One observer of a timer's ticks: disposed at most once, whoever does it.</summary>
internal sealed class TickSubscription(NamespaceTimer timer, IObserver<Tick> observer) : IDisposable
{
    private int _ended;

    public IObserver<Tick> Observer { get; } = observer;

    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    public void Dispose()
    {
        if (TryEnd())
        {
            timer.Leave(this);
        }
    }
}
