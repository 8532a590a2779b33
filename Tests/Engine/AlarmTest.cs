using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>What the engine believes of the kernel's alarms, against a kernel that is told what to do step by step.</summary>
internal sealed class AlarmTest
{
    private ScriptedKernel _kernel = null!;
    private TimeRuntime _runtime = null!;

    [SetUp]
    public void Start()
    {
        _kernel = new ScriptedKernel();
        _runtime = TimeRuntime.Start(_kernel);
    }

    [TearDown]
    public void Stop() => _runtime.Dispose();

    [Test]
    public void Alarm_FiredThenClockSetBackBeforeTheEngineLooked_IsSetAgain([Values] bool readInBetween)
    {
        var timer = _runtime.Host.CreateTimer(ClockId.Realtime);
        var deadline = _kernel.Now.Realtime.Plus(1_000_000_000);
        timer.Set(TimerSetting.At(deadline));
        Idle();
        Assert.That(_kernel.Alarm(ClockBase.Realtime), Is.EqualTo(deadline));

        // The alarm is reported and so cleared; before the engine reads the clocks somebody sets the wall clock back.
        _kernel.Fire(ClockBase.Realtime);
        _kernel.Answer(() => false);
        var now = _kernel.Now;
        _kernel.Now = now with { Realtime = now.Realtime.Plus(-3600_000_000_000) };
        if (readInBetween)
        {
            _runtime.ReadClocks();
        }

        Idle();
        _kernel.Answer(() => true);
        Idle();
        Assert.That(_kernel.Alarm(ClockBase.Realtime), Is.EqualTo(deadline));
        Assert.That(timer.IsReadable, Is.False);
    }

    [Test]
    public void Alarm_ReportedABitEarly_IsSetAgain()
    {
        var timer = _runtime.Host.CreateTimer(ClockId.Monotonic);
        var deadline = _kernel.Now.Monotonic.Plus(1_000_000_000);
        timer.Set(TimerSetting.At(deadline));
        Idle();
        _kernel.Now = _kernel.Now.Plus(999_999_999);
        _kernel.Fire(ClockBase.Monotonic);
        Idle();
        Assert.That(timer.IsReadable, Is.False, "never early (INV-2)");
        Assert.That(_kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(deadline));
    }

    [Test]
    public void Alarm_IsTheEarliestDeadlineInHostTime_AndOnePerClock()
    {
        var ns = _runtime.CreateNamespace("ns", ClockOffsets.Of(monotonic: Duration.FromHours(2)));
        var now = _kernel.Now;
        ns.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(5)));
        _runtime.Host.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(7)));
        ns.CreateTimer(ClockId.Boottime).Set(TimerSetting.After(Duration.FromSeconds(9)));
        Assert.That(_kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(now.Monotonic.Plus(5_000_000_000)));
        Assert.That(_kernel.Alarm(ClockBase.Boottime), Is.EqualTo(now.Boottime.Plus(9_000_000_000)));
        Assert.That(_kernel.Alarm(ClockBase.Realtime), Is.EqualTo(ClockTime.Never));
    }

    [Test]
    public void Alarm_LaterDeadline_IsSetByTheEarliestTimersCallerOnly()
    {
        _runtime.Host.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(1)));
        var before = _kernel.AlarmsSet.Count;
        for (var i = 2; i < 100; i++)
        {
            _runtime.Host.CreateTimer(ClockId.Monotonic).Set(TimerSetting.After(Duration.FromSeconds(i)));
        }

        Assert.That(_kernel.AlarmsSet, Has.Count.EqualTo(before), "a later deadline costs no system call");
    }

    [Test]
    public void Alarm_TimerDisarmed_IsClearedAtTheNextWakeUp()
    {
        var timer = _runtime.Host.CreateTimer(ClockId.Monotonic);
        timer.Set(TimerSetting.After(Duration.FromSeconds(1)));
        timer.Set(TimerSetting.Disarmed);
        _kernel.Answer(() => false);
        Idle();
        Assert.That(_kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(ClockTime.Never));
    }

    [Test]
    public void Wait_WithoutCause_DeliversNothing()
    {
        var timer = _runtime.Host.CreateTimer(ClockId.Monotonic);
        timer.Set(TimerSetting.After(Duration.FromSeconds(1)));
        var recorder = new Recorder<Tick>();
        timer.Ticks.Subscribe(recorder);
        for (var i = 0; i < 10; i++)
        {
            _kernel.Answer(() => false);
        }

        Idle();
        Assert.That(recorder.Values, Is.Empty);
    }

    private void Idle() => Assert.That(_kernel.IsIdleWithin(EngineTest.Patience), "the engine waits again");
}
