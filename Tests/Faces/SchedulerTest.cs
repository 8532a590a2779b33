using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Faces;
using TimeNs.Tests.Engine;

namespace TimeNs.Tests.Faces;

/// <summary>What Rx does with a namespace's scheduler: operators run in the time of the namespace, to the exact moment.</summary>
internal sealed class SchedulerTest : EngineTest
{
    private NamespaceScheduler Scheduler => Ns.Scheduler;

    [Test]
    public void Services_AreTheCapabilitiesThatRxLooksFor()
    {
        Assert.That(Scheduler.AsPeriodic(), Is.SameAs(Scheduler));
        Assert.That(Scheduler.AsStopwatchProvider(), Is.SameAs(Scheduler));
        Assert.That(Scheduler.AsLongRunning(), Is.Null);
        Assert.That(Ns.Scheduler.GetService(typeof(string)), Is.Null);
    }

    [Test]
    public void Interval_TicksAtItsMoments()
    {
        var seen = Record(Observable.Interval(TimeSpan.FromMilliseconds(10), Scheduler));
        Advance(Ms(35));
        Assert.That(seen, Is.EqualTo(new[] { "0@10", "1@20", "2@30" }));
    }

    [Test]
    public void Timer_DueAndPeriod_TicksAtItsMoments()
    {
        var seen = Record(Observable.Timer(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10), Scheduler));
        Advance(Ms(30));
        Assert.That(seen, Is.EqualTo(new[] { "0@5", "1@15", "2@25" }));
    }

    [Test]
    public void Timer_DateTimeOffset_FollowsTheWallClock()
    {
        var due = Scheduler.Now.AddHours(5);
        var seen = Record(Observable.Timer(due, Scheduler));
        Advance(Ms(1000));
        Assert.That(seen, Is.Empty);
        Ns.SetRealtime(Instant.FromDateTimeOffset(due) - Ms(10));
        Settle();
        Assert.That(seen, Is.Empty);
        Advance(Ms(10));
        Assert.That(seen, Is.EqualTo(new[] { "0@1010", "end@1010" }));
    }

    [Test]
    public void Timer_DateTimeOffset_WallClockSetBack_IsLater()
    {
        var seen = Record(Observable.Timer(Scheduler.Now.AddMilliseconds(10), Scheduler));
        Ns.SetRealtime(Ns.Clock.GetCurrentInstant() - Ms(90));
        Advance(Ms(99));
        Assert.That(seen, Is.Empty);
        Advance(Ms(1));
        Assert.That(seen, Is.EqualTo(new[] { "0@100", "end@100" }));
    }

    [Test]
    public void Timer_TimeSpan_WallClockSet_IsUnmoved()
    {
        var seen = Record(Observable.Timer(TimeSpan.FromMilliseconds(10), Scheduler));
        Ns.SetRealtime(Instant.FromUtc(2035, 1, 1, 0, 0));
        Advance(Ms(10));
        Assert.That(seen, Is.EqualTo(new[] { "0@10", "end@10" }));
    }

    [Test]
    public void Delay_MovesEachValue()
    {
        using var source = new Subject<string>();
        var seen = Record(source.Delay(TimeSpan.FromMilliseconds(100), Scheduler));
        source.OnNext("a");
        Advance(Ms(30));
        source.OnNext("b");
        Advance(Ms(200));
        Assert.That(seen, Is.EqualTo(new[] { "a@100", "b@130" }));
    }

    [Test]
    public void Throttle_KeepsTheLastOfABurst()
    {
        using var source = new Subject<string>();
        var seen = Record(source.Throttle(TimeSpan.FromMilliseconds(50), Scheduler));
        source.OnNext("a");
        Advance(Ms(49));
        source.OnNext("b");
        Advance(Ms(100));
        source.OnNext("c");
        Advance(Ms(50));
        Assert.That(seen, Is.EqualTo(new[] { "b@99", "c@199" }));
    }

    [Test]
    public void Sample_TakesTheLatestOfEachPeriod()
    {
        using var source = new Subject<string>();
        var seen = Record(source.Sample(TimeSpan.FromMilliseconds(10), Scheduler));
        source.OnNext("a");
        source.OnNext("b");
        Advance(Ms(25));
        source.OnNext("c");
        Advance(Ms(10));
        Assert.That(seen, Is.EqualTo(new[] { "b@10", "c@30" }));
    }

    [Test]
    public void Buffer_Time_ClosesAtItsMoments()
    {
        using var source = new Subject<string>();
        var seen = Record(source.Buffer(TimeSpan.FromMilliseconds(10), Scheduler).Select(static b => string.Concat(b)));
        source.OnNext("a");
        Advance(Ms(5));
        source.OnNext("b");
        Advance(Ms(15));
        Assert.That(seen, Is.EqualTo(new[] { "ab@10", "@20" }));
    }

    [Test]
    public void Timeout_FailsAtItsMoment()
    {
        using var source = new Subject<string>();
        var seen = Record(source.Timeout(TimeSpan.FromMilliseconds(10), Scheduler));
        Advance(Ms(9));
        source.OnNext("a");
        Advance(Ms(20));
        Assert.That(seen, Is.EqualTo(new[] { "a@9", "TimeoutException@19" }));
    }

    [Test]
    public void TimestampAndTimeInterval_AreInNamespaceTime()
    {
        using var source = new Subject<string>();
        var stamps = new List<DateTimeOffset>();
        var intervals = new List<double>();
        using var one = source.Timestamp(Scheduler).Subscribe(t => stamps.Add(t.Timestamp));
        using var two = source.TimeInterval(Scheduler).Subscribe(t => intervals.Add(t.Interval.TotalMilliseconds));
        Advance(Ms(10));
        source.OnNext("a");
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Advance(Ms(30));
        source.OnNext("b");
        Assert.That(stamps, Is.EqualTo(new[]
        {
            new DateTimeOffset(2026, 1, 1, 1, 0, 0, 10, TimeSpan.Zero), new DateTimeOffset(2030, 1, 1, 0, 0, 0, 30, TimeSpan.Zero),
        }));
        Assert.That(intervals, Is.EqualTo(new[] { 10.0, 30.0 }), "a wall clock set does not count");
    }

    [Test]
    public void Schedule_AtOnce_RunsWithoutAMoveOfTime()
    {
        var seen = new List<string>();
        Scheduler.Schedule(() => seen.Add("a"));
        Scheduler.Schedule(TimeSpan.FromSeconds(-5), () => seen.Add("b"));
        Scheduler.Schedule(DateTimeOffset.MinValue, () => seen.Add("c"));
        Settle();
        Assert.That(seen, Is.EquivalentTo(new[] { "a", "b", "c" }));
        Assert.That(seen.IndexOf("a"), Is.LessThan(seen.IndexOf("b")));
    }

    [Test]
    public void Schedule_Recursively_LandsOnEachMoment()
    {
        var start = Ns.Read(ClockId.Monotonic);
        var seen = new List<long>();
        using var subscription = Scheduler.Schedule(TimeSpan.FromMilliseconds(1), again =>
        {
            seen.Add(Ns.Read(ClockId.Monotonic).Since(start) / 1_000_000);
            if (seen.Count < 5)
            {
                again(TimeSpan.FromMilliseconds(seen.Count * 10));
            }
        });
        Advance(Ms(1000));
        Assert.That(seen, Is.EqualTo(new[] { 1, 11, 31, 61, 101 }));
    }

    [Test]
    public void Schedule_DisposedBefore_DoesNotRun()
    {
        var runs = 0;
        Scheduler.Schedule(TimeSpan.FromMilliseconds(5), () => runs++).Dispose();
        Scheduler.Schedule(Scheduler.Now.AddSeconds(1), () => runs++).Dispose();
        Advance(Ms(2000));
        Assert.That(runs, Is.Zero);
        Assert.That(Ns.Checkpoint().EphemeralTimers, Is.Zero);
    }

    [Test]
    public void Schedule_ActionThrows_IsCountedAndOthersGoOn()
    {
        ExpectedFaults = 1;
        var runs = 0;
        Scheduler.Schedule(() => throw new InvalidOperationException("action"));
        Scheduler.Schedule(() => runs++);
        Settle();
        Assert.That(runs, Is.EqualTo(1));
        Assert.That(Log.Entries.Count(static e => e.EventId == 4), Is.EqualTo(1));
    }

    [Test]
    public void Schedule_NamespaceDisposed_WorkDoesNotRunAndNewIsRefused()
    {
        var runs = 0;
        Scheduler.Schedule(TimeSpan.FromMilliseconds(5), () => runs++);
        Ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromMilliseconds(5), s => runs++);
        Ns.Dispose();
        Advance(Ms(100));
        Assert.That(runs, Is.Zero);
        Assert.That(() => Scheduler.Schedule(() => { }), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => Scheduler.Schedule(TimeSpan.FromSeconds(1), () => { }), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => Scheduler.Schedule(DateTimeOffset.MaxValue, () => { }), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => Ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromSeconds(1), static s => s), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void SchedulePeriodic_KeepsStateAndDisposesInside()
    {
        var seen = new List<int>();
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = Ns.Scheduler.SchedulePeriodic(10, TimeSpan.FromMilliseconds(1), state =>
        {
            seen.Add(state);
            if (seen.Count == 3)
            {
                subscription.Dispose();
            }

            return state + 1;
        });
        Advance(Ms(100));
        Assert.That(seen, Is.EqualTo(new[] { 10, 11, 12 }));
    }

    [Test]
    public void SchedulePeriodic_PeriodZeroIsLegal_NegativeThrows()
    {
        var runs = 0;
        using var subscription = Ns.Scheduler.SchedulePeriodic(0, TimeSpan.Zero, s => runs++);
        Advance(Duration.FromNanoseconds(1000));
        Assert.That(runs, Is.EqualTo(10));
        Assert.That(() => Ns.Scheduler.SchedulePeriodic(0, new TimeSpan(-1), static s => s), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void SchedulePeriodic_AJumpOverPeriods_IsOneRun()
    {
        var runs = 0;
        using var subscription = Ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromMilliseconds(10), s => runs++);
        Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 1_000_000_000 });
        Settle();
        Assert.That(runs, Is.EqualTo(1));
        Advance(Ms(10));
        Assert.That(runs, Is.EqualTo(2), "in phase");
    }

    [Test]
    public void SchedulePeriodic_Throws_IsNotCalledAgain()
    {
        ExpectedFaults = 1;
        var runs = 0;
        using var subscription = Ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromMilliseconds(1), s =>
        {
            runs++;
            throw new InvalidOperationException("action");
        });
        Advance(Ms(10));
        Assert.That(runs, Is.EqualTo(1));
    }

    [Test]
    public void Operators_ManyAtOnce_TwiceTheSameTrace()
    {
        var first = Trace();
        Assert.That(Trace(), Is.EqualTo(first));

        List<string> Trace()
        {
            var ns = Runtime.CreateNamespace($"run{Runtime.Namespaces.Count}");
            var start = ns.Read(ClockId.Monotonic);
            var trace = new List<string>();
            using var subscriptions = new CompositeDisposable();
            for (var i = 1; i <= 6; i++)
            {
                var number = i;
                subscriptions.Add(Observable.Interval(TimeSpan.FromMilliseconds(i), ns.Scheduler)
                    .Throttle(TimeSpan.FromMilliseconds(i - 1), ns.Scheduler).Delay(TimeSpan.FromMilliseconds(7 - i), ns.Scheduler)
                    .Subscribe(v => trace.Add($"{number} {v} {ns.Read(ClockId.Monotonic).Since(start)}")));
            }

            Advance(Ms(60));
            return trace;
        }
    }

    /// <summary>What an observable tells, with the milliseconds since now.</summary>
    private List<string> Record<T>(IObservable<T> source)
    {
        var start = Ns.Read(ClockId.Monotonic);
        var seen = new List<string>();
        source.Subscribe(v => Add($"{v}"), e => Add(e.GetType().Name), () => Add("end"));
        return seen;

        void Add(string what) => seen.Add($"{what}@{Ns.Read(ClockId.Monotonic).Since(start) / 1_000_000}");
    }
}
