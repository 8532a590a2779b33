using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>The stream of discontinuities: every reason, in its place, hot.</summary>
internal sealed class ChangesTest : EngineTest
{
    private static readonly ClockOffsets Later = Ahead with { RealtimeNs = Ahead.RealtimeNs + 1_000_000_000 };

    [Test]
    public void Changes_EachReason_IsToldOnceWithItsOffsets()
    {
        var own = Observe(Ns);
        var all = new Recorder<ClockChange>();
        Runtime.Changes.Subscribe(all);
        Ns.SetOffsets(Later);
        Ns.SetRealtime(Ns.Clock.GetCurrentInstant() + Duration.FromSeconds(5));
        Ns.Freeze();
        Ns.Thaw();
        Ends(Task.Run(() => Kernel.SetRealtime(Instant.FromUtc(2027, 1, 1, 0, 0))));
        Ends(Task.Run(() => Kernel.Suspend(Duration.FromHours(1))));
        Settle();
        Assert.That(own.Values.Select(static c => c.Reason), Is.EqualTo(new[]
        {
            ClockChangeReason.OffsetsSet, ClockChangeReason.RealtimeSet, ClockChangeReason.Frozen, ClockChangeReason.Thawed,
            ClockChangeReason.HostClockSet, ClockChangeReason.HostResumed,
        }));
        Assert.That(all.Values.Where(static c => c.Namespace == "ns"), Is.EqualTo(own.Values));
        Assert.That(all.Values.Where(static c => c.Namespace == "host").Select(static c => c.Reason),
            Is.EqualTo(new[] { ClockChangeReason.HostClockSet, ClockChangeReason.HostResumed }));
        Assert.That((own.Values[0].OldOffsets, own.Values[0].NewOffsets), Is.EqualTo((Ahead, Later)));
        Assert.That(own.Values[1].NewOffsets.RealtimeNs - own.Values[1].OldOffsets.RealtimeNs, Is.EqualTo(5_000_000_000));
        Assert.That(own.Values.Zip(own.Values.Skip(1)).All(static p => p.First.NewOffsets == p.Second.OldOffsets), "one follows from the other");
    }

    [Test]
    public void Changes_TicksThatTheChangeMadeDue_ComeFirst()
    {
        var order = new List<string>();
        var timer = NewTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(Ns.Clock.GetCurrentInstant() + Duration.FromMinutes(1)));
        Observe(timer, _ => order.Add("tick"));
        Observe(Ns, _ => order.Add("change"));
        Settle();
        Ns.SetOffsets(Ahead with { RealtimeNs = Ahead.RealtimeNs + 3600_000_000_000 });
        Settle();
        Assert.That(order, Is.EqualTo(new[] { "tick", "change" }));
    }

    [Test]
    public void Changes_OnTheEngineThread_NeverOverlapping()
    {
        var recorder = Observe(Ns);
        for (var i = 1; i <= 50; i++)
        {
            Ns.SetOffsets(Ahead with { RealtimeNs = Ahead.RealtimeNs + i });
        }

        Settle();
        Assert.That(recorder.Values.Select(static c => c.NewOffsets.RealtimeNs - Ahead.RealtimeNs), Is.EqualTo(Enumerable.Range(1, 50)));
        Assert.That(recorder.Threads.Select(static t => t.Name), Is.EqualTo(new[] { "TimeNs engine" }));
        Assert.That(recorder.Fault, Is.Null);
    }

    [Test]
    public void Changes_RefusedChange_IsNotTold()
    {
        var recorder = Observe(Ns);
        Assert.That(() => Ns.Thaw(), Throws.InstanceOf<TimeNamespaceException>());
        Assert.That(() => Ns.SetOffsets(new ClockOffsets(long.MinValue / 2, 0, 0)), Throws.InstanceOf<OffsetRangeException>());
        Settle();
        Assert.That(recorder.Values, Is.Empty);
    }

    [Test]
    public void Changes_Restored_IsToldToEachSubscriberFirst()
    {
        var image = Ns.Checkpoint(stop: true);
        var restored = Runtime.Restore(image);
        var first = Observe(restored);
        Settle();
        restored.SetRealtime(Instant.FromUtc(2031, 1, 1, 0, 0));
        var late = Observe(restored);
        Settle();
        Assert.That(first.Values.Select(static c => c.Reason), Is.EqualTo(new[] { ClockChangeReason.Restored, ClockChangeReason.RealtimeSet }));
        Assert.That(late.Values.Select(static c => c.Reason).First(), Is.EqualTo(ClockChangeReason.Restored));
        Assert.That(first.Values[0].OldOffsets, Is.EqualTo(image.Offsets));
    }

    [Test]
    public void Changes_SubscribedAfterAChangeThatIsStillToBeTold_TellsTheRestoreFirstAndNotTheOldChange()
    {
        var image = Ns.Checkpoint(stop: true);
        Recorder<ClockChange>? late = null;
        OnEngine(() =>
        {
            var restored = Runtime.Restore(image);
            restored.SetRealtime(Instant.FromUtc(2031, 1, 1, 0, 0));
            late = Observe(restored);
            restored.SetRealtime(Instant.FromUtc(2032, 1, 1, 0, 0));
        });
        Settle();
        Assert.That(late!.Values.Select(static c => (c.Reason, c.At.Realtime.ToInstant().InUtc().Year)),
            Is.EqualTo(new[] { (ClockChangeReason.Restored, 2026), (ClockChangeReason.RealtimeSet, 2032) }));
    }

    [Test]
    public void Changes_SubscribedAfterAChange_AreHot()
    {
        Recorder<ClockChange>? own = null;
        var all = new Recorder<ClockChange>();
        OnEngine(() =>
        {
            Ns.SetOffsets(Later);
            own = Observe(Ns);
            Runtime.Changes.Subscribe(all);
        });
        Settle();
        Assert.That(own!.Values.Concat(all.Values), Is.Empty);
        Ns.Freeze();
        Settle();
        Assert.That((own.Values.Count, all.Values.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Changes_UnsubscribedBeforeItIsTold_TellsNothing()
    {
        var recorder = new Recorder<ClockChange>();
        OnEngine(() =>
        {
            using var subscription = Ns.Changes.Subscribe(recorder);
            Ns.SetOffsets(Later);
        });
        Settle();
        Assert.That(recorder.Values, Is.Empty);
    }

    [Test]
    public void Changes_SubscribedAndClosedAtOnce_Completes()
    {
        var recorder = Observe(Ns);
        Ns.Dispose();
        Comes(recorder.Ended);
        recorder.AssertCompleted();
        var late = Observe(Ns);
        late.AssertCompleted();
    }

    [Test]
    public void Changes_ObserverThrows_LosesItsSubscriptionOnly()
    {
        ExpectedFaults = 1;
        var calls = 0;
        Ns.Changes.Subscribe(_ =>
        {
            calls++;
            throw new InvalidOperationException("no");
        });
        var other = Observe(Ns);
        Ns.SetOffsets(Later);
        Ns.SetOffsets(Ahead);
        Settle();
        Assert.That((calls, other.Values.Count), Is.EqualTo((1, 2)));
    }

    [Test]
    public void Changes_FrozenNamespace_LearnsOfTheHostAtTheThaw()
    {
        Ns.Freeze();
        Settle();
        var recorder = Observe(Ns);
        Ends(Task.Run(() => Kernel.SetRealtime(Instant.FromUtc(2027, 1, 1, 0, 0))));
        Settle();
        Assert.That(recorder.Values, Is.Empty);
        Ns.Thaw();
        Settle();
        Assert.That(recorder.Values.Select(static c => c.Reason), Is.EqualTo(new[] { ClockChangeReason.Thawed }));
    }

    [Test]
    public void Changes_HostSetByASecond_IsLoggedOutsideTheLock()
    {
        var reading = 0L;
        Log.OnLog = () => Ends(Task.Run(() => reading = Runtime.ReadClocks().Realtime.Nanoseconds));
        Ends(Task.Run(() => Kernel.SetRealtime(Instant.FromUtc(2027, 1, 1, 0, 0))));
        Log.OnLog = null;
        Assert.That(reading, Is.EqualTo(ClockTime.FromInstant(Instant.FromUtc(2027, 1, 1, 0, 0)).Nanoseconds));
        Assert.That(Log.Entries.Select(static e => e.EventId), Has.Member(5));
    }

    private static Recorder<ClockChange> Observe(RuntimeNamespace ns, Action<ClockChange>? onNext = null)
    {
        var recorder = new Recorder<ClockChange>(onNext);
        recorder.Subscription = ns.Changes.Subscribe(recorder);
        return recorder;
    }
}
