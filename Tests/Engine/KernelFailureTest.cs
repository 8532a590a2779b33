using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>A kernel that fails ends the engine: everyone is told why, nobody hangs, nothing else breaks.</summary>
internal sealed class KernelFailureTest
{
    private static readonly InvalidOperationException Failure = new("the machine is gone");

    private ScriptedKernel _kernel = null!;
    private TimeRuntime _runtime = null!;
    private LogRecorder _log = null!;
    private NamespaceTimer _timer = null!;

    [SetUp]
    public void Start()
    {
        _kernel = new ScriptedKernel();
        _log = new LogRecorder();
        _runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = _kernel, Logger = _log });
        _timer = _runtime.CreateNamespace("ns").CreateTimer(ClockId.Monotonic);
    }

    [TearDown]
    public void Stop() => Ends(Task.Run(_runtime.Dispose));

    [Test]
    public void WaitThrows_ObserversGetOnError()
    {
        var ticks = new Recorder<Tick>();
        var changes = new Recorder<ClockChange>();
        var all = new Recorder<ClockChange>();
        _timer.Ticks.Subscribe(ticks);
        _timer.Namespace.Changes.Subscribe(changes);
        _runtime.Changes.Subscribe(all);
        Fail();
        Comes(ticks.Ended);
        Comes(changes.Ended);
        Comes(all.Ended);
        Assert.That(new[] { ticks.Error, changes.Error, all.Error }, Has.All.SameAs(Failure));
        Assert.That(ticks.Completions + changes.Completions + all.Completions, Is.Zero);
    }

    [Test]
    public void WaitThrows_WaitingReadFailsWithTheReason()
    {
        var read = _timer.ReadAsync().AsTask();
        Fail();
        Ends(read);
        Assert.That(() => read.GetAwaiter().GetResult(), Throws.InstanceOf<ObjectDisposedException>().With.InnerException.SameAs(Failure));
    }

    [Test]
    public void WaitThrows_LaterCallsSayWhy()
    {
        FailAndEnd();
        Assert.That(() => _runtime.CreateNamespace("more"), Reason());
        Assert.That(() => _runtime.ReadClocks(), Reason());
        Assert.That(() => _timer.Set(TimerSetting.Disarmed), Reason());
        Assert.That(() => _timer.TryRead(out _), Reason());
        Assert.That(() => _timer.Namespace.Checkpoint(), Reason());

        static NUnit.Framework.Constraints.IResolveConstraint Reason() =>
            Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains(Failure.Message).And.InnerException.SameAs(Failure);
    }

    [Test]
    public void WaitThrows_LateSubscribersGetOnError()
    {
        FailAndEnd();
        var ticks = new Recorder<Tick>();
        var changes = new Recorder<ClockChange>();
        var all = new Recorder<ClockChange>();
        _timer.Ticks.Subscribe(ticks);
        _timer.Namespace.Changes.Subscribe(changes);
        _runtime.Changes.Subscribe(all);
        Assert.That(new[] { ticks.Error, changes.Error, all.Error }, Has.All.SameAs(Failure));
    }

    [Test]
    public void WaitThrows_IsLoggedAsCritical()
    {
        FailAndEnd();
        Assert.That(_log.Entries.Select(static e => (e.EventId, e.Exception)), Has.Member((6, (Exception?)Failure)));
    }

    [Test]
    public void SetAlarmThrowsInTheEngine_ObserversOfATimerClosedBeforeAreStillCompleted()
    {
        // The engine is held in Wait while a timer is closed and the next alarm becomes impossible to set.
        var ticks = new Recorder<Tick>();
        _timer.Ticks.Subscribe(ticks);
        _timer.Set(TimerSetting.After(Duration.FromSeconds(1)));
        Assert.That(_kernel.IsIdleWithin(EngineTest.Patience));
        _kernel.Answer(() =>
        {
            _timer.Dispose();
            _kernel.SetAlarmThrows = Failure;
            return false;
        });
        Comes(ticks.Ended);
        Assert.That(ticks.Completions, Is.EqualTo(1));
    }

    [Test]
    public void SetAlarmThrowsInACaller_TheCallerIsToldAndTheEngineGoesOn()
    {
        _kernel.SetAlarmThrows = Failure;
        Assert.That(() => _timer.Set(TimerSetting.After(Duration.FromSeconds(1))), Throws.Exception.SameAs(Failure));
        _kernel.SetAlarmThrows = null;
        Assert.That(_timer.Get().Value, Is.EqualTo(Duration.FromSeconds(1)), "armed all the same");
        Assert.That(_kernel.Alarm(ClockBase.Monotonic), Is.EqualTo(_kernel.Now.Monotonic.Plus(1_000_000_000)), "the next call sets the alarm");
    }

    [Test]
    public void DisposeOfTheKernelThrows_IsLoggedAndDisposeReturns()
    {
        _kernel.DisposeThrows = Failure;
        Ends(Task.Run(_runtime.Dispose));
        Assert.That(_kernel.IsDisposed);
        Assert.That(_log.Entries.Select(static e => e.Exception), Has.Member(Failure));
    }

    [Test]
    public void LoggerThrows_EngineGoesOnAndEnds()
    {
        _log.Throws = new InvalidOperationException("no disk");
        using var subscription = _timer.Ticks.Subscribe(_ => throw new InvalidOperationException("observer"));
        var other = new Recorder<Tick>();
        var second = _timer.Namespace.CreateTimer(ClockId.Monotonic);
        second.Ticks.Subscribe(other);
        _timer.SetTicks(1);
        second.SetTicks(2);
        Assert.That(_kernel.IsIdleWithin(EngineTest.Patience));
        Assert.That(other.Values.Select(static t => t.Expirations), Is.EqualTo(new[] { 2UL }));
        Assert.That(_runtime.Statistics.FaultedObservers, Is.EqualTo(1));
    }

    private static void Comes(Task end) => Ends(end);

    private static void Ends(Task task) => Assert.That(Task.WhenAny(task).Wait(EngineTest.Patience), "it hangs");

    private void Fail() => _kernel.Answer(() => throw Failure);

    private void FailAndEnd()
    {
        var changes = new Recorder<ClockChange>();
        _runtime.Changes.Subscribe(changes);
        Fail();
        Comes(changes.Ended);
        Ends(Task.Run(_runtime.Dispose));
    }
}
