using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Faces;
using TimeNs.Tests.Engine;

namespace TimeNs.Tests.Faces;

/// <summary>What the base library does with a namespace's TimeProvider: it runs in the time of the namespace.</summary>
internal sealed class BaseLibraryTest : EngineTest
{
    private Task<bool>? _wait;

    private NamespaceTimeProvider Provider => Ns.TimeProvider;

    [SetUp]
    public void Reset() => _wait = null;

    [Test]
    public void TaskDelay_EndsAtItsMoment()
    {
        var delay = Task.Delay(TimeSpan.FromMilliseconds(1500), Provider);
        Advance(Ms(1499));
        Assert.That(delay.IsCompleted, Is.False);
        Advance(Ms(1));
        Assert.That(delay.IsCompletedSuccessfully, "the move waits for the callback");
    }

    [Test]
    public void TaskDelay_Cancelled_LeavesNoTimer()
    {
        using var source = new CancellationTokenSource();
        var delay = Task.Delay(TimeSpan.FromDays(1), Provider, source.Token);
        Assert.That(Ns.Checkpoint().EphemeralTimers, Is.EqualTo(1));
        source.Cancel();
        Assert.That(() => Ends(delay), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Ns.Checkpoint().EphemeralTimers, Is.Zero);
    }

    [Test]
    public void CancellationTokenSource_Delay_CancelsAtItsMoment()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), Provider);
        Advance(Ms(1999));
        Assert.That(source.IsCancellationRequested, Is.False);
        Advance(Ms(1));
        Assert.That(source.IsCancellationRequested);
    }

    [Test]
    public void CancellationTokenSource_CancelAfter_MovesTheMoment()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), Provider);
        Advance(Ms(1000));
        source.CancelAfter(TimeSpan.FromSeconds(3));
        Advance(Ms(2999));
        Assert.That(source.IsCancellationRequested, Is.False);
        Advance(Ms(1));
        Assert.That(source.IsCancellationRequested);
    }

    [Test]
    public void CancellationTokenSource_CancelAfterInfinite_Disarms()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), Provider);
        source.CancelAfter(Timeout.InfiniteTimeSpan);
        Advance(Ms(5000));
        Assert.That(source.IsCancellationRequested, Is.False);
    }

    [Test]
    public void WaitAsync_TimesOutAtItsMoment()
    {
        var wait = new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(5), Provider);
        Advance(Ms(4999));
        Assert.That(wait.IsCompleted, Is.False);
        Advance(Ms(1));
        Assert.That(() => Ends(wait), Throws.InstanceOf<TimeoutException>());
    }

    [Test]
    public void PeriodicTimer_TicksOncePerPeriodAndAfterAChangeOfIt()
    {
        // It hands its waiter to the pool and does not wait for it, so each tick is awaited before time moves on.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10.5), Provider);
        Tick(10.4, comes: false);
        Tick(0.1, comes: true);
        Tick(10.4, comes: false);
        Tick(0.1, comes: true);
        timer.Period = TimeSpan.FromSeconds(1);
        Tick(999, comes: false);
        Tick(1, comes: true);

        void Tick(double afterMs, bool comes)
        {
            _wait ??= timer.WaitForNextTickAsync().AsTask();
            Advance(Ms(afterMs));
            if (comes)
            {
                Assert.That(Ends(_wait));
                _wait = null;
            }
            else
            {
                Assert.That(_wait.IsCompleted, Is.False);
            }
        }
    }

    [Test]
    public void PeriodicTimer_NobodyWaits_TicksCoalesce()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), Provider);
        Advance(Ms(100));
        Assert.That(timer.WaitForNextTickAsync().AsTask().IsCompletedSuccessfully);
        var next = timer.WaitForNextTickAsync().AsTask();
        Assert.That(next.IsCompleted, Is.False);
        timer.Dispose();
        Assert.That(Ends(next), Is.False, "disposed of while waiting");
    }

    [Test]
    public void Freeze_StopsDelays_ThawGoesOn()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), Provider);
        Advance(Ms(4000));
        Ns.Freeze();
        Advance(Ms(100_000));
        Assert.That(delay.IsCompleted, Is.False);
        Ns.Thaw();
        Advance(Ms(5999));
        Assert.That(delay.IsCompleted, Is.False);
        Advance(Ms(1));
        Assert.That(delay.IsCompletedSuccessfully);
    }

    [Test]
    public void SetOffsets_MonotonicForward_EndsDelays_RealtimeDoesNot()
    {
        var delay = Task.Delay(TimeSpan.FromHours(10), Provider);
        Ns.SetOffsets(Ahead with { RealtimeNs = Ahead.RealtimeNs + 36_000_000_000_000 });
        Settle();
        Assert.That(delay.IsCompleted, Is.False);
        Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 36_000_000_000_000 });
        Settle();
        Assert.That(delay.IsCompletedSuccessfully);
    }

    [Test]
    public void Delays_AwaitedInALoop_TwiceTheSameTrace()
    {
        var first = Trace();
        Assert.That(Trace(), Is.EqualTo(first));

        List<string> Trace()
        {
            var ns = Runtime.CreateNamespace($"run{Runtime.Namespaces.Count}");
            var start = ns.Read(ClockId.Monotonic);
            var trace = new List<string>();
            var workers = Enumerable.Range(1, 5).Select(Work).ToArray();
            Advance(Ms(1000));
            Ends(Task.WhenAll(workers));
            return trace;

            async Task Work(int number)
            {
                for (var i = 0; i < 20; i++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1 + (i * number % 7)), ns.TimeProvider).ConfigureAwait(false);
                    trace.Add($"{number} {ns.Read(ClockId.Monotonic).Since(start)}");
                }
            }
        }
    }

    [Test]
    public void Move_OfSimulatedTimeAfterADelayOnItsOwnThread_IsRefusedNotHanging()
    {
        var moved = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Provider).ConfigureAwait(false);
            Kernel.Advance(Ms(1));
        });
        Assert.That(SpinWait.SpinUntil(() => Ns.Checkpoint().EphemeralTimers == 1, Patience));
        Advance(Ms(5));
        Assert.That(() => Ends(moved), Throws.InvalidOperationException);
    }
}
