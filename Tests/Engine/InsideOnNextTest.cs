using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Inside OnNext everything is allowed: what an observer does to its own timer, to others and to the runtime.</summary>
internal sealed class InsideOnNextTest : EngineTest
{
    [Test]
    public void Dispose_OfItsOwnTimer_CompletesAfterThisTick()
    {
        var timer = Every(Ms(10));
        var recorder = Observe(timer, _ => timer.Dispose());
        Advance(Ms(50));
        Assert.That(recorder.Values, Has.Count.EqualTo(1));
        recorder.AssertCompleted();
    }

    [Test]
    public void Dispose_OfAnotherTimerDueInTheSameBatch_ItsTickIsNotDelivered()
    {
        NamespaceTimer? second = null;
        Observe(After(Ms(10)), _ => second!.Dispose());
        second = After(Ms(10));
        var recorder = Observe(second);
        Advance(Ms(10));
        Assert.That(recorder.Values, Is.Empty);
        recorder.AssertCompleted();
    }

    /// <summary>A freeze holds what it took back for the thaw. That another reader leaves is no reason to tell of it.</summary>
    [Test]
    public void Freeze_ATickOfTheSameBatch_IsHeldUntilTheThawAlsoWhenAnotherReaderLeaves()
    {
        Observe(After(Ms(10)), _ => Ns.Freeze());
        var second = After(Ms(10));
        var (leaving, staying) = (Observe(second), Observe(second));
        Advance(Ms(10));
        leaving.Subscription!.Dispose();
        After(Ms(5), Runtime.Host); // the engine has a turn
        Advance(Ms(10));
        Assert.That(staying.Values, Is.Empty);
        Ns.Thaw();
        Settle();
        Assert.That(staying.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 1UL }));
    }

    [Test]
    public void Unsubscribe_OfTheOnlyObserverOfATimerInTheSameBatch_ItsTickStaysUnread()
    {
        Recorder<Tick>? recorder = null;
        Observe(After(Ms(10)), _ => recorder!.Subscription!.Dispose());
        var second = After(Ms(10));
        recorder = Observe(second);
        var due = Ns.Read(ClockId.Monotonic).Plus(10_000_000);
        Advance(Ms(25));
        Assert.That(recorder.Values, Is.Empty);
        Assert.That(second.TryRead(out Tick tick), Is.EqualTo(ReadStatus.Ticks));
        Assert.That((tick.Expirations, tick.Due), Is.EqualTo((1UL, due)), "INV-3, with its deadline");
    }

    [Test]
    public void Unsubscribe_OfAPeriodicTimerInTheSameBatch_KeepsCountAndPhase()
    {
        Recorder<Tick>? recorder = null;
        Observe(After(Ms(10)), _ => recorder!.Subscription!.Dispose());
        var second = Every(Ms(10));
        recorder = Observe(second);
        Advance(Ms(35));
        Assert.That(second.Read().Expirations, Is.EqualTo(3));
        Assert.That(second.Get().Value, Is.EqualTo(Ms(5)));
    }

    [Test]
    public void Unsubscribe_WithACancelOnItsWay_TheCancelStaysPending()
    {
        var first = CancelOnSet();
        var second = CancelOnSet();
        Recorder<Tick>? recorder = null;
        Observe(first, _ => recorder!.Subscription!.Dispose());
        recorder = Observe(second);
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Settle();
        Assert.That(recorder.Values, Is.Empty);
        Assert.That(second.TryRead(out _), Is.EqualTo(ReadStatus.Canceled));
        Assert.That(second.TryRead(out _), Is.EqualTo(ReadStatus.Empty), "once");
    }

    [Test]
    public void Set_OfItsOwnTimer_IsTheNewSetting()
    {
        var left = 3;
        NamespaceTimer? timer = null;
        timer = After(Ms(10));
        var recorder = Observe(timer, _ =>
        {
            if (--left > 0)
            {
                timer!.Set(TimerSetting.After(Ms(7)));
            }
        });
        var start = Ns.Read(ClockId.Monotonic);
        Advance(Ms(100));
        Assert.That(recorder.Values.Select(t => t.At.Since(start) / 1_000_000), Is.EqualTo(new[] { 10, 17, 24 }));
    }

    [Test]
    public void Set_OfAnotherTimerInTheSameBatch_VoidsItsTick()
    {
        NamespaceTimer? second = null;
        Observe(After(Ms(10)), _ => second!.Set(TimerSetting.After(Ms(5))));
        second = Every(Ms(10));
        var recorder = Observe(second);
        var start = Ns.Read(ClockId.Monotonic);
        Advance(Ms(100));
        Assert.That(recorder.Values.Select(t => t.At.Since(start) / 1_000_000), Is.EqualTo(new[] { 15 }), "S4");
    }

    [Test]
    public void Set_OfATimerWhoseCancelIsOnItsWay_TheCancelIsToldAllTheSame([Values] bool oneOnTheList)
    {
        var first = CancelOnSet();
        var second = CancelOnSet();
        SettimeResult result = default;
        var again = oneOnTheList ? TimerSetting.At(Instant.FromUtc(2041, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true) : TimerSetting.After(Ms(5));
        Observe(first, _ => result = second.Set(again));
        var recorder = Observe(second);
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Settle();
        Assert.That(result.Canceled, Is.False, "it was read already");
        Assert.That(recorder.Values.Count(static t => t.IsCanceled), Is.EqualTo(oneOnTheList ? 1 : 0));
        Advance(Ms(5));
        Assert.That(recorder.Values.Count(static t => !t.IsCanceled), Is.EqualTo(oneOnTheList ? 0 : 1));
    }

    [Test]
    public void Create_ArmAndSubscribe_FiresInItsTurn()
    {
        var order = new List<string>();
        Observe(After(Ms(10)), _ =>
        {
            order.Add("first");
            var timer = NewTimer();
            Observe(timer, _ => order.Add("past"));
            timer.Set(TimerSetting.At(ClockTime.Zero.Plus(1)));
            Observe(After(Ms(1)), _ => order.Add("later"));
        });
        Observe(After(Ms(10)), _ => order.Add("second"));
        Advance(Ms(11));
        Assert.That(order, Is.EqualTo(new[] { "first", "second", "past", "later" }));
    }

    [Test]
    public void Subscribe_ToTheTimerThatTicks_StartsWithTheNextTick()
    {
        var timer = Every(Ms(10));
        Recorder<Tick>? second = null;
        Observe(timer, _ => second ??= Observe(timer));
        Advance(Ms(30));
        Assert.That(second!.Values, Has.Count.EqualTo(2));
    }

    [Test]
    public void TryReadAndGet_OfItsOwnTimer_SeeItReadAndRearmed()
    {
        var timer = Every(Ms(10));
        ReadStatus? status = null;
        TimerValue value = default;
        Observe(timer, _ => (status, value) = (timer.TryRead(out Tick _), timer.Get()));
        Advance(Ms(10));
        Assert.That((status, value.Value), Is.EqualTo((ReadStatus.Empty, Ms(10))));
    }

    [Test]
    public void SetOffsets_BackAndForth_MovesRealtimeOnly()
    {
        var timer = Every(Ms(10));
        var recorder = Observe(timer, t => Ns.SetOffsets(Ahead with { RealtimeNs = t.At.Nanoseconds % 1000 }));
        Advance(Ms(100));
        Assert.That(recorder.Values, Has.Count.EqualTo(10));
    }

    [Test]
    public void FreezeAndThaw_ItsOwnNamespace_NoTickIsLost()
    {
        var timer = Every(Ms(10));
        var sum = 0UL;
        Observe(timer, t =>
        {
            sum += t.Expirations;
            Ns.Freeze();
            Ns.Thaw();
        });
        Advance(Ms(100));
        Assert.That(sum, Is.EqualTo(10));
    }

    [Test]
    public void DisposeOfTheNamespace_CompletesEverythingInIt()
    {
        var recorders = Enumerable.Range(0, 3).Select(i => Observe(Every(Ms(10)), _ => Ns.Dispose())).ToArray();
        var changes = new Recorder<ClockChange>();
        Ns.Changes.Subscribe(changes);
        Advance(Ms(20));
        Assert.That(recorders.Sum(static r => r.Values.Count), Is.EqualTo(1));
        foreach (var recorder in recorders)
        {
            recorder.AssertCompleted();
        }

        changes.AssertCompleted();
        Assert.That(Runtime.FindNamespace("ns"), Is.Null);
    }

    [Test]
    public void DisposeOfTheRuntime_ReturnsAndDeliversNothingMore()
    {
        var late = 0;
        var disposed = false;
        var recorders = Enumerable.Range(0, 3).Select(i => Observe(Every(Ms(10)), _ =>
        {
            late += disposed ? 1 : 0;
            Runtime.Dispose();
            disposed = true;
        })).ToArray();
        EndsOrIsCutShort(Task.Run(() => Kernel.Advance(Ms(10))));
        foreach (var recorder in recorders)
        {
            Comes(recorder.Ended);
            recorder.AssertCompleted();
        }

        Assert.That(late, Is.Zero);
    }

    [Test]
    public void DisposeAsyncOfTheRuntime_CompletesAtOnce()
    {
        var completed = false;
        var recorder = Observe(After(Ms(10)), _ => completed = Runtime.DisposeAsync().AsTask().IsCompletedSuccessfully);
        EndsOrIsCutShort(Task.Run(() => Kernel.Advance(Ms(10))));
        Comes(recorder.Ended);
        Assert.That(completed);
    }

    [Test]
    public void RestoreAndCreateNamespace_Work()
    {
        var image = Ns.Checkpoint();
        OnEngine(() =>
        {
            Runtime.Restore(image, name: "copy");
            Runtime.CreateNamespace("new");
        });
        Assert.That(Runtime.Namespaces.Select(static n => n.Name), Is.EquivalentTo(new[] { "host", "ns", "copy", "new" }));
    }

    private NamespaceTimer CancelOnSet()
    {
        var timer = NewTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        return timer;
    }
}
