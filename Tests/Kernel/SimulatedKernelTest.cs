using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

internal sealed class SimulatedKernelContractTest : KernelContract
{
    protected override IKernel Create()
    {
        var kernel = new SimulatedKernel();
        kernel.Attach();
        return kernel;
    }

    protected override void LetTimePass(IKernel kernel) => _ = Task.Run(() =>
    {
        try
        {
            ((SimulatedKernel)kernel).Advance(Duration.FromMinutes(30));
        }
        catch (ObjectDisposedException)
        {
            // The test has ended.
        }
    });
}

/// <summary>How simulated time moves: in step with an engine that runs on its own thread.</summary>
internal sealed class SimulatedKernelTest
{
    private static readonly Duration Second = Duration.FromSeconds(1);
    private static readonly Instant Later = Instant.FromUtc(2027, 3, 4, 5, 6, 7);

    private readonly List<(bool Set, ClockReadings At)> _served = [];
    private SimulatedKernel _kernel = null!;
    private EngineThread _engine = null!;
    private ClockReadings _start;
    private Action<bool> _onServed = _ => { };

    [SetUp]
    public void Start()
    {
        _served.Clear();
        _onServed = _ => { };
        _kernel = new SimulatedKernel();
        _start = _kernel.Read();
        _engine = new EngineThread(_kernel);
    }

    [TearDown]
    public void Stop()
    {
        _kernel.Dispose();
        _engine.Dispose();
    }

    [Test]
    public void Start_Default_IsTheDocumentedMoment() => Assert.That(_start, Is.EqualTo(new ClockReadings(
        ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)), new ClockTime(1000_000_000_000), new ClockTime(1000_000_000_000))));

    [TestCase(-1L, 0L, 0L)]
    [TestCase(0L, 4_611_686_019_000_000_000, 0L)]
    [TestCase(0L, 0L, long.MaxValue)]
    public void Start_ClockOutOfRange_Throws(long realtime, long monotonic, long boottime) => Assert.That(
        () => new SimulatedKernel(new ClockReadings(new ClockTime(realtime), new ClockTime(monotonic), new ClockTime(boottime))),
        Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Read_NothingMoves_StandsStill()
    {
        RunEngine();
        Assert.That(_kernel.Read(), Is.EqualTo(_start));
    }

    [Test]
    public void Advance_NoEngine_MovesAllClocks()
    {
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(5));
        _kernel.Advance(Second);
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(1_000_000_000)));
    }

    [Test]
    public void Advance_NoAlarm_MovesAllClocksWithoutWaking()
    {
        RunEngine();
        _kernel.Advance(Second);
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(1_000_000_000)));
        Assert.That(_served, Is.Empty);
    }

    [Test]
    public void Advance_ThroughAlarms_ServesEachAtItsDeadline()
    {
        var left = 5;
        _onServed = _ =>
        {
            if (--left > 0)
            {
                _kernel.SetAlarm(ClockBase.Boottime, _kernel.Read(ClockBase.Boottime).Plus(100));
            }
        };
        _kernel.SetAlarm(ClockBase.Boottime, _start.Boottime.Plus(100));
        RunEngine();
        _kernel.Advance(Second);
        Assert.That(_served.Select(s => s.At), Is.EqualTo(Enumerable.Range(1, 5).Select(i => _start.Plus(i * 100))));
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(1_000_000_000)));
    }

    [Test]
    public void Advance_AlarmAtTheEnd_IsServedBeforeItReturns([Values] ClockBase clock)
    {
        RunEngine();
        _kernel.SetAlarm(clock, _start[clock].Plus(1_000_000_000));
        _kernel.Advance(Second);
        Assert.That(_served, Is.EqualTo(new[] { (false, _start.Plus(1_000_000_000)) }));
    }

    [Test]
    public void Advance_AlarmJustAfterTheEnd_IsNotServed([Values] ClockBase clock)
    {
        RunEngine();
        _kernel.SetAlarm(clock, _start[clock].Plus(1_000_000_001));
        _kernel.Advance(Second);
        Assert.That(_served, Is.Empty);
    }

    [Test]
    public void Advance_ServedAlarmSetsOneForNow_IsServedBeforeTimeMoves()
    {
        var left = 3;
        _onServed = _ =>
        {
            if (left-- > 0)
            {
                _kernel.SetAlarm(ClockBase.Realtime, _kernel.Read(ClockBase.Realtime));
            }
        };
        RunEngine();
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(10));
        _kernel.Advance(Second);
        Assert.That(_served.Select(s => s.At), Is.EqualTo(Enumerable.Repeat(_start.Plus(10), 4)));
    }

    [Test]
    public void Advance_InterruptPending_IsServedBeforeTimeMoves()
    {
        _kernel.Attach(_engine.Thread);
        _kernel.Interrupt();
        var advance = Task.Run(() => _kernel.Advance(Second));
        RunEngine();
        EngineThread.End(advance);
        Assert.That(_served, Is.EqualTo(new[] { (false, _start) }));
    }

    [Test]
    public void Advance_Attached_WaitsForAnEngineThatIsNotThereYet()
    {
        _kernel.Attach();
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(1));
        var advance = Task.Run(() => _kernel.Advance(Second));
        RunEngine();
        EngineThread.End(advance);
        Assert.That(_served, Is.EqualTo(new[] { (false, _start.Plus(1)) }));
    }

    [Test]
    public void Advance_Zero_Settles()
    {
        RunEngine();
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic);
        _kernel.Advance(Duration.Zero);
        Assert.That(_served, Is.EqualTo(new[] { (false, _start) }));
    }

    [Test]
    public void Advance_BySeveralThreads_AddsUpAndServesEverything()
    {
        _onServed = _ => _kernel.SetAlarm(ClockBase.Monotonic, _kernel.Read(ClockBase.Monotonic).Plus(10));
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(10));
        RunEngine();
        EngineThread.End(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                _kernel.Advance(Duration.FromNanoseconds(7));
            }
        }))));
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(14_000)));
        Assert.That(_served.Select(s => s.At.Monotonic.Since(_start.Monotonic)), Is.EqualTo(Enumerable.Range(1, 1400).Select(i => i * 10L)));
    }

    [Test]
    public void Advance_MillionDeadlines_ServesEachOnce()
    {
        _onServed = _ => _kernel.SetAlarm(ClockBase.Monotonic, _kernel.Read(ClockBase.Monotonic).Plus(1000));
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(1000));
        RunEngine();
        _kernel.Advance(Second);
        Assert.That(_served, Has.Count.EqualTo(1_000_000));
    }

    [Test]
    public void Advance_OthersInterruptAndSetAlarms_EndsWhereItShould()
    {
        RunEngine();
        var others = Enumerable.Range(0, 2).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                _kernel.Interrupt();
                _kernel.SetAlarm((ClockBase)n, _kernel.Read((ClockBase)n).Plus(i % 3));
            }
        })).ToList();
        for (var i = 0; i < 5_000; i++)
        {
            _kernel.Advance(Duration.FromNanoseconds(1));
        }

        EngineThread.End(Task.WhenAll(others));
        _kernel.Advance(Duration.FromNanoseconds(10));
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(5_010)));
        Assert.That(_kernel.IsIdle);
    }

    [Test]
    public void Suspend_WallAndBootClockJump_MonotonicStandsAndEngineLearns()
    {
        RunEngine();
        _kernel.SetAlarm(ClockBase.Monotonic, _start.Monotonic.Plus(1));
        _kernel.Suspend(Second);
        var after = new ClockReadings(_start.Realtime.Plus(1_000_000_000), _start.Monotonic, _start.Boottime.Plus(1_000_000_000));
        Assert.That(_kernel.Read(), Is.EqualTo(after));
        Assert.That(_served, Is.EqualTo(new[] { (true, after) }));
    }

    [Test]
    public void SetRealtime_Engine_LearnsOnce([Values(-1000, 0, 1000)] int seconds)
    {
        RunEngine();
        var now = _start.Realtime.ToInstant() + Duration.FromSeconds(seconds);
        _kernel.SetRealtime(now);
        var after = _start with { Realtime = ClockTime.FromInstant(now) };
        Assert.That(_kernel.Read(), Is.EqualTo(after));
        Assert.That(_served, Is.EqualTo(new[] { (true, after) }));
    }

    [Test]
    public void SetRealtime_AlarmPassed_IsReportedInTheSameReturn()
    {
        RunEngine();
        _kernel.SetAlarm(ClockBase.Realtime, ClockTime.FromInstant(Later));
        _kernel.SetRealtime(Later);
        _kernel.Advance(Second);
        Assert.That(_served, Has.Count.EqualTo(1));
        Assert.That(_served[0].Set, Is.True);
    }

    [Test]
    public void Attach_ClockSetBefore_IsNotReported()
    {
        _kernel.SetRealtime(Later);
        _kernel.Attach();
        RunEngine();
        _kernel.Settle();
        Assert.That(_served, Is.Empty);
    }

    [Test]
    public void Attach_Twice_Throws()
    {
        _kernel.Attach();
        Assert.That(() => _kernel.Attach(), Throws.InvalidOperationException);
    }

    [Test]
    public void Settle_AlarmDue_ReturnsWhenItIsServed()
    {
        RunEngine();
        _kernel.SetAlarm(ClockBase.Realtime, ClockTime.MinValue);
        _kernel.Settle();
        Assert.That(_served, Has.Count.EqualTo(1));
        Assert.That(_kernel.IsIdle);
    }

    [Test]
    public void Settle_NoEngine_ReturnsAtOnce() => Assert.That(_kernel.Settle, Throws.Nothing);

    [Test]
    public void Move_OnTheEngineThread_Throws()
    {
        Exception?[] thrown = new Exception?[4];
        _onServed = _ =>
        {
            thrown[0] = Catch(() => _kernel.Advance(Second));
            thrown[1] = Catch(() => _kernel.Suspend(Second));
            thrown[2] = Catch(() => _kernel.SetRealtime(Later));
            thrown[3] = Catch(_kernel.Settle);
        };
        RunEngine();
        _kernel.Interrupt();
        _kernel.Settle();
        Assert.That(thrown, Has.All.InstanceOf<InvalidOperationException>());
        Assert.That(_kernel.Read(), Is.EqualTo(_start));

        static Exception? Catch(Action action)
        {
            try
            {
                action();
                return null;
            }
            catch (InvalidOperationException e)
            {
                return e;
            }
        }
    }

    [Test]
    public void Advance_Negative_Throws()
    {
        Assert.That(() => _kernel.Advance(-Second), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _kernel.Suspend(-Second), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Move_ClockWouldLeaveItsRange_ThrowsAndMovesNothing()
    {
        var room = ClockOffsets.MaxReadingSeconds - _start.Realtime.Nanoseconds / 1_000_000_000;
        Assert.That(() => _kernel.Advance(Duration.FromSeconds(room + 1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _kernel.Suspend(Duration.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _kernel.SetRealtime(Instant.FromUnixTimeSeconds(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _kernel.SetRealtime(Instant.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(_kernel.Read(), Is.EqualTo(_start));
        Assert.That(() => _kernel.Advance(Duration.FromSeconds(room)), Throws.Nothing);
    }

    [Test]
    public void Detach_AdvanceWaits_IsFinishedWithoutTheEngine()
    {
        _kernel.Attach();
        var advance = Task.Run(() => _kernel.Advance(Second));
        _kernel.Detach();
        EngineThread.End(advance);
        Assert.That(_kernel.Read(), Is.EqualTo(_start.Plus(1_000_000_000)));
    }

    [Test]
    public void Dispose_AdvanceWaits_Throws()
    {
        _kernel.Attach();
        var advance = Task.Run(() => _kernel.Advance(Second));
        _kernel.Dispose();
        Assert.That(() => EngineThread.End(advance), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Dispose_EngineWaits_Throws()
    {
        var wait = _engine.StartWait();
        _kernel.Dispose();
        Assert.That(() => EngineThread.Result(wait), Throws.InstanceOf<ObjectDisposedException>());
    }

    // Attached first, so that no move overtakes the engine's first Wait.
    private void RunEngine()
    {
        try
        {
            _kernel.Attach(_engine.Thread);
        }
        catch (InvalidOperationException)
        {
            // The test did it.
        }

        _ = _engine.Loop(set =>
        {
            _served.Add((set, _kernel.Read()));
            _onServed(set);
        });
    }
}
