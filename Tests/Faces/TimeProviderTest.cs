using System.Runtime.CompilerServices;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Tests.Engine;

namespace TimeNs.Tests.Faces;

/// <summary>The contract of TimeProvider and ITimer, kept by a namespace.</summary>
internal sealed class TimeProviderTest : EngineTest
{
    private static readonly TimeSpan Infinite = Timeout.InfiniteTimeSpan;

    private int _calls;

    [SetUp]
    public void Reset() => _calls = 0;

    [Test]
    public void Clocks_AreTheNamespaces()
    {
        var provider = Ns.TimeProvider;
        var stamp = provider.GetTimestamp();
        Assert.That(provider.TimestampFrequency, Is.EqualTo(1_000_000_000));
        Assert.That(stamp, Is.EqualTo(Ns.Read(ClockId.Monotonic).Nanoseconds));
        Assert.That(provider.GetUtcNow(), Is.EqualTo(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero)));
        Advance(Ms(1234));
        Assert.That(provider.GetElapsedTime(stamp), Is.EqualTo(TimeSpan.FromMilliseconds(1234)));
    }

    [Test]
    public void Clocks_FollowOffsetsAndStandWhileFrozen()
    {
        Ns.SetRealtime(Instant.FromUtc(2030, 5, 6, 7, 8, 9) + Duration.FromNanoseconds(123_456_789));
        Assert.That(Ns.TimeProvider.GetUtcNow().UtcTicks % 10_000_000, Is.EqualTo(1_234_567), "rounded down to 100 ns");
        Assert.That(Ns.Clock.GetCurrentInstant(), Is.EqualTo(Instant.FromUtc(2030, 5, 6, 7, 8, 9) + Duration.FromNanoseconds(123_456_789)), "exact");
        Ns.Freeze();
        var stamp = Ns.TimeProvider.GetTimestamp();
        Advance(Ms(1000));
        Assert.That(Ns.TimeProvider.GetTimestamp(), Is.EqualTo(stamp));
        Assert.That(Ns.Clock.GetCurrentInstant(), Is.EqualTo(Instant.FromUtc(2030, 5, 6, 7, 8, 9) + Duration.FromNanoseconds(123_456_789)));
        Ns.Thaw();
        Assert.That(Ns.TimeProvider.GetTimestamp(), Is.EqualTo(stamp));
        Assert.That(Ns.Clock.GetCurrentInstant(), Is.EqualTo(Instant.FromUtc(2030, 5, 6, 7, 8, 10) + Duration.FromNanoseconds(123_456_789)));
    }

    [Test]
    public void Timer_DueZero_FiresAtOnce()
    {
        using var timer = Timer(TimeSpan.Zero, Infinite);
        Settle();
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public void Timer_DueInfinite_IsDisarmed()
    {
        using var timer = Timer(Infinite, TimeSpan.FromMilliseconds(1));
        Advance(Ms(1000));
        Assert.That(_calls, Is.Zero);
    }

    [Test]
    public void Timer_PeriodZeroOrInfinite_FiresOnce([Values] bool zero)
    {
        using var timer = Timer(TimeSpan.FromMilliseconds(5), zero ? TimeSpan.Zero : Infinite);
        Advance(Ms(1000));
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public void Timer_Periodic_FiresOncePerPeriod()
    {
        using var timer = Timer(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
        Advance(Ms(34));
        Assert.That(_calls, Is.EqualTo(3));
    }

    [Test]
    public void Timer_BeyondFortyNineDays_FiresAtItsMoment()
    {
        using var timer = Timer(TimeSpan.FromDays(1000), Infinite);
        Advance(Duration.FromDays(1000) - Ms(1));
        Assert.That(_calls, Is.Zero);
        Advance(Ms(1));
        Assert.That(_calls, Is.EqualTo(1));
        Assert.That(() => Ns.TimeProvider.CreateTimer(Count, null, TimeSpan.MaxValue, TimeSpan.MaxValue).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Timer_Below100Microseconds_IsNotRounded()
    {
        using var timer = Timer(new TimeSpan(3), Infinite);
        Advance(Duration.FromNanoseconds(299));
        Assert.That(_calls, Is.Zero);
        Advance(Duration.FromNanoseconds(1));
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public void Timer_NegativeTimes_Throw()
    {
        var negative = TimeSpan.FromMilliseconds(-2);
        Assert.That(() => Timer(negative, Infinite), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Timer(Infinite, negative), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Ns.TimeProvider.CreateTimer(null!, null, TimeSpan.Zero, Infinite), Throws.ArgumentNullException);
        using var timer = Timer(Infinite, Infinite);
        Assert.That(() => timer.Change(negative, Infinite), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Change_RearmsAndDisarms()
    {
        using var timer = Timer(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
        Advance(Ms(10));
        Assert.That(timer.Change(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(1)));
        Advance(Ms(22));
        Assert.That(_calls, Is.EqualTo(5));
        Assert.That(timer.Change(Infinite, Infinite));
        Advance(Ms(100));
        Assert.That(_calls, Is.EqualTo(5));
    }

    [Test]
    public void Change_AfterTheEnd_IsFalse([Values("timer", "armed in ns", "idle in ns", "runtime")] string what)
    {
        var timer = Timer(what == "idle in ns" ? Infinite : TimeSpan.FromMilliseconds(5), Infinite);
        (what switch { "timer" => (IDisposable)timer, "runtime" => Runtime, _ => Ns }).Dispose();
        Assert.That(timer.Change(TimeSpan.Zero, Infinite), Is.False);
        Assert.That(timer.Change(Infinite, Infinite), Is.False);
        if (what != "runtime")
        {
            Advance(Ms(10));
        }

        Assert.That(_calls, Is.Zero);
        Assert.That(timer.Dispose, Throws.Nothing);
    }

    [Test]
    public void Change_InItsOwnCallback_IsOrdinaryUse()
    {
        ITimer? timer = null;
        timer = Ns.TimeProvider.CreateTimer(_ => timer!.Change(TimeSpan.FromMilliseconds(++_calls), Infinite), null, TimeSpan.FromMilliseconds(1), Infinite);
        Advance(Ms(1 + 1 + 2 + 3));
        Assert.That(_calls, Is.EqualTo(4));
        timer.Dispose();
    }

    [Test]
    public void Callback_GetsItsStateOffTheEngineThread()
    {
        object? state = null;
        Thread? thread = null;
        using var timer = Ns.TimeProvider.CreateTimer(s => (state, thread) = (s, Thread.CurrentThread), this, TimeSpan.Zero, Infinite);
        Settle();
        Assert.That(state, Is.SameAs(this));
        Assert.That(thread!.IsThreadPoolThread);
    }

    [Test]
    public void Callback_ExecutionContext_FlowsUnlessSuppressed([Values] bool suppressed)
    {
        var local = new AsyncLocal<int> { Value = 42 };
        var seen = -1;
        ITimer timer;
        if (suppressed)
        {
            using (ExecutionContext.SuppressFlow())
            {
                timer = Ns.TimeProvider.CreateTimer(_ => seen = local.Value, null, TimeSpan.Zero, Infinite);
            }
        }
        else
        {
            timer = Ns.TimeProvider.CreateTimer(_ => seen = local.Value, null, TimeSpan.Zero, Infinite);
        }

        local.Value = 1;
        Settle();
        timer.Dispose();
        Assert.That(seen, Is.EqualTo(suppressed ? 0 : 42));
    }

    [Test]
    public void Callback_Throws_IsCountedLoggedAndTheTimerGoesOn()
    {
        ExpectedFaults = 2;
        using var timer = Ns.TimeProvider.CreateTimer(
            _ => throw new InvalidOperationException($"{++_calls}"), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        Advance(Ms(2));
        Assert.That(_calls, Is.EqualTo(2));
        Assert.That(Log.Entries.Count(static e => e.EventId == 4), Is.EqualTo(2));
    }

    [Test]
    public void DisposeAsync_CallbackRuns_WaitsForIt()
    {
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var timer = Ns.TimeProvider.CreateTimer(
            _ =>
            {
                inside.Set();
                release.Wait(Patience);
                _calls++;
            },
            null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Comes(inside.WaitHandle);
        var disposal = timer.DisposeAsync().AsTask();
        Assert.That(disposal.IsCompleted, Is.False);
        release.Set();
        Ends(disposal);
        Assert.That(_calls, Is.EqualTo(1));
        Assert.That(timer.DisposeAsync().AsTask().IsCompletedSuccessfully, "nothing runs any more");
        Advance(Ms(10));
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public void Timer_DroppedAfterItFired_IsCollected()
    {
        var (timer, state) = Drop(TimeSpan.FromMilliseconds(1));
        Advance(Ms(5));
        Collect();
        Assert.That((timer.IsAlive, state.IsAlive), Is.EqualTo((false, false)));
    }

    [Test]
    public void Timer_DroppedWhileArmed_StillFires()
    {
        var (timer, _) = Drop(TimeSpan.FromMilliseconds(10));
        Collect();
        Assert.That(timer.IsAlive);
        Advance(Ms(10));
        Assert.That(_calls, Is.EqualTo(1));
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (WeakReference Timer, WeakReference State) Drop(TimeSpan due)
    {
        var state = new object();
        return (new WeakReference(Ns.TimeProvider.CreateTimer(Count, state, due, Infinite)), new WeakReference(state));
    }

    private ITimer Timer(TimeSpan due, TimeSpan period) => Ns.TimeProvider.CreateTimer(Count, null, due, period);

    private void Count(object? state) => Interlocked.Increment(ref _calls);
}
