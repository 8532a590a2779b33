using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>An observer of a timer that keeps its books, and sees to it that it is called when it may be.</summary>
/// <param name="ledger">The timer's books.</param>
/// <param name="moment">What has been made sure of.</param>
/// <param name="isAlone">
/// Nobody else comes and goes at this timer, so that nothing at all is told while the namespace stands; else a new subscriber has what
/// was unread told, by the clocks as they stand.
/// </param>
/// <param name="onNext">Runs inside OnNext.</param>
internal sealed class LedgerObserver(Ledger ledger, Moment moment, bool isAlone, Action? onNext = null) : IObserver<Tick>
{
    private int _disposed;
    private int _afterDispose;
    private bool _completed;

    public void OnNext(Tick value)
    {
        ledger.Enter();
        var stood = moment.Standing(value.Clock);
        if (Volatile.Read(ref _disposed) != 0 && ++_afterDispose > 1)
        {
            ledger.Fault("a second OnNext began after its subscription was disposed of");
        }

        if (_completed)
        {
            ledger.Fault("OnNext after OnCompleted");
        }

        ledger.Tell(value, moment.Floor(value.Clock));
        onNext?.Invoke();
        Thread.Yield(); // others get to run meanwhile
        if ((stood ?? moment.Standing(value.Clock)) is { } standing && (isAlone || value.At != standing))
        {
            ledger.Fault($"{value} was told while the namespace stood frozen at {standing}");
        }

        ledger.Leave();
    }

    public void OnCompleted() => _completed = true;

    public void OnError(Exception error) => ledger.Fault(error.ToString());

    /// <summary>Dispose of its subscription has returned.</summary>
    public void Disposed() => Volatile.Write(ref _disposed, 1);
}
