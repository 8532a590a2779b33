using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>A tap is told of what readers took, of all of it and of nothing else.</summary>
internal sealed class TapTest : EngineTest
{
    [Test]
    public void Tap_IsToldOfTicksThatReadersTook_AndOfNoOthers()
    {
        var tap = new Recording();
        using var _ = Runtime.Tap(tap);
        var read = Every(Ms(10));
        var unread = Every(Ms(10));
        Observe(read);
        Advance(Ms(25));
        unread.TryRead(out Tick _);
        Assert.That(tap.Told.Select(static d => (d.Timer, d.Tick.Expirations)), Is.EqualTo(new[] { (read, 1ul), (read, 1ul) }));
        Assert.That(tap.Told.Select(static d => d.Tick.Due), Is.EqualTo(new[] { Now(-15), Now(-5) }));
    }

    [Test]
    public void Tap_TickOfAWaitingRead_AndOfADelegate_AreTold()
    {
        var tap = new Recording();
        using var _ = Runtime.Tap(tap);
        var timer = After(Ms(10));
        var read = timer.ReadAsync().AsTask();
        using var delayed = Ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        Advance(Ms(20));
        Assert.That(Ends(read).Expirations, Is.EqualTo(1));
        Assert.That(tap.Told.Select(static d => d.Timer), Is.EqualTo(new[] { (object)timer, tap.Told[1].Timer }));
        Assert.That(tap.Told[1].Timer, Is.TypeOf<CallbackTimer>());
    }

    [Test]
    public void Tap_TickThatIsVoidOrNotTaken_IsNotTold()
    {
        var tap = new Recording();
        using var _ = Runtime.Tap(tap);
        var first = After(Ms(10));
        var reset = After(Ms(10));
        var left = After(Ms(10));
        IDisposable? leaving = null;
        Observe(first, _ =>
        {
            reset.Set(TimerSetting.After(Ms(100)));
            leaving!.Dispose();
        });
        Observe(reset);
        leaving = left.Ticks.Subscribe(static _ => Assert.Fail("it has left"));
        Advance(Ms(20));
        Assert.That(tap.Told.Select(static d => d.Timer), Is.EqualTo(new[] { first }));
        Assert.That(left.TryRead(out Tick tick), Is.EqualTo(ReadStatus.Ticks), "INV-3");
        Assert.That(tick.Expirations, Is.EqualTo(1));
    }

    [Test]
    public void Tap_TimerThatItsReaderCloses_IsTold()
    {
        var tap = new Recording();
        using var _ = Runtime.Tap(tap);
        var timer = After(Ms(10));
        Observe(timer, _ => timer.Dispose());
        Advance(Ms(10));
        Assert.That(tap.Told.Select(static d => d.Timer), Is.EqualTo(new[] { timer }));
    }

    [Test]
    public void Tap_IsToldOnceABatch_AfterItsReaders()
    {
        var told = new List<string>();
        var tap = new Recording { Then = batch => told.Add($"tap of {batch}") };
        using var _ = Runtime.Tap(tap);
        for (var i = 0; i < 3; i++)
        {
            Observe(After(Ms(10)), _ => told.Add("reader"));
        }

        Advance(Ms(10));
        Assert.That(told, Is.EqualTo(new[] { "reader", "reader", "reader", "tap of 3" }));
    }

    [Test]
    public void Tap_ThatIsNotWanted_OrWasDisposedOf_IsToldNothing()
    {
        var idle = new Recording { IsWanted = false };
        var wanted = new Recording();
        using var a = Runtime.Tap(idle);
        using (Runtime.Tap(wanted))
        {
            Observe(Every(Ms(10)));
            Advance(Ms(10));
        }

        Advance(Ms(10));
        Assert.That((idle.Told.Count, wanted.Told.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Tap_ThatThrows_IsTakenOff_AndTheOthersGoOn()
    {
        ExpectedFaults = 1;
        var throwing = new Recording { Then = static _ => throw new InvalidOperationException("a listener's fault") };
        var other = new Recording();
        using var a = Runtime.Tap(throwing);
        using var b = Runtime.Tap(other);
        var seen = Observe(Every(Ms(10)));
        Advance(Ms(20));
        Assert.That((seen.Values.Count, throwing.Told.Count, other.Told.Count), Is.EqualTo((2, 1, 2)));
    }

    [Test]
    public void Tap_OfARuntimeWithShards_HearsOfAllOfThem()
    {
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Shards = 3, HostName = "test" });
        using var told = new CountdownEvent(20);
        using var _ = runtime.Tap(new Recording { Then = batch => told.Signal(batch) });
        for (var i = 0; i < 20; i++)
        {
            var timer = runtime.CreateNamespace($"ns{i}").CreateTimer(ClockId.Monotonic);
            timer.Ticks.Subscribe(static _ => { });
            timer.Set(TimerSetting.After(Duration.Epsilon));
        }

        Comes(told.WaitHandle);
    }

    private ClockTime Now(double milliseconds) => Ns.Read(ClockId.Monotonic).Plus((long)(milliseconds * 1e6));

    private sealed class Recording : IDeliveryTap
    {
        public bool IsWanted { get; init; } = true;

        public List<DeliveredTick> Told { get; } = [];

        public Action<int>? Then { get; init; }

        public void Delivered(ReadOnlySpan<DeliveredTick> batch)
        {
            lock (Told)
            {
                Told.AddRange(batch);
            }

            Then?.Invoke(batch.Length);
        }
    }
}
