using System.Reactive.Concurrency;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Ticks moved to a scheduler: summed on the way, in their places, none lost.</summary>
internal sealed class ConflateTest : EngineTest
{
    [Test]
    public void Conflate_ObserverInTime_GetsEveryTick()
    {
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        using var subscription = Every(Ms(10)).Ticks.Conflate(scheduler).Subscribe(recorder);
        for (var i = 0; i < 3; i++)
        {
            Advance(Ms(10));
            scheduler.RunAll();
        }

        Assert.That(recorder.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 1UL, 1UL, 1UL }));
    }

    [Test]
    public void Conflate_SlowObserver_GetsTheSumFirstDueAndLastAt()
    {
        var start = Ns.Read(ClockId.Monotonic);
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        using var subscription = Every(Ms(10)).Ticks.Conflate(scheduler).Subscribe(recorder);
        Advance(Ms(70));
        Assert.That(scheduler.Count, Is.EqualTo(1), "nothing queues up");
        scheduler.RunAll();
        Assert.That(recorder.Values, Is.EqualTo(new[] { new Tick(7, start.Plus(10_000_000), start.Plus(70_000_000), ClockId.Monotonic) }));
    }

    [Test]
    public void Conflate_Sum_Saturates()
    {
        var timer = NewTimer();
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        using var subscription = timer.Ticks.Conflate(scheduler).Subscribe(recorder);
        timer.SetTicks(ulong.MaxValue);
        Settle();
        timer.SetTicks(5);
        Settle();
        scheduler.RunAll();
        Assert.That(recorder.Values.Single().Expirations, Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void Conflate_Cancels_KeepTheirPlaceAndSeveralAreOne()
    {
        var timer = NewTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        using var subscription = timer.Ticks.Conflate(scheduler).Subscribe(recorder);
        Give(3);
        Cancel(2031);
        Give(4);
        Give(5);
        scheduler.RunAll();
        Assert.That(Seen(), Is.EqualTo(new[] { "3", "cancel", "9" }));
        Give(1);
        Cancel(2032);
        Give(2);
        Cancel(2033);
        Give(6);
        scheduler.RunAll();
        Assert.That(Seen().Skip(3), Is.EqualTo(new[] { "3", "cancel", "6" }), "ticks before the last cancel come before it");

        void Give(ulong ticks)
        {
            timer.SetTicks(ticks);
            Settle();
        }

        void Cancel(int year)
        {
            Ns.SetRealtime(Instant.FromUtc(year, 1, 1, 0, 0));
            Settle();
        }

        IEnumerable<string> Seen() => recorder.Values.Select(static t => t.IsCanceled ? "cancel" : $"{t.Expirations}");
    }

    [Test]
    public void Conflate_End_IsToldAfterWhatIsOnItsWay()
    {
        var timer = Every(Ms(10));
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        using var subscription = timer.Ticks.Conflate(scheduler).Subscribe(recorder);
        Advance(Ms(30));
        timer.Dispose();
        Settle();
        Assert.That(recorder.Completions, Is.Zero);
        scheduler.RunAll();
        recorder.AssertCompleted();
        Assert.That(recorder.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 3UL }));
    }

    [Test]
    public void Conflate_Unsubscribed_TellsNothingMore()
    {
        var timer = Every(Ms(10));
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler();
        var subscription = timer.Ticks.Conflate(scheduler).Subscribe(recorder);
        Advance(Ms(10));
        subscription.Dispose();
        scheduler.RunAll();
        Advance(Ms(20));
        Assert.That(recorder.Values, Is.Empty);
        Assert.That(timer.Read().Expirations, Is.EqualTo(2), "nobody reads it any more");
    }

    [Test]
    public void Conflate_ObserverThrows_LosesItsSubscription()
    {
        var timer = Every(Ms(10));
        var scheduler = new HandScheduler();
        using var subscription = timer.Ticks.Conflate(scheduler).Subscribe(static _ => throw new InvalidOperationException("observer"));
        Advance(Ms(10));
        Assert.That(scheduler.RunAll, Throws.InvalidOperationException);
        Advance(Ms(30));
        Assert.That(timer.Read().Expirations, Is.EqualTo(3), "nobody reads it any more");
    }

    [Test]
    public void Conflate_InlineObserverThrows_IsCountedAsOfTheTimer()
    {
        ExpectedFaults = 1;
        var timer = Every(Ms(10));
        using var subscription = timer.Ticks.Conflate(ImmediateScheduler.Instance).Subscribe(static _ => throw new InvalidOperationException("observer"));
        Advance(Ms(40));
        Assert.That(timer.Read().Expirations, Is.EqualTo(3));
    }

    [Test]
    public void Conflate_OntoTheSchedulerOfItsOwnNamespace_EndsWithIt()
    {
        var recorder = new Recorder<Tick>();
        using var subscription = Every(Ms(10)).Ticks.Conflate(Ns.Scheduler).Subscribe(recorder);
        Advance(Ms(20));
        Ns.Dispose();
        Comes(recorder.Ended);
        recorder.AssertCompleted();
        Assert.That(recorder.Values, Has.Count.EqualTo(2));
        Assert.That(recorder.Threads.Select(static t => t.IsThreadPoolThread).First(), "ticks were told off the engine's thread");
    }

    [Test]
    public void Conflate_SchedulerRefuses_TellsTheRestAndThenTheError()
    {
        var refused = new InvalidOperationException("closed");
        var timer = Every(Ms(10));
        var recorder = new Recorder<Tick>();
        var scheduler = new HandScheduler { Refuses = refused };
        using var subscription = timer.Ticks.Conflate(scheduler).Subscribe(recorder);
        Advance(Ms(20));
        Assert.That((recorder.Values.Count, recorder.Error), Is.EqualTo((1, (Exception?)refused)));
        Assert.That(timer.IsReadable, "nobody reads it any more");
    }

    [Test]
    public void Conflate_OntoTheRealPool_SumsWhileTheObserverIsSlow()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var sum = 0UL;
        var recorder = new Recorder<Tick>(t =>
        {
            sum += t.Expirations;
            inside.Set();
            release.Wait(Patience);
        });
        var timer = Every(Ms(1));
        using var subscription = timer.Ticks.Conflate(TaskPoolScheduler.Default).Subscribe(recorder);
        Advance(Ms(1));
        Comes(inside.WaitHandle);
        Advance(Ms(999));
        release.Set();
        timer.Dispose();
        Comes(recorder.Ended);
        recorder.AssertCompleted();
        Assert.That((sum, recorder.Values.Count), Is.EqualTo((1000UL, 2)));
    }

    [Test]
    public void Conflate_ManyTicksOntoTheRealPool_NeverOverlapsAndLosesNone()
    {
        var sum = 0UL;
        var recorder = new Recorder<Tick>(t => sum += t.Expirations);
        var timer = Every(Ms(1));
        using var subscription = timer.Ticks.Conflate(TaskPoolScheduler.Default).Subscribe(recorder);
        Advance(Duration.FromSeconds(20));
        timer.Dispose();
        Comes(recorder.Ended);
        recorder.AssertCompleted();
        Assert.That(sum, Is.EqualTo(20_000));
    }

    [Test]
    public void Conflate_Null_Throws()
    {
        Assert.That(() => NewTimer().Ticks.Conflate(null!), Throws.ArgumentNullException);
        Assert.That(() => TickObservable.Conflate(null!, ImmediateScheduler.Instance), Throws.ArgumentNullException);
    }

    /// <summary>Runs what it is given when the test says so.</summary>
    private sealed class HandScheduler : IScheduler
    {
        private readonly Queue<Action> _actions = new();

        public Exception? Refuses { get; set; }

        public int Count => _actions.Count;

        public DateTimeOffset Now => default;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
        {
            if (Refuses is { } refused)
            {
                throw refused;
            }

            _actions.Enqueue(() => action(this, state));
            return System.Reactive.Disposables.Disposable.Empty;
        }

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) => throw new NotSupportedException();

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) => throw new NotSupportedException();

        public void RunAll()
        {
            while (_actions.TryDequeue(out var action))
            {
                action();
            }
        }
    }
}
