using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>One thread that reads, subscribes to and asks timers that others read as well, in random order, and arms and cancels its own.</summary>
internal sealed class StressReader(RuntimeNamespace ns, (NamespaceTimer Timer, Ledger Ledger)[] timers, Moment moment, int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<(IDisposable Subscription, LedgerObserver Observer)> _subscriptions = [];
    private readonly List<Task> _reads = [];
    private CancellationTokenSource _cancel = new();

    public void Step()
    {
        var (timer, ledger) = timers[_random.Next(timers.Length)];
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                Read(timer, ledger);
                break;
            case 3:
                Subscribe(timer, ledger);
                break;
            case 4:
                Unsubscribe();
                break;
            case 5:
                _reads.Add(ReadSoon(timer, ledger, _cancel.Token));
                break;
            case 6:
                Cancel();
                break;
            case 7:
                _ = timer.Get();
                break;
            case 8:
                _ = timer.DescribeFd();
                _ = timer.IsReadable;
                _ = ns.Timers.Count;
                break;
            default:
                ArmAndClose();
                break;
        }
    }

    /// <summary>Nothing of it is under way on this thread when this returns; a tick may still be on its way to it.</summary>
    public void Dispose()
    {
        while (_subscriptions.Count != 0)
        {
            Unsubscribe();
        }

        Cancel();
        Task.WhenAll(_reads).Wait(Engine.EngineTest.Patience);
        _cancel.Dispose();
    }

    private void Read(NamespaceTimer timer, Ledger ledger)
    {
        var floor = moment.Floor(timer.Clock);
        if (timer.TryRead(out Tick tick) == ReadStatus.Ticks)
        {
            ledger.Read(tick, floor);
        }
    }

    private async Task ReadSoon(NamespaceTimer timer, Ledger ledger, CancellationToken token)
    {
        var floor = moment.Floor(timer.Clock);
        try
        {
            ledger.Read(await timer.ReadAsync(token), floor);
        }
        catch (OperationCanceledException)
        {
            // It has taken nothing.
        }
    }

    private void Subscribe(NamespaceTimer timer, Ledger ledger)
    {
        var observer = new LedgerObserver(ledger, moment, isAlone: false);
        _subscriptions.Add((timer.Ticks.Subscribe(observer), observer));
        if (_subscriptions.Count > 3)
        {
            Unsubscribe();
        }
    }

    private void Unsubscribe()
    {
        if (_subscriptions.Count != 0)
        {
            var (subscription, observer) = _subscriptions[0];
            subscription.Dispose();
            observer.Disposed();
            _subscriptions.RemoveAt(0);
        }
    }

    private void Cancel()
    {
        _cancel.Cancel();
        _cancel.Dispose();
        _cancel = new CancellationTokenSource();
    }

    private void ArmAndClose()
    {
        using var timer = ns.CreateTimer(ClockIds.All[_random.Next(5)]);
        using var subscription = timer.Ticks.Subscribe(static _ => { });
        timer.Set(TimerSetting.After(Duration.FromNanoseconds(1 + _random.Next(1_000_000))));
        timer.SetTicks(1);
        timer.Set(TimerSetting.Disarmed);
    }
}
