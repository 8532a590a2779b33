using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Reads: at once, waiting, on a thread, into a buffer; and what they do to each other and to observers.</summary>
internal sealed class ReadTest : EngineTest
{
    [Test]
    public void TryRead_NothingDue_IsEmpty() => Assert.That(NewTimer().TryRead(out _), Is.EqualTo(ReadStatus.Empty));

    [Test]
    public void TryRead_PeriodicTenPeriodsLate_GivesTheCountOnce()
    {
        var timer = Every(Ms(10));
        Advance(Ms(105));
        Assert.That(timer.TryRead(out Tick tick), Is.EqualTo(ReadStatus.Ticks));
        Assert.That(tick.Expirations, Is.EqualTo(10));
        Assert.That(tick.LatenessNs, Is.EqualTo(95_000_000));
        Assert.That(timer.TryRead(out _), Is.EqualTo(ReadStatus.Empty));
    }

    [Test]
    public void F2_UnreadPeriodic_CostsOneWakeUp()
    {
        Every(Ms(10));
        Settle();
        var before = Runtime.Statistics;
        Advance(Duration.FromSeconds(100));
        var after = Runtime.Statistics;
        Assert.That((after.Wakeups - before.Wakeups, after.Expirations - before.Expirations, after.Deliveries), Is.EqualTo((1L, 1L, 0L)));
    }

    [Test]
    public void R1_BufferUnderEightBytes_Throws([Values(0, 1, 7)] int length)
    {
        var timer = NewTimer();
        timer.SetTicks(3);
        Assert.That(() => timer.TryRead(new byte[length]), Throws.ArgumentException);
        Assert.That(timer.IsReadable, "nothing was read");
    }

    [Test]
    public void R1_Buffer_GetsEightBytesInHostOrder([Values(8, 100)] int length)
    {
        var timer = NewTimer();
        timer.SetTicks(0x0102030405060708);
        var buffer = new byte[length];
        Assert.That(timer.TryRead(buffer), Is.EqualTo(8));
        Assert.That(BitConverter.ToUInt64(buffer), Is.EqualTo(0x0102030405060708));
        Assert.That(timer.TryRead(buffer), Is.Zero);
    }

    [Test]
    public void R1_Buffer_CancelIsMinusOne()
    {
        var timer = CancelOnSet();
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Assert.That(timer.TryRead(new byte[8]), Is.EqualTo(-1));
        Assert.That(timer.TryRead(new byte[8]), Is.Zero);
    }

    [Test]
    public void Read_AlreadyDue_ReturnsAtOnce()
    {
        var timer = After(Ms(1));
        Advance(Ms(2));
        Assert.That(timer.Read().Expirations, Is.EqualTo(1));
    }

    [Test]
    public void Read_NothingDue_WaitsForTheTick()
    {
        var timer = After(Ms(5));
        var read = StartReading(timer);
        Advance(Ms(5));
        Assert.That(Ends(read), Is.EqualTo(new Tick(1, timer.Namespace.Read(ClockId.Monotonic), timer.Namespace.Read(ClockId.Monotonic), ClockId.Monotonic)));
    }

    [Test]
    public void R2_SettimeWhileReadWaits_IsHonoured()
    {
        var timer = After(Duration.FromDays(1));
        var read = timer.ReadAsync().AsTask();
        timer.Set(TimerSetting.After(Ms(3)));
        Advance(Ms(3));
        Assert.That(Ends(read).Expirations, Is.EqualTo(1));
    }

    [Test]
    public void R2_ClockSetWhileReadWaits_IsACancel()
    {
        var timer = CancelOnSet();
        var read = timer.ReadAsync().AsTask();
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Assert.That(Ends(read).IsCanceled);
    }

    [Test]
    public void ReadAsync_SeveralWait_AreServedInOrder()
    {
        var timer = Every(Ms(10));
        var reads = Enumerable.Range(0, 3).Select(_ => timer.ReadAsync().AsTask()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            Advance(Ms(10));
            Ends(reads[i]);
            Assert.That(reads.Count(static r => r.IsCompleted), Is.EqualTo(i + 1));
        }
    }

    [Test]
    public void ReadAsync_BeforeObservers_TakesTheTick()
    {
        var timer = Every(Ms(10));
        var recorder = Observe(timer);
        var read = timer.ReadAsync().AsTask();
        Advance(Ms(30));
        Assert.That(Ends(read).Expirations, Is.EqualTo(1));
        Assert.That(recorder.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 1UL, 1UL }));
    }

    [Test]
    public void ReadAsync_Cancelled_LeavesTheTickToTheNext()
    {
        var timer = Every(Ms(10));
        using var source = new CancellationTokenSource();
        var first = timer.ReadAsync(source.Token).AsTask();
        var second = timer.ReadAsync().AsTask();
        source.Cancel();
        Assert.That(() => Ends(first), Throws.InstanceOf<OperationCanceledException>());
        Advance(Ms(10));
        Assert.That(Ends(second).Expirations, Is.EqualTo(1));
    }

    [Test]
    public void ReadAsync_AllCancelled_TheTimerIsUnreadAgain()
    {
        var timer = Every(Ms(10));
        using var source = new CancellationTokenSource();
        var read = timer.ReadAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(() => Ends(read), Throws.InstanceOf<OperationCanceledException>());
        Advance(Ms(35));
        Assert.That(Runtime.Statistics.Deliveries, Is.Zero);
        Assert.That(timer.Read().Expirations, Is.EqualTo(3));
    }

    [Test]
    public void ReadAsync_TokenCancelledBefore_Throws() => Assert.That(
        () => NewTimer().ReadAsync(new CancellationToken(canceled: true)).AsTask(), Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Read_TimerDisposedWhileItWaits_Throws()
    {
        var timer = NewTimer();
        var read = StartReading(timer);
        timer.Dispose();
        Assert.That(() => Ends(read), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void ReadAsync_NamespaceOrRuntimeDisposedWhileItWaits_Throws([Values] bool runtime)
    {
        var reads = Enumerable.Range(0, 3).Select(_ => NewTimer().ReadAsync().AsTask()).ToArray();
        (runtime ? (IDisposable)Runtime : Ns).Dispose();
        foreach (var read in reads)
        {
            Assert.That(() => Ends(read), Throws.InstanceOf<ObjectDisposedException>());
        }
    }

    [Test]
    public void Read_OnTheEngineThreadNothingDue_ThrowsAndLeavesTheTickToOthers()
    {
        var timer = Every(Ms(10));
        OnEngine(() => Assert.That(() => timer.Read(), Throws.InvalidOperationException));
        Advance(Ms(35));
        Assert.That(timer.TryRead(out Tick tick), Is.EqualTo(ReadStatus.Ticks));
        Assert.That(tick.Expirations, Is.EqualTo(3), "nobody waits, so nobody has read (INV-3)");
    }

    [Test]
    public void Read_OnTheEngineThreadDue_Returns()
    {
        var timer = NewTimer();
        timer.SetTicks(4);
        OnEngine(() => Assert.That(timer.Read().Expirations, Is.EqualTo(4)));
    }

    [Test]
    public void Read_InACallbackOfSimulatedTime_ThrowsAndLeavesTheTickToOthers()
    {
        var timer = Every(Ms(10));
        Exception? thrown = null;
        using var callback = Ns.TimeProvider.CreateTimer(
            _ => thrown = Assert.Catch(() => timer.Read()), null, Ms(1).ToTimeSpan(), Timeout.InfiniteTimeSpan);
        Advance(Ms(15));
        Assert.That(thrown, Is.InstanceOf<InvalidOperationException>());
        Assert.That(timer.IsReadable);
    }

    [Test]
    public void Read_ManyThreadsAndOneTimer_EachExpirationIsReadOnce()
    {
        var timer = Every(Ms(1));
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var sum = 0UL;
            while (true)
            {
                try
                {
                    sum += (await timer.ReadAsync()).Expirations;
                }
                catch (ObjectDisposedException)
                {
                    return sum;
                }
            }
        })).ToArray();
        for (var i = 0; i < 100; i++)
        {
            Advance(Ms(5));
        }

        var left = timer.TryRead(out Tick last) == ReadStatus.Ticks ? last.Expirations : 0;
        timer.Dispose();
        Assert.That(Ends(Task.WhenAll(readers)).Aggregate(left, static (a, b) => a + b), Is.EqualTo(500));
    }

    private static Task<Tick> StartReading(NamespaceTimer timer)
    {
        var result = new TaskCompletionSource<Tick>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = StartBlocked(() =>
        {
            try
            {
                result.SetResult(timer.Read());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    private NamespaceTimer CancelOnSet()
    {
        var timer = NewTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        return timer;
    }

    [Test]
    public void ReadAsync_LoopInSimulatedTime_TimeWaitsForWhatContinuesAfterARead()
    {
        var timer = Every(Ms(1000));
        var reads = 0;
        var sum = 0UL;
        async Task Loop()
        {
            while (true)
            {
                var tick = await timer.ReadAsync().ConfigureAwait(false);
                reads++;
                sum += tick.Expirations;
            }
        }

        _ = Loop();
        Advance(Ms(100_000));
        Assert.That((reads, sum), Is.EqualTo((100, 100UL)));
    }

    [Test]
    public void ReadAsync_CancelledAfterItsTickWasTaken_KeepsTheTick()
    {
        using var cancellation = new CancellationTokenSource();
        var timer = Every(Ms(10));
        var read = timer.ReadAsync(cancellation.Token).AsTask();
        Advance(Ms(10));
        cancellation.Cancel();
        Assert.That(read.Result.Expirations, Is.EqualTo(1));
        Advance(Ms(10));
        Assert.That(timer.TryRead(out Tick next), Is.EqualTo(ReadStatus.Ticks));
        Assert.That(next.Expirations, Is.EqualTo(1));
    }
}
