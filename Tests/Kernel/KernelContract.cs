using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

/// <summary>
/// What every kernel promises (<see cref="IKernel"/>), checked in the same words on each.
/// </summary>
internal abstract class KernelContract
{
    private const long MillisecondNs = 1_000_000;
    private const long HourNs = 3600 * 1000 * MillisecondNs;
    private static readonly ClockBase[] Clocks = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    private IKernel _kernel = null!;
    private EngineThread _engine = null!;

    protected abstract IKernel Create();

    /// <summary>Lets time pass while the engine waits; on a real machine it does so by itself.</summary>
    protected virtual void LetTimePass(IKernel kernel)
    {
    }

    [SetUp]
    public void Start()
    {
        _kernel = Create();
        _engine = new EngineThread(_kernel);
    }

    [TearDown]
    public void Stop()
    {
        _engine?.Dispose();
        _kernel?.Dispose();
    }

    [Test]
    public void SetAlarm_Past_WaitReturnsAtOnce(
        [Values] ClockBase clock, [Values(long.MinValue, -HourNs, -1L, 0L, 1L)] long deadline)
    {
        _kernel.SetAlarm(clock, new ClockTime(deadline));
        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void SetAlarm_Now_WaitReturnsAtOnce([Values] ClockBase clock)
    {
        _kernel.SetAlarm(clock, _kernel.Read(clock));
        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void SetAlarm_AllClocksPast_WaitReturns()
    {
        foreach (var clock in Clocks)
        {
            _kernel.SetAlarm(clock, ClockTime.Zero);
        }

        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void SetAlarm_ReplacedByLaterOne_DoesNotWake([Values] ClockBase clock)
    {
        LetTimePass(_kernel);
        _kernel.SetAlarm(clock, ClockTime.Zero);
        _kernel.SetAlarm(clock, _kernel.Read(clock).Plus(HourNs));
        AssertNextWakeIsAlarm(clock);
    }

    [Test]
    public void SetAlarm_ReplacedByEarlierOne_Wakes([Values] ClockBase clock)
    {
        _kernel.SetAlarm(clock, _kernel.Read(clock).Plus(HourNs));
        var wait = _engine.StartWait();
        _kernel.SetAlarm(clock, ClockTime.Zero);
        Assert.That(EngineThread.Result(wait), Is.False);
    }

    [Test]
    public void SetAlarm_Never_DoesNotWake([Values] ClockBase clock)
    {
        LetTimePass(_kernel);
        _kernel.SetAlarm(clock, ClockTime.Zero);
        _kernel.SetAlarm(clock, ClockTime.Never);
        AssertNextWakeIsAlarm(clock);
    }

    [Test]
    public void SetAlarm_NeverWhileWaiting_DoesNotWake([Values] ClockBase clock)
    {
        _kernel.SetAlarm(clock, _kernel.Read(clock).Plus(HourNs));
        var wait = _engine.StartWait();
        _kernel.SetAlarm(clock, ClockTime.Never);
        _kernel.Interrupt();
        Assert.That(EngineThread.Result(wait), Is.False);
    }

    [Test]
    public void SetAlarm_OneNanosecondShortOfNever_DoesNotWake([Values] ClockBase clock)
    {
        LetTimePass(_kernel);
        _kernel.SetAlarm(clock, new ClockTime(long.MaxValue - 1));
        AssertNextWakeIsAlarm(clock);
    }

    [Test]
    public void SetAlarm_ByOtherThreadWhileWaiting_Wakes([Values] ClockBase clock)
    {
        for (var i = 0; i < 200; i++)
        {
            var wait = _engine.StartWait();
            _kernel.SetAlarm(clock, _kernel.Read(clock));
            Assert.That(EngineThread.Result(wait), Is.False);
        }
    }

    [Test]
    public void SetAlarm_UnknownClock_Throws() =>
        Assert.That(() => _kernel.SetAlarm((ClockBase)3, ClockTime.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Read_UnknownClock_Throws() =>
        Assert.That(() => _kernel.Read((ClockBase)(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Wait_AlarmReported_IsCleared([Values] ClockBase clock)
    {
        LetTimePass(_kernel);
        _kernel.SetAlarm(clock, ClockTime.Zero);
        Assert.That(_engine.Wait(), Is.False);
        AssertNextWakeIsAlarm(clock);
    }

    [Test]
    public void Wait_AlarmDue_ClockReadsDeadlineOrLater([Values] ClockBase clock)
    {
        LetTimePass(_kernel);
        for (var i = 0; i < 200; i++)
        {
            var deadline = _kernel.Read(clock).Plus(1 + (i * 7919 % 2_000_000));
            _kernel.SetAlarm(clock, deadline);
            var set = _engine.Wait();
            Assert.That(_kernel.Read(clock) >= deadline || set, "never early (INV-2)");
        }
    }

    [Test]
    public void Interrupt_BeforeWait_IsNotLost()
    {
        _kernel.Interrupt();
        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void Interrupt_ThriceBeforeWait_WakesOnce()
    {
        LetTimePass(_kernel);
        _kernel.Interrupt();
        _kernel.Interrupt();
        _kernel.Interrupt();
        Assert.That(_engine.Wait(), Is.False);
        AssertNextWakeIsAlarm();
    }

    [Test]
    public void Interrupt_WhileWaiting_Wakes()
    {
        for (var i = 0; i < 200; i++)
        {
            var wait = _engine.StartWait();
            _kernel.Interrupt();
            Assert.That(EngineThread.Result(wait), Is.False);
        }
    }

    [Test]
    public void Read_WallClockUnset_DifferenceIsExactlyStable()
    {
        var first = _kernel.Read();
        EngineThread.End(Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                var now = _kernel.Read();
                if (now.WallOffset != first.WallOffset || now.SuspendedTime != first.SuspendedTime)
                {
                    Assert.Fail($"Reading {i}: {now} differs from {first}.");
                }
            }
        }))));
    }

    [Test]
    public void Read_FromTwoThreads_ClocksNeverGoBack()
    {
        // The readers take turns: what one has read is a floor for the other.
        var floor = new SharedReadings(_kernel.Read());
        var turn = new object();
        EngineThread.End(Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                var before = floor.Read();
                var now = _kernel.Read();
                if (now.Monotonic < before.Monotonic || now.Boottime < before.Boottime)
                {
                    Assert.Fail($"Reading {i}: {now} after {before}.");
                }

                lock (turn)
                {
                    if (now.Monotonic > floor.Read().Monotonic)
                    {
                        floor.Write(now);
                    }
                }
            }
        }))));
    }

    [Test]
    public void Read_OneClock_LiesBetweenReadingsOfAll([Values] ClockBase clock)
    {
        for (var i = 0; i < 10_000; i++)
        {
            var before = _kernel.Read();
            var reading = _kernel.Read(clock);
            var after = _kernel.Read();
            if (reading < before[clock] || (reading > after[clock] && clock != ClockBase.Realtime))
            {
                Assert.Fail($"{clock} reads {reading} between {before[clock]} and {after[clock]}.");
            }
        }
    }

    [Test]
    public void Read_Unset_AllocatesNothing()
    {
        ReadAll();
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void ReadAll()
        {
            for (var i = 0; i < 1000; i++)
            {
                _kernel.Read();
                _kernel.Read(ClockBase.Realtime);
                _kernel.Read(ClockBase.Monotonic);
                _kernel.Read(ClockBase.Boottime);
            }
        }
    }

    [Test]
    public void Dispose_Twice_DoesNothing()
    {
        _kernel.Dispose();
        Assert.That(_kernel.Dispose, Throws.Nothing);
    }

    [Test]
    public void Disposed_WaitAndSetAlarm_Throw()
    {
        _kernel.Dispose();
        Assert.That(() => _engine.Wait(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _kernel.SetAlarm(ClockBase.Monotonic, ClockTime.Zero), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Disposed_InterruptAndRead_DoNotThrow()
    {
        _kernel.Dispose();
        Assert.That(_kernel.Interrupt, Throws.Nothing);
        Assert.That(() => _kernel.Read(), Throws.Nothing);
    }

    // What came before must not wake: the next Wait ends by a new alarm, which is set on another clock.
    private void AssertNextWakeIsAlarm(ClockBase notOn = ClockBase.Realtime)
    {
        var clock = notOn == ClockBase.Monotonic ? ClockBase.Boottime : ClockBase.Monotonic;
        var deadline = _kernel.Read(clock).Plus(20 * MillisecondNs);
        _kernel.SetAlarm(clock, deadline);
        Assert.That(_engine.Wait(), Is.False);
        Assert.That(_kernel.Read(clock), Is.GreaterThanOrEqualTo(deadline));
    }
}
