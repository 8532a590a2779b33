using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime.Faces;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// A time namespace of a running <see cref="TimeRuntime"/>: clocks with offsets of their own, and timers on them.
/// </summary>
/// <remarks>
/// Every member may be called from any thread, also from inside an observer. When <see cref="SetOffsets"/>,
/// <see cref="SetRealtime"/>, <see cref="Freeze"/>, <see cref="Thaw"/>, <see cref="Checkpoint"/> or <see cref="Dispose"/>
/// returns, nothing that was read before it is still on its way to an observer: they wait for one that runs. So do not call
/// them while you hold a lock that your own observers take. From inside an observer they wait for nothing, and the observers
/// beside it are still told of that one tick. Methods of a closed namespace throw <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class RuntimeNamespace : IDisposable
{
    private readonly TimerEngine _engine;
    private readonly TimeNamespace _namespace;
    private readonly ChangeStream _changes;
    private volatile ClockView? _view;

    /// <summary>How its clocks are read at present; replaced as a whole. Null while they change: then only under the lock.</summary>
    private sealed record ClockView(ClockOffsets Offsets, ClockReadings? Standing, bool IsClosed);

    internal RuntimeNamespace(TimeRuntime runtime, TimerEngine engine, TimeNamespace ns, ClockChange? restored)
    {
        Runtime = runtime;
        _engine = engine;
        _namespace = ns;
        _changes = new ChangeStream(engine, $"the changes of {ns.Name}", () => ns.IsClosed, restored);
        _view = new ClockView(ns.Offsets, null, IsClosed: false);
        ns.Tag = this;
        Clock = new NamespaceClock(this);
        TimeProvider = new NamespaceTimeProvider(this, engine);
        Scheduler = new NamespaceScheduler(this, engine);
    }

    /// <summary>The namespace's name, unique in its runtime.</summary>
    public string Name => _namespace.Name;

    /// <summary>The runtime it lives in.</summary>
    public TimeRuntime Runtime { get; }

    /// <summary>What it adds to the clocks of its host.</summary>
    public ClockOffsets Offsets
    {
        get
        {
            lock (_engine.Gate)
            {
                return _namespace.Offsets;
            }
        }
    }

    /// <summary>True between <see cref="Freeze"/> and <see cref="Thaw"/>.</summary>
    public bool IsFrozen => _namespace.IsFrozen;

    /// <summary>True once it was disposed of, stopped by a checkpoint, or its runtime has ended.</summary>
    public bool IsClosed => _namespace.IsClosed;

    /// <summary>Its wall clock as a NodaTime clock, to the nanosecond.</summary>
    public NamespaceClock Clock { get; }

    /// <summary>Its clocks and timers as a <see cref="System.TimeProvider"/>.</summary>
    public NamespaceTimeProvider TimeProvider { get; }

    /// <summary>Its clocks and timers as an Rx scheduler.</summary>
    public NamespaceScheduler Scheduler { get; }

    /// <summary>
    /// Every discontinuity of its clocks, on the engine's thread, after the ticks that it made due. A restored namespace tells each
    /// subscriber of the restore first. Completes when the namespace is closed.
    /// </summary>
    public IObservable<ClockChange> Changes => _changes;

    /// <summary>Its open timers, without those of <see cref="TimeProvider"/> and <see cref="Scheduler"/>.</summary>
    public IReadOnlyList<NamespaceTimer> Timers
    {
        get
        {
            lock (_engine.Gate)
            {
                return [.. _namespace.Timers.Select(TimerOf)];
            }
        }
    }

    /// <summary>Its three clocks, as of one moment.</summary>
    public ClockReadings ReadClocks()
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            return _namespace.ReadAt(_engine.ReadHost());
        }
    }

    /// <summary>One of its clocks, without waiting for anybody.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a known clock.</exception>
    public ClockTime Read(ClockId clock) => ReadFast(clock.Base());

    /// <summary>Sets its offsets, all at once. When this returns nothing uses an old one (INV-7).</summary>
    /// <remarks>A change of REALTIME is a clock set for this namespace: cancel-on-set timers are told. Timers that become due fire at once.</remarks>
    /// <exception cref="OffsetRangeException">A clock would read below 0 or beyond the range (ERANGE).</exception>
    /// <exception cref="TimeNamespaceException">EACCES: the host, or MONOTONIC or BOOTTIME moved back after a timer was created.</exception>
    public void SetOffsets(ClockOffsets offsets) =>
        Change(ClockChangeReason.OffsetsSet, (ns, host) => ns.SetOffsets(offsets, host));

    /// <summary>Sets its wall clock and nothing else.</summary>
    /// <param name="now">What CLOCK_REALTIME is to read in it.</param>
    /// <exception cref="OffsetRangeException">The clock would leave its range (ERANGE).</exception>
    /// <exception cref="TimeNamespaceException">EACCES: the host.</exception>
    public void SetRealtime(Instant now) =>
        Change(ClockChangeReason.RealtimeSet, (ns, host) => ns.SetRealtime(ClockTime.FromInstant(now), host));

    /// <summary>Stops it: its clocks stand and nothing in it fires; timers can still be set and asked.</summary>
    /// <exception cref="TimeNamespaceException">EINVAL: frozen already, or the host.</exception>
    public void Freeze() => Change(ClockChangeReason.Frozen, static (ns, host) => ns.Freeze(host));

    /// <summary>Sets it going again.</summary>
    /// <param name="policy">What its clocks do with the time between, and what becomes of missed ticks; null is <see cref="RestorePolicy.Suspend"/>.</param>
    /// <exception cref="TimeNamespaceException">EINVAL: not frozen.</exception>
    /// <exception cref="OffsetRangeException">A clock would leave its range; it stays frozen.</exception>
    public void Thaw(RestorePolicy? policy = null) =>
        Change(ClockChangeReason.Thawed, (ns, host) => ns.Thaw(policy ?? RestorePolicy.Suspend, host));

    /// <summary>
    /// Writes it down. A tick that was being delivered has been delivered when this returns; what was not is unread in the image, so
    /// none is lost and none is counted twice.
    /// </summary>
    /// <param name="absolute">What to do about timers that are set to an absolute time.</param>
    /// <param name="stop">True: it is closed in the same moment, as for a move. False: it goes on, unchanged in every observable way.</param>
    /// <exception cref="TimeNamespaceException">
    /// EINVAL: the host. EOPNOTSUPP: <see cref="AbsoluteTimers.Refuse"/> met an armed absolute timer; nothing has changed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An unknown value.</exception>
    public NamespaceImage Checkpoint(AbsoluteTimers absolute = AbsoluteTimers.Keep, bool stop = false)
    {
        if (!Enum.IsDefined(absolute))
        {
            throw new ArgumentOutOfRangeException(nameof(absolute), absolute, "Must be Keep, Refuse or Relative.");
        }

        var timing = Timing.Begin(Runtime.Meter?.Checkpoints, _engine.Kernel);
        var image = TakeImage(absolute, stop);
        timing.End();
        return image;
    }

    private NamespaceImage TakeImage(AbsoluteTimers absolute, bool stop)
    {
        NamespaceImage image;
        lock (_engine.Gate)
        {
            CheckOpen();
            _engine.Quiesce(_namespace);
            CheckOpen();
            image = _namespace.Checkpoint(absolute, Runtime.HostName, _engine.ReadHost());
            if (stop)
            {
                Close();
            }

            _engine.Changed();
        }

        image.Arrange();
        return image;
    }

    /// <summary>A new timer, disarmed.</summary>
    /// <param name="clock">The clock it runs on.</param>
    /// <param name="name">A name to find it by, also after a restore; unique in the namespace; null for none.</param>
    /// <exception cref="ArgumentException">An unknown clock, or a name that is empty, too long (128) or has control characters.</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public NamespaceTimer CreateTimer(ClockId clock, string? name = null)
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            var state = _namespace.CreateTimer(clock, name, _engine.ReadHost());
            var timer = new NamespaceTimer(this, state);
            _engine.Table.Store.SetTag(state.Index, timer);
            return timer;
        }
    }

    /// <summary>The open timer with this id, or null. Ids are kept by an image.</summary>
    public NamespaceTimer? FindTimer(long id)
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            return _namespace.FindTimer(id) is { IsNull: false } state ? TimerOf(state) : null;
        }
    }

    /// <summary>The open timer with this name, or null. Names are kept by an image.</summary>
    public NamespaceTimer? FindTimer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_engine.Gate)
        {
            CheckOpen();
            return _namespace.FindTimer(name) is { IsNull: false } state ? TimerOf(state) : null;
        }
    }

    /// <summary>Closes it and its timers; their observers get OnCompleted. Without effect on a closed one.</summary>
    /// <exception cref="TimeNamespaceException">EBUSY: the host, which lives as long as its runtime.</exception>
    public void Dispose()
    {
        lock (_engine.Gate)
        {
            if (IsClosed)
            {
                return;
            }

            if (_engine.Table.IsHost(_namespace))
            {
                throw new TimeNamespaceException(Errno.EBUSY, "The host cannot be closed");
            }

            _engine.Quiesce(_namespace);
            if (!IsClosed)
            {
                Close();
                _engine.Changed();
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal TimeNamespace State => _namespace;

    internal TimerEngine Engine => _engine;

    /// <summary>One clock, without the lock: what the faces read.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    internal ClockTime ReadFast(ClockBase clock)
    {
        while (_view is { } view)
        {
            if (view.IsClosed)
            {
                _engine.CheckRunning();
                throw new ObjectDisposedException(nameof(RuntimeNamespace), $"Namespace '{Name}' is closed.");
            }

            // A reading with offsets that were replaced meanwhile could lie ahead of every later one (INV-4).
            var reading = view.Standing is { } standing ? standing[clock] : view.Offsets.ToNamespace(clock, _engine.Kernel.Read(clock));
            if (ReferenceEquals(view, _view))
            {
                return reading;
            }
        }

        lock (_engine.Gate)
        {
            CheckOpen();
            return _namespace.ReadAt(_engine.ReadHost())[clock];
        }
    }

    /// <summary>Under the lock, after every change of the clocks: what readers without the lock see from now on (INV-7).</summary>
    internal void PublishView() =>
        _view = new ClockView(_namespace.Offsets, _namespace.IsFrozen && !IsClosed ? _namespace.ReadAt(default) : null, IsClosed);

    internal void CheckOpen()
    {
        _engine.CheckRunning();
        ObjectDisposedException.ThrowIf(IsClosed, this);
    }

    /// <summary>Under the lock, with its clocks as they are now: tells of a discontinuity once the ticks that are due are delivered.</summary>
    internal void AnnounceChange(ClockChangeReason reason, ClockOffsets old)
    {
        var change = new ClockChange(Name, reason, old, _namespace.Offsets, _namespace.ReadAt(_engine.Kernel.Read()));
        _engine.Announce(() =>
        {
            _changes.Publish(change);
            _engine.RuntimeChanges.Publish(change);
        });
    }

    /// <summary>Ends the streams of a namespace whose engine ends; on the engine's thread.</summary>
    internal void End(Exception? error, IReadOnlyList<NamespaceTimer> timers)
    {
        foreach (var timer in timers)
        {
            timer.End(error);
        }

        _changes.End(error);
    }

    /// <summary>The timer that somebody has asked for; null for a closed one.</summary>
    internal NamespaceTimer? OpenTimer(TimerState state)
    {
        lock (_engine.Gate)
        {
            return state.Tag as NamespaceTimer;
        }
    }

    /// <summary>Under the lock: a restored timer gets its object when somebody asks for it.</summary>
    private NamespaceTimer TimerOf(TimerState state)
    {
        if (state.Tag is NamespaceTimer timer)
        {
            return timer;
        }

        timer = new NamespaceTimer(this, state);
        _engine.Table.Store.SetTag(state.Index, timer);
        return timer;
    }

    /// <summary>Under the lock, before they are closed: the timers that somebody has asked for, each with its readers.</summary>
    internal NamespaceTimer[] ReleaseTimers()
    {
        var timers = _namespace.Timers.Select(static t => t.Tag).OfType<NamespaceTimer>().ToArray();
        Array.ForEach(timers, static timer => timer.Release());
        return timers;
    }

    /// <summary>Under the lock: closes everything, and has the observers told.</summary>
    private void Close()
    {
        var timers = ReleaseTimers();
        _engine.Table.Remove(_namespace);
        PublishView();
        _engine.Announce(() => End(null, timers));
    }

    private void Change(ClockChangeReason reason, Action<TimeNamespace, ClockReadings> change)
    {
        lock (_engine.Gate)
        {
            CheckOpen();
            _engine.Quiesce(_namespace);
            CheckOpen();
            var old = _namespace.Offsets;
            _view = null;
            Interlocked.MemoryBarrier(); // before the clocks are read
            try
            {
                change(_namespace, _engine.ReadHost());
            }
            finally
            {
                PublishView();
            }

            AnnounceChange(reason, old);
            _engine.Changed();
        }
    }
}
