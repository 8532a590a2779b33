using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>The engine on the machine's own clocks: order, counts and "never early", no durations.</summary>
[TestFixture(RealKernel.Linux)]
[TestFixture(RealKernel.Portable)]
internal sealed class RealKernelRuntimeTest(RealKernel kernel)
{
    private TimeRuntime _runtime = null!;
    private RuntimeNamespace _ns = null!;

    [OneTimeSetUp]
    public void SkipWithoutTheKernel()
    {
        if (kernel == RealKernel.Linux && !LinuxKernel.IsSupported)
        {
            Assert.Ignore("needs timerfd and epoll");
        }
    }

    [SetUp]
    public void Start()
    {
        _runtime = TimeRuntime.Start(NewKernel());
        _ns = _runtime.CreateNamespace("ns", ClockOffsets.Of(Duration.FromHours(-5), Duration.FromHours(5), Duration.FromHours(7)));
    }

    [TearDown]
    public void Stop()
    {
        if (_runtime is null)
        {
            return;
        }

        Ends(Task.Run(_runtime.Dispose));
        Assert.That(_runtime.Statistics.FaultedObservers, Is.Zero);
    }

    [Test]
    public void INV3_PeriodicTimer_TicksReadPlusUnreadAreForwardOfNow([Values] ClockBase clock)
    {
        var id = clock switch { ClockBase.Realtime => ClockId.RealtimeAlarm, ClockBase.Monotonic => ClockId.Monotonic, _ => ClockId.Boottime };
        var timer = _ns.CreateTimer(id);
        var first = _ns.Read(id).Plus(1_000_000);
        timer.Set(TimerSetting.At(first, Duration.FromMilliseconds(1), cancelOnSet: false));
        var sum = 0UL;
        var early = 0;
        using var enough = new ManualResetEventSlim();
        using (timer.Ticks.Subscribe(t =>
        {
            early += t.Due > t.At || t.At > _ns.Read(id) || t.Due != first.Plus((long)sum * 1_000_000) ? 1 : 0;
            sum += t.Expirations;
            if (sum >= 50)
            {
                enough.Set();
            }
        }))
        {
            Comes(enough.WaitHandle);
        }

        _ns.Checkpoint(); // waits for an observer that runs
        // A reading of its own time comes with what is left, so that the count is compared with the moment it was made for.
        var rest = timer.Read();
        Assert.That(early, Is.Zero, "INV-2");
        Assert.That(sum + rest.Expirations, Is.EqualTo((ulong)(rest.At.Since(first) / 1_000_000) + 1));
    }

    [Test]
    public void INV2_AbsoluteTimers_NeverEarlyAndInOrder()
    {
        var order = new List<(long Due, long At)>();
        using var all = new CountdownEvent(100);
        var start = _ns.Read(ClockId.Monotonic);
        for (var i = 0; i < 100; i++)
        {
            var timer = _ns.CreateTimer(ClockId.Monotonic);
            timer.Ticks.Subscribe(t =>
            {
                order.Add((t.Due.Nanoseconds, _ns.Read(ClockId.Monotonic).Nanoseconds));
                all.Signal();
            });
            timer.Set(TimerSetting.At(start.Plus(20_000_000 + (i * 7919 % 100 * 300_000))));
        }

        Comes(all.WaitHandle);
        Assert.That(order.Select(static o => o.At >= o.Due), Has.All.True);
        Assert.That(order.Select(static o => o.At), Is.Ordered);
    }

    [Test]
    public void SetOffsets_PastADeadline_FiresAtOnce()
    {
        var timer = _ns.CreateTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(_ns.Clock.GetCurrentInstant() + Duration.FromDays(100)));
        var read = timer.ReadAsync().AsTask();
        _ns.SetOffsets(_ns.Offsets with { RealtimeNs = _ns.Offsets.RealtimeNs + (101L * 86_400_000_000_000) });
        Assert.That(Ends(read).LatenessNs, Is.GreaterThanOrEqualTo(86_400_000_000_000));
    }

    [Test]
    public void Faces_OnTheRealKernel_RunOnThePool()
    {
        var stamp = _ns.TimeProvider.GetTimestamp();
        Ends(Task.Delay(TimeSpan.FromMilliseconds(5), _ns.TimeProvider));
        Assert.That(_ns.TimeProvider.GetTimestamp() - stamp, Is.GreaterThanOrEqualTo(5_000_000), "never early");
        using var ran = new ManualResetEventSlim();
        var runs = 0;
        var overlapping = 0;
        var inside = 0;
        using var periodic = _ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromTicks(1000), s =>
        {
            overlapping += Interlocked.Exchange(ref inside, 1);
            if (++runs == 100)
            {
                ran.Set();
            }

            Volatile.Write(ref inside, 0);
            return s;
        });
        Comes(ran.WaitHandle);
        Assert.That(overlapping, Is.Zero);
    }

    [Test]
    public void CheckpointAndRestore_WhileTicking_NothingIsLostOrDoubled()
    {
        var timer = _ns.CreateTimer(ClockId.Monotonic, "beat");
        var first = _ns.Read(ClockId.Monotonic).Plus(500_000);
        timer.Set(TimerSetting.At(first, Duration.FromMilliseconds(0.5), cancelOnSet: false));
        var sum = 0UL;
        var ns = _ns;
        for (var i = 0; i < 20; i++)
        {
            using var some = new ManualResetEventSlim();
            var left = 5;
            ns.FindTimer("beat")!.Ticks.Subscribe(t =>
            {
                sum += t.Expirations;
                if (--left <= 0)
                {
                    some.Set();
                }
            });
            Comes(some.WaitHandle);
            ns = _runtime.Restore(ns.Checkpoint(stop: true));
        }

        var rest = ns.FindTimer("beat")!.Read();
        Assert.That(sum + rest.Expirations, Is.EqualTo((ulong)(rest.At.Since(first) / 500_000) + 1));
    }

    private IKernel NewKernel() => kernel == RealKernel.Linux ? new LinuxKernel() : new PortableKernel();

    private static void Comes(WaitHandle signal) => Assert.That(signal.WaitOne(EngineTest.Patience), "it hangs");

    private static void Ends(Task task)
    {
        Assert.That(Task.WhenAny(task).Wait(EngineTest.Patience), "it hangs");
        task.GetAwaiter().GetResult();
    }

    private static T Ends<T>(Task<T> task)
    {
        Ends((Task)task);
        return task.Result;
    }
}

/// <summary>A kernel that runs on the machine's own clocks.</summary>
internal enum RealKernel
{
    /// <summary>timerfd and epoll.</summary>
    Linux,

    /// <summary>Any system.</summary>
    Portable,
}
