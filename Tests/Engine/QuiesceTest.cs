using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>After a change of a namespace nothing old follows (INV-7), whoever makes it and whatever is under way.</summary>
internal sealed class QuiesceTest : EngineTest
{
    private static readonly (string Name, Action<RuntimeNamespace> Do)[] Changes =
    [
        ("SetOffsets", static ns => ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 5 })),
        ("SetRealtime", static ns => ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0))),
        ("Freeze", static ns => ns.Freeze()),
        ("Checkpoint", static ns => ns.Checkpoint()),
        ("Checkpoint and stop", static ns => ns.Checkpoint(stop: true)),
        ("Dispose", static ns => ns.Dispose()),
    ];

    private static IEnumerable<string> Names => Changes.Select(static c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Change_FromAnotherThreadWhileAnObserverRuns_WaitsForIt(string name)
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var order = new List<string>();
        var timer = After(Ms(1));
        Observe(timer, _ =>
        {
            inside.Set();
            release.Wait(Patience);
            Note(order, "observer ended");
        });
        var advance = Task.Run(() => Kernel.Advance(Ms(1)));
        Comes(inside.WaitHandle);
        var change = StartBlocked(() =>
        {
            Change(name)(Ns);
            Note(order, "change returned");
        });
        Assert.That(change.IsCompleted, Is.False);
        release.Set();
        Ends(change);
        Ends(advance);
        Assert.That(order, Is.EqualTo(new[] { "observer ended", "change returned" }));
    }

    [TestCaseSource(nameof(Names))]
    public void Change_FromAnotherThread_NothingReadBeforeFollows(string name)
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var returned = false;
        var seen = new List<(int Timer, bool AfterChange, ClockTime At)>();
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            Observe(After(Ms(1)), tick =>
            {
                inside.Set();
                release.Wait(Patience);
                seen.Add((number, Volatile.Read(ref returned), tick.At));
            });
        }

        var at = Ns.Read(ClockId.Monotonic).Plus(1_000_000);
        var advance = Task.Run(() => Kernel.Advance(Ms(1)));
        Comes(inside.WaitHandle);
        var change = StartBlocked(() =>
        {
            Change(name)(Ns);
            Volatile.Write(ref returned, true);
        });
        release.Set();
        Ends(change);
        Ends(advance);
        Settle();
        Assert.That(seen.Where(static s => s.AfterChange).Select(static s => s.At), Has.All.EqualTo(name == "SetOffsets" ? at.Plus(5) : at));
        Assert.That(seen.Select(static s => s.Timer), Is.Unique);
    }

    [Test]
    public void SetOffsets_WhileTheEngineIsNeverIdle_StillReturns()
    {
        // An observer that makes its own timer due again: the engine goes from batch to batch without a pause.
        var stop = false;
        var timer = NewTimer();
        Observe(timer, _ =>
        {
            if (!Volatile.Read(ref stop))
            {
                timer.SetTicks(1);
            }
        });
        timer.SetTicks(1);
        for (var i = 1; i <= 300; i++)
        {
            var before = Runtime.Statistics.Deliveries;
            var offset = i;
            var change = Task.Run(() => Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + offset }));
            Ends(change);
            Assert.That(Runtime.Statistics.Deliveries, Is.GreaterThanOrEqualTo(before));
        }

        Volatile.Write(ref stop, true);
        Settle();
    }

    [Test]
    public void SetOffsets_WhileTheEngineIsNeverIdle_WaitsForOneBatchOnly()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var changed = false;
        var after = 0;
        var timer = NewTimer();
        Observe(timer, _ =>
        {
            inside.Set();
            release.Wait(Patience);
            if (!Volatile.Read(ref changed) && after++ < 100_000)
            {
                timer.SetTicks(1);
            }
        });
        timer.SetTicks(1);
        Comes(inside.WaitHandle);
        var change = StartBlocked(() =>
        {
            Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 1 });
            Volatile.Write(ref changed, true);
        });
        release.Set();
        Ends(change);
        Settle();
        Assert.That(after, Is.LessThan(100_000), "the change comes before the next batch");
    }

    [Test]
    public void SetOffsets_ObserverOfAnotherNamespaceRuns_DoesNotWait()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var other = Runtime.CreateNamespace("other");
        Observe(After(Ms(1), other), _ =>
        {
            inside.Set();
            release.Wait(Patience);
        });
        var late = Observe(After(Ms(1)));
        var advance = Task.Run(() => Kernel.Advance(Ms(1)));
        Comes(inside.WaitHandle);
        var change = Task.Run(() => Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 7 }));
        Ends(change);
        Assert.That(late.Values, Is.Empty, "it was taken back");
        release.Set();
        Ends(advance);
        Assert.That(late.Values.Select(static t => t.LatenessNs), Is.EqualTo(new[] { 7L }), "and read anew with the new offset");
    }

    [Test]
    public void Checkpoint_InsideOnNext_TakesTheRestOfTheBatchBack()
    {
        NamespaceImage? image = null;
        var first = After(Ms(1));
        Observe(first, _ => image ??= Ns.Checkpoint());
        var rest = Enumerable.Range(0, 3).Select(_ => After(Ms(1))).ToArray();
        var recorders = rest.Select(t => Observe(t)).ToArray();
        Advance(Ms(1));
        var unread = image!.Timers.ToDictionary(static t => t.Id, t => image.Unread(t));
        Assert.That(unread[first.Id], Is.Zero, "delivered");
        Assert.That(rest.Select(t => unread[t.Id]), Has.All.EqualTo(1), "not delivered yet");
        Assert.That(recorders.SelectMany(static r => r.Values).Select(static t => t.Expirations), Is.EqualTo(new[] { 1UL, 1UL, 1UL }), "it goes on unchanged");
    }

    [Test]
    public void CheckpointAndStop_InsideOnNext_NothingIsLostOrDoubled()
    {
        NamespaceImage? image = null;
        var recorders = Enumerable.Range(0, 4).Select(i => Observe(Every(Ms(10)), _ => image ??= i == 1 ? Ns.Checkpoint(stop: true) : null)).ToArray();
        Advance(Ms(10));
        var unread = image!.Timers.Sum(t => (long)image.Unread(t));
        Assert.That(recorders.Sum(static r => r.Values.Count) + unread, Is.EqualTo(4));
        Assert.That(recorders.Select(static r => r.Completions), Has.All.EqualTo(1));
    }

    [Test]
    public void SetOffsets_InsideOnNext_TheRestIsReadWithTheNewOffsets()
    {
        Observe(After(Ms(1)), _ => Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 20_000_000 }));
        var rest = Observe(Every(Ms(1)));
        Advance(Ms(1));
        Assert.That(rest.Values.Select(static t => (t.Expirations, t.LatenessNs)), Is.EqualTo(new[] { (21UL, 20_000_000L) }));
    }

    [Test]
    public void Freeze_InsideOnNext_TheRestComesAfterTheThaw()
    {
        Observe(After(Ms(1)), _ => Ns.Freeze());
        var rest = Observe(After(Ms(1)));
        Advance(Ms(100));
        Assert.That(rest.Values, Is.Empty);
        Ns.Thaw();
        Settle();
        Assert.That(rest.Values, Has.Count.EqualTo(1));
    }

    [Test]
    public void Thaw_FromAnotherThreadWhileFrozen_MonotonicGoesOnWhereItStood()
    {
        Ns.Freeze();
        var standing = Ns.ReadClocks();
        Advance(Duration.FromHours(1));
        Assert.That(Ns.ReadClocks(), Is.EqualTo(standing));
        Ns.Thaw();
        Assert.That(Ns.Read(ClockId.Monotonic), Is.EqualTo(standing.Monotonic));
    }

    private static Action<RuntimeNamespace> Change(string name) => Changes.Single(c => c.Name == name).Do;

    private static void Note(List<string> order, string what)
    {
        lock (order)
        {
            order.Add(what);
        }
    }
}
