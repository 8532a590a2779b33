using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// One thread that waits for the kernel and tells readers of their ticks, and one lock around the namespaces.
/// </summary>
/// <remarks>
/// <code>
///   kernel alarm ─▶ Wait returns ─▶ lock: read clocks once, expire, read for the watchers, set alarms ─▶ unlock ─▶ OnNext, OnNext, ...
///   any caller   ─▶ lock: change, set an earlier alarm itself ─▶ unlock
/// </code>
/// The lock is taken once a turn. A turn serves at most <see cref="MostExpirations"/> expirations, so that what it reads is still in
/// the cache when it is delivered and a change of time never waits long; what is left over is due at once.
/// Ground rules: nothing is locked while an observer runs (INV-6); every OnNext, OnError and OnCompleted comes from the engine's
/// thread; an operation after which nothing old may be seen (<see cref="Quiesce"/>) takes back what is not delivered yet of its
/// namespace and, unless it is called from inside an observer, waits for the one that runs (INV-3, INV-7). The next batch
/// does not begin before it is done, however busy the engine is.
/// </remarks>
internal sealed partial class TimerEngine
{
    private const int MostExpirations = 1024;

    [ThreadStatic]
    private static TimerEngine? t_engine; // whose thread this is

    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly int _priority; // 0: as any other thread
    private readonly TaskCompletionSource _scheduled = new(); // the thread has its priority, or was refused
    private KernelException? _refusal;
    private readonly SimulatedKernel? _simulated;
    private List<Action> _notices = [];
    private List<Action> _announcing = [];
    private ClockReadings _lastHost;
    private bool _hostMoved; // a reading told of a clock set that Wait has not told of yet
    private ClockReadings? _noticesAfter; // what is due by then is told of before the notices
    private bool _more; // the engine's thread has made work for itself; only it looks
    private bool _mustWait; // what there is to do is the kernel's to tell; only the engine's thread looks
    private bool _stopping;
    private Exception? _failure;
    private long _wakeups;
    private long _expirations;
    private long _hostClockSets;
    private long _faults;

    /// <param name="kernel">Its own, from now on.</param>
    /// <param name="options">Checked.</param>
    public TimerEngine(IKernel kernel, TimeRuntimeOptions options)
    {
        Kernel = kernel;
        _simulated = kernel as SimulatedKernel;
        _logger = new QuietLogger(options.Logger ?? NullLogger.Instance);
        _shiftNs = ClockTime.SaturatingNanoseconds(options.WakeupSlack - options.SpinBeforeDeadline);
        _priority = options.RealtimePriority;
        _lastHost = kernel.Read();
        Dispatcher = new CallbackDispatcher(kernel is SimulatedKernel, CallbackFaulted);
        RuntimeChanges = new ChangeStream(this, "the changes of the runtime", static () => false, restored: null);
        _thread = new Thread(Run) { IsBackground = true, Name = "TimeNs engine" };
    }

    /// <summary>Guards the table and everything in it.</summary>
    public object Gate { get; } = new();

    public IKernel Kernel { get; }

    public NamespaceTable Table { get; } = new();

    public CallbackDispatcher Dispatcher { get; }

    /// <summary>The changes of all its namespaces.</summary>
    public ChangeStream RuntimeChanges { get; }

    public bool IsEngineThread => t_engine == this;

    /// <summary>True on the thread of an engine that belongs together with this one: it must not wait for another's observers, who may wait for its own.</summary>
    public bool IsInsideAnObserver => t_engine is { } engine && ReferenceEquals(engine.Owner, Owner);

    public bool IsStopping => Volatile.Read(ref _stopping);

    /// <summary>Why the engine ended, when its kernel failed.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>The same for all engines that belong together.</summary>
    public required object Owner { get; init; }

    /// <summary>Called once, on the engine's thread, when it ends; with the kernel's failure, if that was why.</summary>
    public required Action<Exception?> Ended { get; init; }

    /// <summary>Called under the lock when the host's wall clock was found set, or the host resumed.</summary>
    public required Action<ClockChangeReason> HostClockMoved { get; init; }

    public RuntimeStatistics Statistics => new(
        _wakeups, _expirations, _deliveries, _hostClockSets, Interlocked.Read(ref _faults),
        Table.Namespaces.Count, Table.Namespaces.Sum(static ns => ns.Timers.Count));

    /// <exception cref="KernelException">The system refuses the thread's priority. The engine has ended.</exception>
    public void Start()
    {
        _simulated?.Attach(_thread, () => Dispatcher.HoldsTime);
        _thread.Start();
        if (_priority == 0)
        {
            return;
        }

        _scheduled.Task.Wait();
        if (_refusal is { } refusal)
        {
            _thread.Join();
            throw refusal;
        }
    }

    /// <summary>Reads the host's clocks, under the lock, and notices a clock set that nobody has told of yet.</summary>
    public ClockReadings ReadHost() => Notice(Kernel.Read());

    /// <summary>
    /// The same for whoever asks for one clock. For MONOTONIC one reading does: a clock set that nobody has noticed yet makes no difference
    /// to it, and the kernel tells the engine of it in any case.
    /// </summary>
    public ClockReadings ReadHost(ClockId clock) => clock == ClockId.Monotonic ? Notice(Kernel.ReadOnce()) : ReadHost();

    /// <summary>To be called under the lock after every change: sets what alarm is due earlier now, and wakes the engine for news.</summary>
    public void Changed()
    {
        Debug.Assert(Monitor.IsEntered(Gate), "under the lock");
        SetEarlierAlarms();
        if (Table.HasWakeups || _notices.Count != 0)
        {
            News();
        }
    }

    /// <summary>Under the lock: has something run on the engine's thread after the ticks that are due.</summary>
    public void Announce(Action notice) => _notices.Add(notice);

    /// <summary>Runs a callback off the engine's thread. From any thread.</summary>
    public void Post(Action callback)
    {
        Dispatcher.Post(callback);
        if (_simulated is not null && !IsEngineThread && !Dispatcher.HoldsTime)
        {
            Interrupt(); // the engine drains what is posted, and may be waiting
        }
    }

    /// <exception cref="ObjectDisposedException">The runtime was stopped, or its kernel failed.</exception>
    public void CheckRunning()
    {
        if (_failure is { } failure)
        {
            throw new ObjectDisposedException($"The runtime has stopped because its kernel failed: {failure.Message}", failure);
        }

        ObjectDisposedException.ThrowIf(_stopping, typeof(TimeRuntime));
    }

    /// <summary>An observer threw: counted and logged. From any thread.</summary>
    public void ObserverFaulted(string source, Exception exception)
    {
        Interlocked.Increment(ref _faults);
        Log.ObserverFaulted(_logger, source, exception);
    }

    /// <summary>What has been announced and not been told yet; on the engine's thread, when it ends.</summary>
    public void RunNotices()
    {
        Action[] notices;
        lock (Gate)
        {
            notices = [.. _announcing, .. _notices];
            _announcing.Clear();
            _notices.Clear();
        }

        foreach (var notice in notices)
        {
            notice();
        }
    }

    /// <summary>Has the engine end after the observer that runs. From any thread, any number of times.</summary>
    /// <param name="failure">Why, when an engine that it belongs together with has failed.</param>
    public void Stop(Exception? failure = null)
    {
        lock (Gate)
        {
            _failure ??= _stopping ? null : failure;
            _stopping = true;
            Volatile.Write(ref _attention, 1);
            if (_thread.IsAlive && !IsEngineThread)
            {
                InterruptQuietly();
            }
        }

        Dispatcher.Stop();
    }

    /// <summary>Waits for the end. Not on the engine's own thread.</summary>
    public void Join() => _thread.Join();

    private void Run()
    {
        t_engine = this;
        Schedule();
        Log.Started(_logger, Kernel.Name);
        try
        {
            while (!IsStopping)
            {
                Turn();
            }
        }
#pragma warning disable CA1031 // Whatever ended the loop ends the engine: every reader is told, and every later call says so.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.EngineFailed(_logger, exception);
            lock (Gate)
            {
                _failure = exception;
                _stopping = true;
            }
        }

        EndBatch();
        Ended(_failure);
        (Kernel as SimulatedKernel)?.Detach();
        DisposeKernel();
        Log.Stopped(_logger);
    }

    private void Schedule()
    {
        if (_priority == 0)
        {
            return;
        }

        try
        {
            LinuxNative.ScheduleRealtime(_priority);
        }
        catch (KernelException refusal)
        {
            (_refusal, _stopping) = (refusal, true);
        }

        _scheduled.SetResult();
    }

    private void DisposeKernel()
    {
        try
        {
            Kernel.Dispose();
        }
#pragma warning disable CA1031 // The thread ends here: what a failing kernel throws now would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.KernelDisposeFailed(_logger, exception);
        }
    }

    private void CallbackFaulted(Exception exception)
    {
        Interlocked.Increment(ref _faults);
        Log.CallbackFaulted(_logger, exception);
    }

    private ClockReadings Notice(in ClockReadings host)
    {
        Debug.Assert(Monitor.IsEntered(Gate), "under the lock");
        if (host.WallOffset != _lastHost.WallOffset)
        {
            HostMoved(host);
        }

        _lastHost = host;
        return host;
    }

    /// <summary>There is something to tell readers of, or to announce.</summary>
    private void News()
    {
        if (IsEngineThread)
        {
            _more = true;
        }
        else
        {
            Interrupt();
        }
    }

    private void Interrupt()
    {
        Volatile.Write(ref _news, 1);
        Kernel.Interrupt();
    }

    private void InterruptQuietly()
    {
        try
        {
            Interrupt();
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended meanwhile, and its kernel with it.
        }
    }
}
