using System.Diagnostics;
using System.Reactive.Disposables;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Runtime;

/// <summary>
/// Time namespaces of one process: creates, finds and restores them, and runs the engine that their timers fire on.
/// </summary>
/// <remarks>
/// Every member may be called from any thread, also from inside an observer. A runtime has a thread of its own (one a
/// shard, see <see cref="TimeRuntimeOptions.Shards"/>); disposing of the runtime ends it, completes every observer and leaves nothing behind. After that every method throws
/// <see cref="ObjectDisposedException"/>, except a second Dispose.
/// </remarks>
public sealed class TimeRuntime : IDisposable, IAsyncDisposable
{
    private readonly TimerEngine[] _engines;
    private RuntimeNamespace? _own;

    private TimeRuntime(TimeRuntimeOptions options)
    {
        HostName = options.HostName ?? Environment.MachineName;
        options.Check(HostName);
        Warmup.Run();
        _engines = [.. options.OpenKernels().Select(kernel => NewEngine(kernel, options))];
        Host = new RuntimeNamespace(this, _engines[0], _engines[0].Table.Host, restored: null);
        Changes = _engines.Length == 1 ? _engines[0].RuntimeChanges : new MergedChanges([.. _engines.Select(static e => e.RuntimeChanges)]);
        StartEngines();
    }

    /// <summary>The namespace without offsets: the host itself. It cannot be set, frozen, checkpointed or closed.</summary>
    public RuntimeNamespace Host { get; }

    /// <summary>The kernel that it runs on; that of the first shard, where there are several.</summary>
    public IKernel Kernel => _engines[0].Kernel;

    /// <summary>The name of this host, as images have it.</summary>
    public string HostName { get; }

    /// <summary>
    /// Every discontinuity of every namespace, on the engine's thread, hot. Completes when the runtime ends. With several shards each tells
    /// of its own on its own thread, one at a time.
    /// </summary>
    public IObservable<ClockChange> Changes { get; }

    /// <summary>The live namespaces, the host first.</summary>
    public IReadOnlyList<RuntimeNamespace> Namespaces
    {
        get
        {
            var namespaces = new List<RuntimeNamespace>();
            foreach (var engine in _engines)
            {
                lock (engine.Gate)
                {
                    namespaces.AddRange(engine.Table.Namespaces.Select(static ns => ns.Tag).OfType<RuntimeNamespace>());
                }
            }

            return namespaces;
        }
    }

    /// <summary>What has happened since the start. With several shards they are asked one after another.</summary>
    public RuntimeStatistics Statistics => _engines.Select(static engine =>
    {
        lock (engine.Gate)
        {
            return engine.Statistics;
        }
    }).Aggregate(static (all, one) => all.And(one));

    /// <summary>
    /// The host's clocks for timers that keep the process itself going: beats, polls. They are in no list of namespaces and in no count of one, so that
    /// whoever looks at the host sees what is the host's.
    /// </summary>
    internal RuntimeNamespace Own
    {
        get
        {
            var engine = _engines[0];
            lock (engine.Gate)
            {
                engine.CheckRunning();
                return _own ??= new RuntimeNamespace(this, engine, new TimeNamespace(engine.Table, NamespaceTable.HostName, ClockOffsets.None), restored: null);
            }
        }
    }

    /// <summary>How often the timers of <see cref="Own"/> have expired: they are in <see cref="Statistics"/>.</summary>
    internal long OwnExpirations
    {
        get
        {
            lock (_engines[0].Gate)
            {
                return _own?.State.Expirations ?? 0;
            }
        }
    }

    /// <summary>One a shard; the first one's host is the host.</summary>
    internal IReadOnlyList<TimerEngine> Engines => _engines;

    /// <summary>Who measures it; null for nobody.</summary>
    internal RuntimeMeter? Meter { get; set; }

    /// <summary>Starts a runtime on the machine's own clocks.</summary>
    /// <exception cref="KernelException">The machine refused a descriptor.</exception>
    public static TimeRuntime Start() => new(new TimeRuntimeOptions());

    /// <summary>Starts a runtime as the options say.</summary>
    /// <exception cref="ArgumentException">
    /// A host name of more than 256 characters, or with control characters; an option that is out of range or contradicts another.
    /// </exception>
    /// <exception cref="KernelException">The machine refused a descriptor, or the priority of <see cref="TimeRuntimeOptions.RealtimePriority"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">A realtime priority, not on Linux.</exception>
    public static TimeRuntime Start(TimeRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TimeRuntime(options);
    }

    /// <summary>Starts a runtime on a kernel, which it owns from then on.</summary>
    public static TimeRuntime Start(IKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new TimeRuntime(new TimeRuntimeOptions { Kernel = kernel });
    }

    /// <summary>A new namespace.</summary>
    /// <param name="name">1 to 128 characters, unique in this runtime.</param>
    /// <param name="offsets">What it adds to the host's clocks.</param>
    /// <exception cref="ArgumentException">An impossible name.</exception>
    /// <exception cref="OffsetRangeException">A clock would read below 0 or beyond the range (ERANGE).</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public RuntimeNamespace CreateNamespace(string name, ClockOffsets offsets = default)
    {
        var engine = Shard(name);
        lock (engine.Gate)
        {
            engine.CheckRunning();
            return new RuntimeNamespace(this, engine, engine.Table.Create(name, offsets, engine.ReadHost()), restored: null);
        }
    }

    /// <summary>The live namespace with this name, or null.</summary>
    public RuntimeNamespace? FindNamespace(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var engine = Shard(name);
        lock (engine.Gate)
        {
            engine.CheckRunning();
            return engine.Table.Find(name)?.Tag as RuntimeNamespace;
        }
    }

    /// <summary>
    /// A namespace from an image, on this host. Its timers have their ids and names again, keep what was unread, and go on by the policy;
    /// subscribe to them anew.
    /// </summary>
    /// <param name="image">From a checkpoint of this or another host.</param>
    /// <param name="policy">What its clocks do with the downtime, and what becomes of missed ticks; null is <see cref="RestorePolicy.Suspend"/>.</param>
    /// <param name="name">Its new name; null for the one in the image.</param>
    /// <exception cref="ImageException">An impossible image.</exception>
    /// <exception cref="OffsetRangeException">A clock would be out of range on this host (ERANGE).</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public RuntimeNamespace Restore(NamespaceImage image, RestorePolicy? policy = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        var engine = Shard(name ?? image.Name);
        var timing = Timing.Begin(Meter?.Restores, engine.Kernel);
        var restored = RestoreOn(engine, image, policy ?? RestorePolicy.Suspend, name);
        timing.End();
        return restored;
    }

    private RuntimeNamespace RestoreOn(TimerEngine engine, NamespaceImage image, RestorePolicy policy, string? name)
    {
        lock (engine.Gate)
        {
            engine.CheckRunning();
            var state = engine.Table.Restore(image, policy, name, engine.ReadHost());
            var change = new ClockChange(state.Name, ClockChangeReason.Restored, image.Offsets, state.Offsets, state.ReadAt(engine.Kernel.Read()));
            var restored = new RuntimeNamespace(this, engine, state, change);
            engine.Announce(() => engine.RuntimeChanges.Publish(change));
            engine.Changed();
            return restored;
        }
    }

    /// <summary>What a restore would fire, and when, if it happened now. Changes nothing.</summary>
    /// <param name="image">From a checkpoint of this or another host.</param>
    /// <param name="within">How far to look ahead; not negative.</param>
    /// <param name="policy">As in <see cref="Restore"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    /// <exception cref="ImageException">An impossible image.</exception>
    /// <exception cref="OffsetRangeException">The restore would be refused.</exception>
    public Forecast Forecast(NamespaceImage image, Duration within, RestorePolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        _engines[0].CheckRunning();
        return Forecaster.Run(image, policy ?? RestorePolicy.Suspend, within, Kernel.Read());
    }

    /// <summary>The host's clocks, as of one moment.</summary>
    public ClockReadings ReadClocks() => Host.ReadClocks();

    /// <summary>
    /// Ends the runtime: waits for the observer that runs, delivers nothing more, closes every namespace and timer, completes every
    /// observer and ends the engine's thread. From inside an observer it returns at once and the engine ends after that observer.
    /// Without effect the second time.
    /// </summary>
    public void Dispose()
    {
        foreach (var engine in _engines)
        {
            engine.Stop();
        }

        if (!_engines[0].IsInsideAnObserver)
        {
            Array.ForEach(_engines, static engine => engine.Join());
        }
    }

    /// <summary>As <see cref="Dispose"/>, without keeping a thread waiting.</summary>
    public ValueTask DisposeAsync() => _engines[0].IsInsideAnObserver ? DisposeHere() : new ValueTask(Task.Run(Dispose));

    /// <summary>Has a tap told of what is delivered, until it is disposed of. From any thread.</summary>
    internal IDisposable Tap(IDeliveryTap tap)
    {
        Array.ForEach(_engines, engine => engine.AddTap(tap));
        return Disposable.Create(() => Array.ForEach(_engines, engine => engine.RemoveTap(tap)));
    }

    /// <summary>For tests: asserts what must hold whenever the lock is free.</summary>
    [Conditional("DEBUG")]
    internal void CheckInvariants()
    {
        foreach (var engine in _engines)
        {
            lock (engine.Gate)
            {
                engine.Table.CheckInvariants();
            }
        }
    }

    private ValueTask DisposeHere()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private TimerEngine NewEngine(IKernel kernel, TimeRuntimeOptions options)
    {
        TimerEngine? engine = null;
        return engine = new TimerEngine(kernel, options)
        {
            Owner = this,
            Ended = error => End(engine!, error),
            HostClockMoved = reason => HostClockMoved(engine!, reason),
        };
    }

    private void StartEngines()
    {
        var started = 0;
        try
        {
            foreach (var engine in _engines)
            {
                engine.Start();
                started++;
            }
        }
        catch
        {
            foreach (var engine in _engines.Take(started))
            {
                engine.Stop();
                engine.Join();
            }

            foreach (var engine in _engines.Skip(started + 1))
            {
                engine.Kernel.Dispose();
            }

            throw;
        }
    }

    /// <summary>
    /// Where the namespace of this name lives: FNV-1a of its UTF-16 code units, so that a name is always found in one place and is unique
    /// over all of them without a lock that they share.
    /// </summary>
    private TimerEngine Shard(string? name)
    {
        var hash = 2166136261u;
        foreach (var unit in name ?? "")
        {
            hash = (hash ^ unit) * 16777619u;
        }

        return _engines[hash % (uint)_engines.Length];
    }

    /// <summary>Under the lock of the engine. The host is the first shard's to tell of.</summary>
    private static void HostClockMoved(TimerEngine engine, ClockChangeReason reason)
    {
        foreach (var ns in engine.Table.Namespaces)
        {
            if (!ns.IsFrozen && ns.Tag is RuntimeNamespace told)
            {
                told.AnnounceChange(reason, ns.Offsets);
            }
        }
    }

    /// <summary>An engine's last act, on its thread. One that has failed takes the others with it.</summary>
    private void End(TimerEngine engine, Exception? error)
    {
        List<(RuntimeNamespace Namespace, NamespaceTimer[] Timers)> ending = [];
        lock (engine.Gate)
        {
            IEnumerable<TimeNamespace> own = engine == _engines[0] && _own is not null ? [_own.State] : [];
            foreach (var ns in engine.Table.Namespaces.Concat(own))
            {
                if (ns.Tag is RuntimeNamespace closed)
                {
                    ending.Add((closed, closed.ReleaseTimers()));
                    ns.Close();
                    closed.PublishView();
                }
                else
                {
                    ns.Close();
                }
            }
        }

        engine.RunNotices();
        foreach (var (ns, timers) in ending)
        {
            ns.End(error, timers);
        }

        engine.RuntimeChanges.End(error);
        if (error is not null)
        {
            foreach (var other in _engines.Where(e => e != engine))
            {
                other.Stop(error);
            }
        }
    }
}
