using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Runtime;

/// <summary>
/// Time namespaces of one process: creates, finds and restores them, and runs the engine that their timers fire on.
/// </summary>
/// <remarks>
/// Every member may be called from any thread, also from inside an observer. A runtime has one thread of its own; disposing of the
/// runtime ends it, completes every observer and leaves nothing behind. After that every method throws
/// <see cref="ObjectDisposedException"/>, except a second Dispose.
/// </remarks>
public sealed class TimeRuntime : IDisposable, IAsyncDisposable
{
    private readonly TimerEngine _engine;
    private readonly ChangeStream _changes;

    private TimeRuntime(TimeRuntimeOptions options)
    {
        HostName = options.HostName ?? Environment.MachineName;
        if (ImageRules.HostNameFault(HostName) is { } fault)
        {
            throw new ArgumentException($"'{HostName}': {fault}.", nameof(options));
        }

        _engine = new TimerEngine(options.Kernel ?? DefaultKernel(), options.Logger ?? NullLogger.Instance)
        {
            Ended = End,
            HostClockMoved = HostClockMoved,
        };
        _changes = new ChangeStream(_engine, "the changes of the runtime", static () => false, restored: null);
        Host = new RuntimeNamespace(this, _engine, _engine.Table.Host, restored: null);
        _engine.Start();
    }

    /// <summary>The namespace without offsets: the host itself. It cannot be set, frozen, checkpointed or closed.</summary>
    public RuntimeNamespace Host { get; }

    /// <summary>The kernel that it runs on.</summary>
    public IKernel Kernel => _engine.Kernel;

    /// <summary>The name of this host, as images have it.</summary>
    public string HostName { get; }

    /// <summary>Every discontinuity of every namespace, on the engine's thread, hot. Completes when the runtime ends.</summary>
    public IObservable<ClockChange> Changes => _changes;

    /// <summary>The live namespaces, the host first.</summary>
    public IReadOnlyList<RuntimeNamespace> Namespaces
    {
        get
        {
            lock (_engine.Gate)
            {
                return [.. _engine.Table.Namespaces.Select(static ns => (RuntimeNamespace)ns.Tag!)];
            }
        }
    }

    /// <summary>What has happened since the start.</summary>
    public RuntimeStatistics Statistics
    {
        get
        {
            lock (_engine.Gate)
            {
                return _engine.Statistics;
            }
        }
    }

    /// <summary>Starts a runtime on the machine's own clocks.</summary>
    /// <exception cref="KernelException">The machine refused a descriptor.</exception>
    public static TimeRuntime Start() => new(new TimeRuntimeOptions());

    /// <summary>Starts a runtime as the options say.</summary>
    /// <exception cref="ArgumentException">A host name of more than 256 characters, or with control characters.</exception>
    /// <exception cref="KernelException">The machine refused a descriptor.</exception>
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
        lock (_engine.Gate)
        {
            _engine.CheckRunning();
            return new RuntimeNamespace(this, _engine, _engine.Table.Create(name, offsets, _engine.ReadHost()), restored: null);
        }
    }

    /// <summary>The live namespace with this name, or null.</summary>
    public RuntimeNamespace? FindNamespace(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_engine.Gate)
        {
            _engine.CheckRunning();
            return _engine.Table.Find(name)?.Tag as RuntimeNamespace;
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
        lock (_engine.Gate)
        {
            _engine.CheckRunning();
            var state = _engine.Table.Restore(image, policy ?? RestorePolicy.Suspend, name, _engine.ReadHost());
            var change = new ClockChange(state.Name, ClockChangeReason.Restored, image.Offsets, state.Offsets, state.ReadAt(_engine.Kernel.Read()));
            var restored = new RuntimeNamespace(this, _engine, state, change);
            _engine.Announce(() => PublishChange(change));
            _engine.Changed();
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
        _engine.CheckRunning();
        return Forecaster.Run(image, policy ?? RestorePolicy.Suspend, within, Kernel.Read());
    }

    /// <summary>The host's clocks, as of one moment.</summary>
    public ClockReadings ReadClocks() => Host.ReadClocks();

    /// <summary>
    /// Ends the runtime: waits for the observer that runs, delivers nothing more, closes every namespace and timer, completes every
    /// observer and ends the engine's thread. From inside an observer it returns at once and the engine ends after that observer.
    /// Without effect the second time.
    /// </summary>
    public void Dispose() => _engine.Stop();

    /// <summary>As <see cref="Dispose"/>, without keeping a thread waiting.</summary>
    public ValueTask DisposeAsync() => _engine.IsEngineThread ? DisposeHere() : new ValueTask(Task.Run(Dispose));

    /// <summary>On the engine's thread.</summary>
    internal void PublishChange(in ClockChange change) => _changes.Publish(change);

    private static IKernel DefaultKernel() => LinuxKernel.IsSupported ? new LinuxKernel() : new PortableKernel();

    /// <summary>For tests: asserts what must hold whenever the lock is free.</summary>
    [Conditional("DEBUG")]
    internal void CheckInvariants()
    {
        lock (_engine.Gate)
        {
            _engine.Table.CheckInvariants();
        }
    }

    private ValueTask DisposeHere()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Under the lock.</summary>
    private void HostClockMoved(ClockChangeReason reason)
    {
        foreach (var ns in _engine.Table.Namespaces)
        {
            if (!ns.IsFrozen)
            {
                ((RuntimeNamespace)ns.Tag!).AnnounceChange(reason, ns.Offsets);
            }
        }
    }

    /// <summary>The engine's last act, on its thread.</summary>
    private void End(Exception? error)
    {
        List<(RuntimeNamespace Namespace, IEngineTimer[] Timers)> ending = [];
        lock (_engine.Gate)
        {
            foreach (var ns in _engine.Table.Namespaces)
            {
                ending.Add(((RuntimeNamespace)ns.Tag!, [.. ns.Timers.Select(static t => t.Tag).OfType<IEngineTimer>()]));
                ns.Close();
                ((RuntimeNamespace)ns.Tag!).PublishView();
            }
        }

        _engine.RunNotices();
        foreach (var (ns, timers) in ending)
        {
            ns.End(error, timers);
        }

        _changes.End(error);
    }
}
