using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>One observer of a timer that has several readers, or has been closed; ends at most once, whoever does it.</summary>
internal sealed class TickReader(IObserver<Tick> observer, int number)
{
    private int _ended;

    public IObserver<Tick> Observer { get; } = observer;

    /// <summary>By which its subscription knows it.</summary>
    public int Number { get; } = number;

    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}

/// <summary>
/// What a subscriber ends its subscription with. The timer does not refer to it: whoever keeps no hold of it does without.
/// </summary>
internal sealed class TickSubscription(NamespaceTimer timer, int number) : IDisposable
{
    private int _number = number; // 0 once it was disposed of

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _number, 0) is not 0 and var number)
        {
            timer.Leave(number);
        }
    }
}
