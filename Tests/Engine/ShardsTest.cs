using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Several engines in one runtime: each namespace lives on one of them, and from outside it is one runtime.</summary>
[TestFixture(1)]
[TestFixture(2)]
[TestFixture(4)]
internal sealed class ShardsTest(int shards)
{
    private const int Many = 16; // enough that no shard is empty, since a name's place is fixed

    private readonly List<ScriptedKernel> _kernels = [];
    private TimeRuntime _runtime = null!;

    [SetUp]
    public void Start()
    {
        _kernels.Clear();
        _runtime = TimeRuntime.Start(new TimeRuntimeOptions { Shards = shards, KernelFactory = NewKernel, HostName = "test" });
    }

    [TearDown]
    public void Stop()
    {
        _runtime.CheckInvariants();
        Ends(Task.Run(_runtime.Dispose));
        Assert.That(_kernels.Select(static k => k.IsDisposed), Has.All.True);
    }

    [Test]
    public void Names_AreUniqueOverAllShards()
    {
        var namespaces = Create(Many);
        Assert.That(namespaces.Select(ns => _runtime.FindNamespace(ns.Name)), Is.EqualTo(namespaces));
        Assert.That(_runtime.Namespaces, Is.EquivalentTo(namespaces.Prepend(_runtime.Host)));
        Assert.That(_runtime.Namespaces[0], Is.SameAs(_runtime.Host));
        foreach (var name in namespaces.Select(static ns => ns.Name).Append("host"))
        {
            Assert.That(() => _runtime.CreateNamespace(name), Throws.InstanceOf<TimeNamespaceException>(), name);
        }
    }

    [Test]
    public void Ticks_ComeOnTheThreadOfTheNamespacesShard()
    {
        var recorders = Create(Many).Select(static ns => Tell(ns)).ToArray();
        Idle();
        Assert.That(recorders.Select(static r => r.Values.Count), Has.All.EqualTo(1));
        Assert.That(recorders.SelectMany(static r => r.Threads).Distinct().Count(), Is.EqualTo(shards));
    }

    [Test]
    public void Statistics_AreThoseOfAllShards()
    {
        var namespaces = Create(Many);
        Array.ForEach(namespaces, static ns => Tell(ns));
        Idle();
        var statistics = _runtime.Statistics;
        Assert.That((statistics.Namespaces, statistics.Timers, statistics.Deliveries), Is.EqualTo((Many + 1, Many, Many)));
    }

    [Test]
    public void LookAtNamespaces_SeesThoseOfAllShards_AndOneHost()
    {
        var names = Create(Many).Select(static ns => ns.Name);
        Assert.That(_runtime.LookAtNamespaces().Select(static ns => ns.Name), Is.EquivalentTo(names.Prepend("host")));
    }

    [Test]
    public void Changes_TellOfEveryShardOneAtATimeAndEndOnce()
    {
        var namespaces = Create(Many);
        var all = new Recorder<ClockChange>();
        _runtime.Changes.Subscribe(all);
        Idle();
        Parallel.ForEach(namespaces, static ns => ns.SetOffsets(ClockOffsets.Of(monotonic: Duration.FromHours(1))));
        Idle();
        Assert.That(all.Values.Select(static c => c.Namespace), Is.EquivalentTo(namespaces.Select(static ns => ns.Name)));
        Ends(Task.Run(_runtime.Dispose));
        all.AssertCompleted();
    }

    [Test]
    public void HostClockSet_IsToldOnceOfTheHostAndOnceOfEachNamespace()
    {
        var namespaces = Create(Many);
        var all = new Recorder<ClockChange>();
        _runtime.Changes.Subscribe(all);
        Idle();
        foreach (var kernel in _kernels)
        {
            kernel.Now = kernel.Now with { Realtime = kernel.Now.Realtime.Plus(5_000_000_000) };
            kernel.Answer(static () => true);
        }

        Idle();
        Assert.That(all.Values.Select(static c => c.Namespace), Is.EquivalentTo(namespaces.Select(static ns => ns.Name).Prepend("host")));
        Assert.That(_runtime.Statistics.HostClockSets, Is.EqualTo(1));
    }

    [Test]
    public void Restore_GoesToTheShardOfTheNewName()
    {
        var ns = Create(1)[0];
        ns.CreateTimer(ClockId.Monotonic, "t").SetTicks(7);
        var image = ns.Checkpoint();
        var copies = Enumerable.Range(0, Many).Select(i => _runtime.Restore(image, name: $"copy {i}")).ToArray();
        foreach (var copy in copies)
        {
            Assert.That(copy.FindTimer("t")!.Read().Expirations, Is.EqualTo(7));
            Assert.That(() => _runtime.Restore(image, RestorePolicy.Suspend, copy.Name), Throws.InstanceOf<TimeNamespaceException>());
        }
    }

    [Test]
    public void SetOffsets_ByObserversOfEachOthersNamespaces_WaitForNobody()
    {
        // Each would wait for the other's observer, which is the one that waits.
        var namespaces = Create(Many);
        using var together = new Barrier(shards);
        var recorders = new List<Recorder<Tick>>();
        foreach (var ns in OnePerShard(namespaces))
        {
            recorders.Add(Tell(ns, _ =>
            {
                together.SignalAndWait(EngineTest.Patience);
                foreach (var other in namespaces)
                {
                    other.SetOffsets(ClockOffsets.Of(monotonic: Duration.FromHours(2)));
                }
            }));
        }

        Idle();
        Assert.That(recorders.Select(static r => r.Values.Count), Has.All.EqualTo(1));
        Assert.That(_runtime.Statistics.FaultedObservers, Is.Zero);
    }

    [Test]
    public void Dispose_InsideAnObserver_EndsAllShards()
    {
        var namespaces = Create(Many);
        var ends = namespaces.Select(static ns =>
        {
            var recorder = new Recorder<Tick>();
            ns.CreateTimer(ClockId.Monotonic).Ticks.Subscribe(recorder);
            return recorder;
        }).ToArray();
        Tell(namespaces[^1], _ => _runtime.Dispose());
        foreach (var end in ends)
        {
            Ends(end.Ended);
            end.AssertCompleted();
        }
    }

    [Test]
    public void AKernelThatFails_EndsAllShardsWithItsReason()
    {
        var failure = new InvalidOperationException("the machine is gone");
        var ends = Create(Many).Select(static ns =>
        {
            var recorder = new Recorder<Tick>();
            ns.CreateTimer(ClockId.Monotonic).Ticks.Subscribe(recorder);
            return recorder;
        }).ToArray();
        _kernels[^1].Answer(() => throw failure);
        foreach (var end in ends)
        {
            Ends(end.Ended);
            Assert.That(end.Error, Is.SameAs(failure));
        }

        Assert.That(() => _runtime.CreateNamespace("late"), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static Recorder<Tick> Tell(RuntimeNamespace ns, Action<Tick>? onNext = null)
    {
        var recorder = new Recorder<Tick>(onNext);
        var timer = ns.CreateTimer(ClockId.Monotonic);
        timer.Ticks.Subscribe(recorder);
        timer.SetTicks(1);
        return recorder;
    }

    private static void Ends(Task task)
    {
        Assert.That(Task.WhenAny(task).Wait(EngineTest.Patience), "it hangs");
        task.GetAwaiter().GetResult();
    }

    private ScriptedKernel NewKernel(int shard)
    {
        Assert.That(shard, Is.EqualTo(_kernels.Count));
        var kernel = new ScriptedKernel();
        _kernels.Add(kernel);
        return kernel;
    }

    private RuntimeNamespace[] Create(int count) =>
        [.. Enumerable.Range(0, count).Select(i => _runtime.CreateNamespace($"ns {i}", ClockOffsets.Of(Duration.FromHours(1))))];

    /// <summary>A namespace of each shard, by the thread that tells it of a tick.</summary>
    private RuntimeNamespace[] OnePerShard(RuntimeNamespace[] namespaces)
    {
        var told = namespaces.Select(ns => (Namespace: ns, Recorder: Tell(ns))).ToArray();
        Idle();
        return [.. told.GroupBy(static t => t.Recorder.Threads.Single()).Select(static g => g.First().Namespace)];
    }

    private void Idle()
    {
        foreach (var kernel in _kernels)
        {
            Assert.That(kernel.IsIdleWithin(EngineTest.Patience), "every engine waits again");
        }
    }
}
