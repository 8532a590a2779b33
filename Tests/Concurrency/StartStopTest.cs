using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Engine;
using TimeNs.Timers;

namespace TimeNs.Tests.Concurrency;

/// <summary>A runtime that has ended leaves nothing behind, whatever was going on in it.</summary>
[TestFixture(RealKernel.Linux), TestFixture(RealKernel.Portable), NonParallelizable]
internal sealed class StartStopTest(RealKernel kernel)
{
    private const int Cycles = 1000;

    /// <summary>Room for what the base library itself keeps; what a cycle has made is looked for by weak references as well.</summary>
    private const int BytesACycle = 256;

    private readonly List<WeakReference> _made = [];
    private readonly List<Thread> _engines = [];

    [Test]
    public void StartAndStop_AThousandTimes_LeavesNoThreadNoDescriptorAndNoMemory()
    {
        if (kernel == RealKernel.Linux && !LinuxKernel.IsSupported)
        {
            Assert.Ignore("needs timerfd and epoll");
        }

        Run(50);
        var (descriptors, memory) = (Descriptors(), GC.GetTotalMemory(forceFullCollection: true));
        Run(Cycles);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        TestContext.Out.WriteLine($"{Cycles} cycles: {grown} bytes more, {Descriptors()} descriptors of the kinds that a kernel takes");
        Assert.Multiple(() =>
        {
            Assert.That(Descriptors(), Is.EqualTo(descriptors));
            Assert.That(EngineThreads(), Is.Zero);
            Assert.That(grown, Is.LessThan(Cycles * BytesACycle));
        });
    }

    private void Run(int cycles)
    {
        var descriptors = Descriptors();
        for (var i = 0; i < cycles; i++)
        {
            Cycle(i);
        }

        Assert.That(_engines.TrueForAll(static t => t.Join(EngineTest.Patience)), "an engine's thread has not ended");
        Assert.That(Descriptors(), Is.LessThanOrEqualTo(descriptors + 1), "closed when the runtime ends, not by a finalizer");
        Assert.That(SpinWait.SpinUntil(AllCollected, EngineTest.Patience), $"{_made.Count(static w => w.IsAlive)} of {_made.Count} objects are still there");
        _engines.Clear();
        _engines.TrimExcess();
        _made.Clear();
        _made.TrimExcess();
    }

    /// <summary>Everything that a runtime can have is there and at work when it is stopped, in one way or another.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Cycle(int number)
    {
        using var working = new CountdownEvent(4);
        var runtime = TimeRuntime.Start(kernel == RealKernel.Linux ? new LinuxKernel() : new PortableKernel());
        var ns = runtime.CreateNamespace("a", ClockOffsets.Of(Duration.FromHours(1), Duration.FromHours(2), Duration.FromHours(3)));
        var timer = Every(ns, ClockId.Monotonic);
        var told = new Once(working);
        using var ended = new ManualResetEventSlim();
        timer.Ticks.Subscribe(_ => { }, ended.Set);
        timer.Ticks.Conflate(TaskPoolScheduler.Default).Subscribe(_ => told.Signal());
        var read = ns.CreateTimer(ClockId.Boottime).ReadAsync().AsTask();
        var called = new Once(working);
        var provided = ns.TimeProvider.CreateTimer(_ => called.Signal(), null, TimeSpan.FromTicks(1000), TimeSpan.FromTicks(1000));
        var scheduled = new Once(working);
        var periodic = ns.Scheduler.SchedulePeriodic(0, TimeSpan.FromTicks(1000), s =>
        {
            scheduled.Signal();
            return s;
        });
        Frozen(runtime);
        var stop = new Once(working);
        var stopsItself = number % 3 == 0;
        Every(runtime.Host, ClockId.Realtime).Ticks.Subscribe(_ =>
        {
            stop.Do(() => _engines.Add(Thread.CurrentThread));
            if (stopsItself && working.CurrentCount == 0)
            {
                runtime.Dispose();
            }
        });
        Assert.That(working.Wait(EngineTest.Patience), "it hangs");
        Stop(runtime, number);
        Assert.That(ended.Wait(EngineTest.Patience), "it hangs");
        Assert.That(Task.WhenAny(read).Wait(EngineTest.Patience), "it hangs");
        Assert.That(read.Exception?.InnerException, Is.InstanceOf<ObjectDisposedException>());
        _made.AddRange([new(runtime), new(ns), new(timer), new(runtime.Kernel), new(provided), new(periodic), new(told), new(called), new(scheduled)]);
    }

    private static void Frozen(TimeRuntime runtime)
    {
        var ns = runtime.CreateNamespace("b");
        Every(ns, ClockId.BoottimeAlarm).Ticks.Subscribe(static _ => { });
        ns.Freeze();
    }

    private static void Stop(TimeRuntime runtime, int number)
    {
        if (number % 3 == 1)
        {
            runtime.Dispose();
        }
        else if (number % 3 == 2)
        {
            Assert.That(runtime.DisposeAsync().AsTask().Wait(EngineTest.Patience), "it hangs");
        }
    }

    private static NamespaceTimer Every(RuntimeNamespace ns, ClockId clock)
    {
        var timer = ns.CreateTimer(clock);
        timer.Set(TimerSetting.Every(Duration.FromMilliseconds(0.1)));
        return timer;
    }

    private bool AllCollected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return _made.TrueForAll(static w => !w.IsAlive);
    }

    private static int Descriptors() => !OperatingSystem.IsLinux()
        ? 0
        : Directory.GetFileSystemEntries("/proc/self/fd").Count(static f => new FileInfo(f).LinkTarget is "anon_inode:[timerfd]" or "anon_inode:[eventfd]" or "anon_inode:[eventpoll]");

    private static int EngineThreads() => !OperatingSystem.IsLinux()
        ? 0
        : Directory.GetDirectories("/proc/self/task").Count(static t => File.ReadAllText(Path.Combine(t, "comm")).StartsWith("TimeNs engine", StringComparison.Ordinal));

    /// <summary>Says once that something is at work.</summary>
    private sealed class Once(CountdownEvent working)
    {
        private int _done;

        public void Signal() => Do(static () => { });

        public void Do(Action first)
        {
            if (Interlocked.Exchange(ref _done, 1) == 0)
            {
                first();
                working.Signal();
            }
        }
    }
}
