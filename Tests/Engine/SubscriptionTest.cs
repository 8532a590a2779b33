using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>A subscription is a reader: what it is told, when, in which order and on which thread.</summary>
internal sealed class SubscriptionTest : EngineTest
{
    [Test]
    public void Ticks_Periodic_OneTickAPeriodExactlyAtItsDeadline()
    {
        var start = Ns.Read(ClockId.Monotonic);
        var recorder = Observe(Every(Ms(10)));
        Advance(Ms(35));
        Assert.That(recorder.Values, Is.EqualTo(Enumerable.Range(1, 3)
            .Select(i => new Tick(1, start.Plus(i * 10_000_000), start.Plus(i * 10_000_000), ClockId.Monotonic))));
        Assert.That(recorder.Fault, Is.Null);
    }

    [Test]
    public void Ticks_ReadableBefore_IsReadAtOnceWithTheWholeCount()
    {
        var timer = Every(Ms(10));
        Advance(Ms(45));
        var recorder = Observe(timer);
        Settle();
        Assert.That(recorder.Values.Select(static t => (t.Expirations, t.LatenessNs)), Is.EqualTo(new[] { (4UL, 35_000_000L) }));
    }

    [Test]
    public void Ticks_AJumpOverPeriods_IsOneTickWithTheCount()
    {
        var timer = NewTimer(ClockId.Boottime);
        timer.Set(TimerSetting.Every(Ms(10)));
        var recorder = Observe(timer);
        Ends(Task.Run(() => Kernel.Suspend(Ms(1005))));
        Advance(Ms(5));
        Assert.That(recorder.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 100UL, 1UL }));
    }

    [Test]
    public void Ticks_Unsubscribed_TheTimerIsUnreadFromThen()
    {
        var timer = Every(Ms(10));
        var recorder = Observe(timer);
        Advance(Ms(20));
        recorder.Subscription!.Dispose();
        Advance(Ms(50));
        Assert.That(recorder.Values, Has.Count.EqualTo(2));
        Assert.That(timer.Read().Expirations, Is.EqualTo(5));
    }

    [Test]
    public void Ticks_SeveralObservers_AllGetEveryTickInOrderOfSubscription()
    {
        var order = new List<int>();
        var timer = Every(Ms(10));
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            Observe(timer, _ => order.Add(number));
        }

        Advance(Ms(20));
        Assert.That(order, Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2 }));
    }

    [Test]
    public void Ticks_EqualDeadlines_InOrderOfArmingOverNamespaces()
    {
        var other = Runtime.CreateNamespace("other", ClockOffsets.Of(monotonic: Duration.FromHours(9)));
        var order = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            Observe(After(Ms(10), i % 3 == 0 ? other : i % 3 == 1 ? Ns : Runtime.Host), _ => order.Add(number));
        }

        Advance(Ms(10));
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public void Ticks_AfterAJump_LongestOverdueFirstOverNamespacesAndClocks()
    {
        var other = Runtime.CreateNamespace("other", ClockOffsets.Of(realtime: Duration.FromHours(9), boottime: Duration.FromHours(4)));
        var order = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            var timer = NewTimer(i % 2 == 0 ? ClockId.Boottime : ClockId.RealtimeAlarm, ns: i % 3 == 0 ? other : Ns);
            timer.Set(TimerSetting.After(Ms(20 - i)));
            Observe(timer, _ => order.Add(number));
        }

        Ends(Task.Run(() => Kernel.Suspend(Ms(100))));
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 20).Reverse()));
    }

    [Test]
    public void Ticks_CancelAndTicks_CancelsComeFirst()
    {
        var order = new List<string>();
        var due = NewTimer(ClockId.Realtime);
        due.Set(TimerSetting.At(Ns.Clock.GetCurrentInstant() + Duration.FromSeconds(1)));
        Observe(due, _ => order.Add("tick"));
        var cancelled = NewTimer(ClockId.Realtime);
        cancelled.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        Observe(cancelled, t => order.Add(t.IsCanceled ? "cancel" : "?"));
        Ends(Task.Run(() => Kernel.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0))));
        Assert.That(order, Is.EqualTo(new[] { "cancel", "tick" }));
    }

    [Test]
    public void Ticks_AlwaysOnTheEngineThreadAndNeverOverlapping()
    {
        var recorders = Enumerable.Range(1, 10).Select(i => Observe(Every(Ms(i)))).ToArray();
        var inside = 0;
        var overlaps = 0;
        foreach (var timer in Ns.Timers)
        {
            Observe(timer, _ =>
            {
                overlaps += Interlocked.Exchange(ref inside, 1);
                Volatile.Write(ref inside, 0);
            });
        }

        Ends(Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                Kernel.Advance(Ms(1));
                Ns.Timers[i % 10].SetTicks(1);
            }
        }))));
        Settle();
        Assert.That(overlaps, Is.Zero);
        Assert.That(recorders.Select(static r => r.Fault), Has.All.Null);
        Assert.That(recorders.SelectMany(static r => r.Threads).Distinct().Select(static t => t.Name), Is.EqualTo(new[] { "TimeNs engine" }));
    }

    [Test]
    public void Ticks_ObserverThrows_LosesOnlyItselfAndIsCountedAndLogged()
    {
        ExpectedFaults = 1;
        var timer = Every(Ms(10));
        var thrown = new InvalidOperationException("observer");
        var before = Observe(timer);
        var faulty = Observe(timer, _ => throw thrown);
        var after = Observe(timer);
        Advance(Ms(30));
        Assert.That((before.Values.Count, faulty.Values.Count, after.Values.Count), Is.EqualTo((3, 1, 3)));
        var logged = Log.Entries.Single(static e => e.EventId == 3);
        Assert.That(logged.Exception, Is.SameAs(thrown));
        Assert.That(logged.Message, Does.Contain("timer ns/1"));
        timer.Dispose();
        Comes(after.Ended);
        Assert.That((faulty.Completions, faulty.Error), Is.EqualTo((0, (Exception?)null)));
    }

    [Test]
    public void Ticks_TheOnlyObserverThrows_TheTimerIsUnreadFromThen()
    {
        ExpectedFaults = 1;
        var timer = Every(Ms(10));
        Observe(timer, _ => throw new InvalidOperationException("observer"));
        Advance(Ms(50));
        Assert.That(timer.Read().Expirations, Is.EqualTo(4), "the first one was delivered");
    }

    [Test]
    public void Ticks_CompletionThrows_IsCounted()
    {
        ExpectedFaults = 1;
        var timer = NewTimer();
        timer.Ticks.Subscribe(static _ => { }, static () => throw new InvalidOperationException("end"));
        var other = Observe(timer);
        timer.Dispose();
        Comes(other.Ended);
        Settle();
    }

    [Test]
    public void Ticks_NullObserver_Throws()
    {
        Assert.That(() => NewTimer().Ticks.Subscribe(null!), Throws.ArgumentNullException);
        Assert.That(() => Ns.Changes.Subscribe(null!), Throws.ArgumentNullException);
        Assert.That(() => Runtime.Changes.Subscribe(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Ticks_SubscriptionDisposedTwice_IsNothing()
    {
        var timer = Every(Ms(10));
        var first = Observe(timer);
        var second = Observe(timer);
        first.Subscription!.Dispose();
        first.Subscription.Dispose();
        Advance(Ms(10));
        Assert.That((first.Values.Count, second.Values.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public void INV3_SubscribeAndUnsubscribeAtRandom_ReadPlusUnreadIsForward()
    {
        var timer = Every(Ms(1));
        var start = Ns.Read(ClockId.Monotonic);
        var sum = 0UL;
        var random = new Random(1);
        IDisposable? subscription = null;
        for (var i = 0; i < 500; i++)
        {
            Advance(Ms(random.Next(0, 4)));
            if (subscription is null)
            {
                subscription = timer.Ticks.Subscribe(t => sum += t.Expirations);
            }
            else
            {
                subscription.Dispose();
                subscription = null;
            }
        }

        subscription?.Dispose();
        Settle();
        var at = Ns.Read(ClockId.Monotonic);
        Assert.That(timer.TryRead(out Tick rest), Is.AnyOf(ReadStatus.Ticks, ReadStatus.Empty));
        Assert.That(sum + rest.Expirations, Is.EqualTo((ulong)(at.Since(start) / 1_000_000)));
    }
}
