using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>A runtime in simulated time with one namespace beside the host, and what most tests of the engine need.</summary>
internal abstract class EngineTest
{
    /// <summary>How long a test waits before it says that something hangs. No rule depends on it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected static readonly ClockOffsets Ahead = ClockOffsets.Of(Duration.FromHours(1), Duration.FromHours(2), Duration.FromHours(3));

    protected SimulatedKernel Kernel { get; private set; } = null!;

    protected TimeRuntime Runtime { get; private set; } = null!;

    protected RuntimeNamespace Ns { get; private set; } = null!;

    protected LogRecorder Log { get; private set; } = null!;

    /// <summary>How many observers and callbacks the test lets throw.</summary>
    protected int ExpectedFaults { get; set; }

    [SetUp]
    public void StartRuntime()
    {
        ExpectedFaults = 0;
        Log = new LogRecorder();
        Kernel = new SimulatedKernel();
        Runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = Kernel, Logger = Log, HostName = "test" });
        Ns = Runtime.CreateNamespace("ns", Ahead);
    }

    [TearDown]
    public void StopRuntime()
    {
        Runtime.CheckInvariants();
        Ends(Task.Run(Runtime.Dispose));
        Assert.That(Runtime.Statistics.FaultedObservers, Is.EqualTo(ExpectedFaults), "observers that threw");
    }

    protected static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    /// <summary>Fails the test when a task does not end; throws what it threw.</summary>
    protected static void Ends(Task task)
    {
        Assert.That(Task.WhenAny(task).Wait(Patience), "it hangs");
        task.GetAwaiter().GetResult();
    }

    protected static T Ends<T>(Task<T> task)
    {
        Ends((Task)task);
        return task.Result;
    }

    /// <summary>The same for a move of time that the end of the runtime may cut short.</summary>
    protected static void EndsOrIsCutShort(Task move)
    {
        try
        {
            Ends(move);
        }
        catch (ObjectDisposedException)
        {
            // The kernel ended first.
        }
    }

    /// <summary>Waits for an event that must come.</summary>
    protected static void Comes(WaitHandle signal) => Assert.That(signal.WaitOne(Patience), "it hangs");

    /// <summary>Starts a thread and returns when it is blocked: it waits for somebody, or would not get to what follows.</summary>
    protected static Task StartBlocked(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        Assert.That(
            SpinWait.SpinUntil(() => done.Task.IsCompleted || thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience), "it hangs");
        return done.Task;
    }

    protected static void Comes(Task end) => Ends(end);

    protected NamespaceTimer NewTimer(ClockId clock = ClockId.Monotonic, string? name = null, RuntimeNamespace? ns = null) =>
        (ns ?? Ns).CreateTimer(clock, name);

    protected NamespaceTimer Every(Duration interval, RuntimeNamespace? ns = null)
    {
        var timer = NewTimer(ns: ns);
        timer.Set(TimerSetting.Every(interval));
        return timer;
    }

    protected NamespaceTimer After(Duration value, RuntimeNamespace? ns = null)
    {
        var timer = NewTimer(ns: ns);
        timer.Set(TimerSetting.After(value));
        return timer;
    }

    protected Recorder<Tick> Observe(NamespaceTimer timer, Action<Tick>? onNext = null)
    {
        var recorder = new Recorder<Tick>(onNext);
        recorder.Subscription = timer.Ticks.Subscribe(recorder);
        return recorder;
    }

    protected void Advance(Duration by) => Ends(Task.Run(() => Kernel.Advance(by)));

    protected void Settle() => Ends(Task.Run(Kernel.Settle));

    /// <summary>Runs something on the engine's thread, inside the OnNext of a timer of the host.</summary>
    protected void OnEngine(Action action)
    {
        Exception? thrown = null;
        using var timer = Runtime.Host.CreateTimer(ClockId.Monotonic);
        using var subscription = timer.Ticks.Subscribe(_ =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        timer.SetTicks(1);
        Settle();
        if (thrown is not null)
        {
            throw thrown;
        }
    }
}
