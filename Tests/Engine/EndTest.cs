using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>How things end: completions, closed objects, threads.</summary>
internal sealed class EndTest : EngineTest
{
    [Test]
    public void Dispose_OfTimerNamespaceOrRuntime_CompletesOnceAfterTheLastTick([Values("timer", "ns", "runtime")] string what)
    {
        var timer = Every(Ms(10));
        var recorder = Observe(timer);
        var unsubscribed = Observe(timer);
        unsubscribed.Subscription!.Dispose();
        Advance(Ms(30));
        var ended = what switch { "timer" => (IDisposable)timer, "ns" => Ns, _ => Runtime };
        ended.Dispose();
        ended.Dispose();
        Comes(recorder.Ended);
        recorder.AssertCompleted();
        Assert.That(recorder.Values, Has.Count.EqualTo(3));
        Assert.That(recorder.Threads.Select(static t => t.Name), Is.EqualTo(new[] { "TimeNs engine" }));
        Assert.That(unsubscribed.Completions, Is.Zero);
    }

    [Test]
    public void Dispose_SubscribedLater_CompletesAtOnce([Values("timer", "ns", "runtime")] string what)
    {
        var timer = NewTimer();
        (what switch { "timer" => (IDisposable)timer, "ns" => Ns, _ => Runtime }).Dispose();
        Observe(timer).AssertCompleted();
    }

    [Test]
    public void Dispose_OfRuntime_TicksThatAreUnderWayComeBefore()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var ended = false;
        var recorder = Observe(After(Ms(1)), _ =>
        {
            inside.Set();
            release.Wait(Patience);
            ended = true;
        });
        var advance = Task.Run(() => Kernel.Advance(Ms(1)));
        Comes(inside.WaitHandle);
        var dispose = StartBlocked(() =>
        {
            Runtime.Dispose();
            Assert.That(ended, "it waits for the observer");
        });
        Assert.That(recorder.Completions, Is.Zero);
        release.Set();
        Ends(dispose);
        recorder.AssertCompleted();
        EndsOrIsCutShort(advance);
    }

    [Test]
    public void Dispose_OfRuntimeByManyThreads_AllReturn() =>
        Ends(Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            if (i % 2 == 0)
            {
                Runtime.Dispose();
            }
            else
            {
                await Runtime.DisposeAsync();
            }
        }))));

    [Test]
    public void Closed_Timer_Throws()
    {
        var timer = NewTimer();
        timer.Dispose();
        AssertTimerClosed(timer);
        Assert.That(Ns.FindTimer(timer.Id), Is.Null);
        Assert.That(Ns.Timers, Is.Empty);
    }

    [Test]
    public void Closed_Namespace_Throws([Values] bool byRuntime)
    {
        var timer = NewTimer(name: "t");
        var stopwatch = Ns.Scheduler.StartStopwatch();
        (byRuntime ? (IDisposable)Runtime : Ns).Dispose();
        Assert.That(Ns.IsClosed && timer.IsClosed);
        AssertTimerClosed(timer);
        Action[] calls =
        [
            () => Ns.ReadClocks(), () => Ns.Read(ClockId.Boottime), () => Ns.SetOffsets(Ahead), () => Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0)),
            Ns.Freeze, () => Ns.Thaw(), () => Ns.Checkpoint(), () => Ns.CreateTimer(ClockId.Monotonic), () => Ns.FindTimer("t"),
            () => Ns.FindTimer(1), () => Ns.Clock.GetCurrentInstant(), () => Ns.TimeProvider.GetUtcNow(), () => Ns.TimeProvider.GetTimestamp(),
            () => Ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.Zero, TimeSpan.Zero), () => _ = Ns.Scheduler.Now,
            () => _ = stopwatch.Elapsed, () => Ns.Scheduler.Schedule(0, static (_, _) => System.Reactive.Disposables.Disposable.Empty),
        ];
        Assert.Multiple(() =>
        {
            for (var i = 0; i < calls.Length; i++)
            {
                Assert.That(() => calls[i](), Throws.InstanceOf<ObjectDisposedException>(), $"call {i}");
            }
        });
    }

    [Test]
    public void Closed_Runtime_Throws()
    {
        var image = Ns.Checkpoint();
        Runtime.Dispose();
        Action[] calls =
        [
            () => Runtime.ReadClocks(), () => Runtime.CreateNamespace("a"), () => Runtime.FindNamespace("ns"),
            () => Runtime.Restore(image, name: "b"), () => Runtime.Forecast(image, Duration.Zero),
        ];
        foreach (var call in calls)
        {
            Assert.That(() => call(), Throws.InstanceOf<ObjectDisposedException>());
        }

        Assert.That(Runtime.Dispose, Throws.Nothing);
        Assert.That(() => Ends(Runtime.DisposeAsync().AsTask()), Throws.Nothing);
    }

    [Test]
    public void Runtime_StartedAndStoppedAThousandTimes_LeavesNoThread()
    {
        var threads = new List<Thread>();
        for (var i = 0; i < 1000; i++)
        {
            using var runtime = TimeRuntime.Start(new SimulatedKernel());
            var timer = runtime.Host.CreateTimer(ClockId.Monotonic);
            using var got = new ManualResetEventSlim();
            timer.Ticks.Subscribe(_ =>
            {
                threads.Add(Thread.CurrentThread);
                got.Set();
            });
            timer.SetTicks(1);
            Comes(got.WaitHandle);
        }

        Assert.That(threads, Has.Count.EqualTo(1000));
        Assert.That(threads.Count(static t => t.IsAlive), Is.Zero);
    }

    [Test]
    public void Runtime_TwoSideBySide_AreStrangers()
    {
        var otherKernel = new SimulatedKernel();
        using var other = TimeRuntime.Start(otherKernel);
        var there = other.CreateNamespace("ns").CreateTimer(ClockId.Monotonic);
        there.Set(TimerSetting.Every(Ms(10)));
        var otherTicks = Observe(there);
        var here = Observe(Every(Ms(10)), _ => other.CreateNamespace($"x{other.Namespaces.Count}"));
        Advance(Ms(30));
        Assert.That((here.Values.Count, otherTicks.Values.Count), Is.EqualTo((3, 0)));
        Ends(Task.Run(() => otherKernel.Advance(Ms(50))));
        Assert.That((here.Values.Count, otherTicks.Values.Count, other.Namespaces.Count), Is.EqualTo((3, 5, 5)));
        other.Dispose();
        Advance(Ms(10));
        Assert.That(here.Values, Has.Count.EqualTo(4));
        ExpectedFaults = 1; // its observer could not create a namespace there
    }

    [Test]
    public void Runtime_OnAKernelThatHasAnEngine_ThrowsAndLeavesTheFirstAlone()
    {
        Assert.That(() => TimeRuntime.Start(Kernel), Throws.InvalidOperationException);
        var recorder = Observe(After(Ms(1)));
        Advance(Ms(1));
        Assert.That(recorder.Values, Has.Count.EqualTo(1));
    }

    private static void AssertTimerClosed(NamespaceTimer timer)
    {
        Action[] calls =
        [
            () => timer.Set(TimerSetting.Disarmed), () => timer.Get(), () => timer.TryRead(out _), () => timer.TryRead(new byte[8]),
            () => timer.Read(), () => timer.ReadAsync().AsTask().GetAwaiter().GetResult(), () => timer.SetTicks(1), () => timer.DescribeFd(),
        ];
        foreach (var call in calls)
        {
            Assert.That(() => call(), Throws.InstanceOf<ObjectDisposedException>());
        }

        Assert.That(timer.Dispose, Throws.Nothing);
    }
}
