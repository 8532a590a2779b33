using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>How often the engine and its callers go to the kernel: counted, since that is most of what a timer costs.</summary>
internal sealed class KernelCallsTest
{
    private const int Timers = 100;
    private const long IntervalNs = 1_000_000_000;

    private ScriptedKernel _script = null!;
    private CountingKernel _kernel = null!;
    private TimeRuntime _runtime = null!;
    private RuntimeNamespace _ns = null!;

    [SetUp]
    public void Start()
    {
        _script = new ScriptedKernel();
        _kernel = new CountingKernel(_script);
        _runtime = TimeRuntime.Start(_kernel);
        _ns = _runtime.CreateNamespace("ns", ClockOffsets.Of(monotonic: Duration.FromHours(1)));
    }

    [TearDown]
    public void Stop() => _runtime.Dispose();

    [Test]
    public void Batch_ManyTimersDue_ReadsTheClocksOnceAndSetsOneAlarm()
    {
        var recorders = Enumerable.Range(0, Timers).Select(_ => Observed(TimerSetting.Every(Duration.FromNanoseconds(IntervalNs)))).ToArray();
        Idle();
        _kernel.Reset();
        _script.Now = _script.Now.Plus(IntervalNs);
        _script.Fire(ClockBase.Monotonic);
        Idle();
        Assert.That(recorders.Select(static r => r.Values.Count), Has.All.EqualTo(1));
        Assert.That(_kernel.Calls, Is.EqualTo((1, 0, 0, 1, 1, 0)));
    }

    [Test]
    public void Batch_MoreThanATurnServes_AllAreDeliveredAndTheClocksAreReadOncePerTurn()
    {
        const int Many = 3000;
        var recorders = Enumerable.Range(0, Many).Select(_ => Observed(TimerSetting.After(Duration.FromNanoseconds(IntervalNs)))).ToArray();
        Idle();
        _kernel.Reset();
        _script.Now = _script.Now.Plus(IntervalNs);
        for (var turn = 0; turn < 4; turn++)
        {
            _script.Fire(ClockBase.Monotonic);
        }

        Idle();
        Assert.That(recorders.Select(static r => r.Values.Count), Has.All.EqualTo(1));
        Assert.That(_kernel.Calls.Reads, Is.EqualTo(4));
    }

    [Test]
    public void Set_NotAtTheHead_ReadsOneClockAndCallsNothingElse()
    {
        var head = _ns.CreateTimer(ClockId.Monotonic);
        head.Set(TimerSetting.After(Duration.FromSeconds(1)));
        var timer = _ns.CreateTimer(ClockId.Monotonic);
        Idle();
        _kernel.Reset();
        timer.Set(TimerSetting.After(Duration.FromSeconds(100)));
        timer.Set(TimerSetting.After(Duration.FromSeconds(30)));
        timer.Set(TimerSetting.Disarmed);
        Assert.That(_kernel.Calls, Is.EqualTo((0, 3, 0, 0, 0, 0)));
    }

    [Test]
    public void Set_NewHead_SetsTheAlarmAndDoesNotWakeTheEngine()
    {
        var timer = _ns.CreateTimer(ClockId.Monotonic);
        Idle();
        _kernel.Reset();
        timer.Set(TimerSetting.After(Duration.FromSeconds(2)));
        timer.Set(TimerSetting.After(Duration.FromSeconds(1)));
        Assert.That(_kernel.Calls, Is.EqualTo((0, 2, 0, 2, 0, 0)));
    }

    [Test]
    public void GetAndTryRead_OfAMonotonicTimer_ReadOneClock()
    {
        var timer = _ns.CreateTimer(ClockId.Monotonic);
        timer.Set(TimerSetting.After(Duration.FromSeconds(1)));
        _kernel.Reset();
        timer.Get();
        timer.TryRead(out Tick _);
        Assert.That(_kernel.Calls, Is.EqualTo((0, 2, 0, 0, 0, 0)));
    }

    [Test]
    public void Set_OfARealtimeTimer_LooksAtTheWallClock()
    {
        // A host clock set that the kernel has not told of yet is noticed here (X3): that takes more than one reading.
        var timer = _ns.CreateTimer(ClockId.Realtime);
        _kernel.Reset();
        timer.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        Assert.That((_kernel.Calls.Reads, _kernel.Calls.ReadsOnce), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Read_OfANamespacesClock_ReadsOneClock()
    {
        _kernel.Reset();
        _ns.Read(ClockId.Monotonic);
        _ns.TimeProvider.GetTimestamp();
        _ns.Clock.GetCurrentInstant();
        Assert.That(_kernel.Calls, Is.EqualTo((0, 0, 3, 0, 0, 0)));
    }

    private Recorder<Tick> Observed(TimerSetting setting)
    {
        var recorder = new Recorder<Tick>();
        var timer = _ns.CreateTimer(ClockId.Monotonic);
        timer.Ticks.Subscribe(recorder);
        timer.Set(setting);
        return recorder;
    }

    private void Idle() => Assert.That(_script.IsIdleWithin(EngineTest.Patience), "the engine waits again");
}
