using System.Diagnostics;
using Microsoft.Extensions.Logging;
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
/// Ground rules: nothing is locked while an observer runs (INV-6); every OnNext, OnError and OnCompleted comes from the engine's
/// thread; an operation after which nothing old may be seen (<see cref="Quiesce"/>) takes back what is not delivered yet of its
/// namespace and, unless it is called from inside an observer, waits for the one that runs (INV-3, INV-7). The next batch
/// does not begin before it is done, however busy the engine is.
/// </remarks>
internal sealed partial class TimerEngine
{
    /// <summary>An alarm this near may have fired already, unseen: it is set again after every wait.</summary>
    private const long AlarmMarginNs = 1_000_000;

    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly long[] _alarms = [long.MaxValue, long.MaxValue, long.MaxValue];
    private List<Action> _notices = [];
    private List<Action> _announcing = [];
    private ClockReadings _lastHost;
    private bool _clockWasSet; // since the alarms were set
    private bool _hostMoved; // a reading told of a clock set that Wait has not told of yet
    private bool _stopping;
    private Exception? _failure;
    private long _wakeups;
    private long _expirations;
    private long _hostClockSets;
    private long _faults;

    public TimerEngine(IKernel kernel, ILogger logger)
    {
        Kernel = kernel;
        _logger = new QuietLogger(logger);
        _lastHost = kernel.Read();
        Dispatcher = new CallbackDispatcher(kernel is SimulatedKernel, CallbackFaulted);
        _thread = new Thread(Run) { IsBackground = true, Name = "TimeNs engine" };
    }

    /// <summary>Guards the table and everything in it.</summary>
    public object Gate { get; } = new();

    public IKernel Kernel { get; }

    public NamespaceTable Table { get; } = new();

    public CallbackDispatcher Dispatcher { get; }

    public bool IsEngineThread => Thread.CurrentThread == _thread;

    public bool IsStopping => Volatile.Read(ref _stopping);

    /// <summary>Why the engine ended, when its kernel failed.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Called once, on the engine's thread, when it ends; with the kernel's failure, if that was why.</summary>
    public required Action<Exception?> Ended { get; init; }

    /// <summary>Called under the lock when the host's wall clock was found set, or the host resumed.</summary>
    public required Action<ClockChangeReason> HostClockMoved { get; init; }

    public RuntimeStatistics Statistics => new(
        _wakeups, _expirations, _deliveries, _hostClockSets, Interlocked.Read(ref _faults),
        Table.Namespaces.Count, Table.Namespaces.Sum(static ns => ns.Timers.Count));

    public void Start()
    {
        (Kernel as SimulatedKernel)?.Attach(_thread, () => Dispatcher.HoldsTime);
        _thread.Start();
    }

    /// <summary>Reads the host's clocks, under the lock, and notices a clock set that nobody has told of yet.</summary>
    public ClockReadings ReadHost()
    {
        Debug.Assert(Monitor.IsEntered(Gate), "under the lock");
        var host = Kernel.Read();
        if (host.WallOffset != _lastHost.WallOffset)
        {
            HostMoved(host);
        }

        _lastHost = host;
        return host;
    }

    /// <summary>To be called under the lock after every change: sets what alarm is due earlier now, and wakes the engine for news.</summary>
    public void Changed()
    {
        Debug.Assert(Monitor.IsEntered(Gate), "under the lock");
        foreach (var clock in ClockOffsets.Bases)
        {
            var next = Table.NextDeadline(clock);
            if (next.Nanoseconds < _alarms[(int)clock])
            {
                SetAlarm(clock, next);
            }
        }

        if (!IsEngineThread && (Table.HasWakeups || _notices.Count != 0))
        {
            Kernel.Interrupt();
        }
    }

    /// <summary>Under the lock: has something run on the engine's thread after the ticks that are due.</summary>
    public void Announce(Action notice) => _notices.Add(notice);

    /// <summary>Runs a callback off the engine's thread. From any thread.</summary>
    public void Post(Action callback)
    {
        Dispatcher.Post(callback);
        if (Kernel is SimulatedKernel && !IsEngineThread && !Dispatcher.HoldsTime)
        {
            Kernel.Interrupt(); // the engine drains what is posted, and may be waiting
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

    /// <summary>Stops the engine and waits for its thread, except from inside that thread, which then ends by itself.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            _stopping = true;
            if (_thread.IsAlive && !IsEngineThread)
            {
                InterruptQuietly();
            }
        }

        Dispatcher.Stop();
        if (!IsEngineThread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        Log.Started(_logger, Kernel.Name);
        try
        {
            var more = false;
            while (!IsStopping)
            {
                more = Turn(waits: !more);
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

        lock (Gate)
        {
            EndBatch();
        }

        Ended(_failure);
        (Kernel as SimulatedKernel)?.Detach();
        DisposeKernel();
        Log.Stopped(_logger);
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

    /// <summary>One turn of the engine: wait, expire, deliver. True when there is more to do at once.</summary>
    private bool Turn(bool waits)
    {
        var clockSet = waits && Kernel.Wait();
        lock (Gate)
        {
            while (_quiescing != 0)
            {
                Monitor.Wait(Gate);
            }

            if (_stopping)
            {
                return false;
            }

            _wakeups += waits ? 1 : 0;
            var host = ReadAfterWait(clockSet);
            _expirations += Table.ExpireAndCollect(host, _batch);
            (_notices, _announcing) = (_announcing, _notices);
            SetAlarms(host);
            _delivered = -1;
        }

        Deliver();
        Announce();
        lock (Gate)
        {
            _announcing.Clear();
            EndBatch();
        }

        var drained = Dispatcher.Drain();
        lock (Gate)
        {
            return drained || Table.HasWakeups || _notices.Count != 0;
        }
    }

    private void CallbackFaulted(Exception exception)
    {
        Interlocked.Increment(ref _faults);
        Log.CallbackFaulted(_logger, exception);
    }

    /// <summary>
    /// A wait that tells of a clock set means a trigger (X1), also when the clock was set to what it read; but not a second one where
    /// a reading had told of it before.
    /// </summary>
    private ClockReadings ReadAfterWait(bool clockSet)
    {
        _clockWasSet |= clockSet;
        var host = ReadHost();
        if (clockSet && !_hostMoved)
        {
            Table.HostClockWasSet(host);
        }

        _hostMoved &= !clockSet;
        return host;
    }

    private void HostMoved(in ClockReadings host)
    {
        var reason = host.SuspendedTime != _lastHost.SuspendedTime ? ClockChangeReason.HostResumed : ClockChangeReason.HostClockSet;
        var movedNs = ClockTime.SubtractSaturating(host.WallOffset, _lastHost.WallOffset);
        _notices.Add(() => Log.HostClockMoved(_logger, movedNs, reason)); // nothing is locked while a logger runs
        _hostClockSets++;
        _clockWasSet = true;
        _hostMoved = true;
        _lastHost = host;
        Table.HostClockWasSet(host);
        HostClockMoved(reason);
        if (!IsEngineThread)
        {
            Kernel.Interrupt();
        }
    }

    /// <summary>
    /// Sets every alarm that is not set as it should be. One that is due, or nearly, may have been cleared by the wait; so may any of
    /// the wall clock after it was set: it fired, and then the clock was set back to before it.
    /// </summary>
    private void SetAlarms(in ClockReadings host)
    {
        foreach (var clock in ClockOffsets.Bases)
        {
            var next = Table.NextDeadline(clock);
            var alarm = _alarms[(int)clock];
            var mayBeCleared = alarm != long.MaxValue
                && ((_clockWasSet && clock == ClockBase.Realtime) || alarm <= ClockTime.AddSaturating(host[clock].Nanoseconds, AlarmMarginNs));
            if (mayBeCleared || next.Nanoseconds != alarm)
            {
                SetAlarm(clock, next);
            }
        }

        _clockWasSet = false;
    }

    private void SetAlarm(ClockBase clock, ClockTime deadline)
    {
        Kernel.SetAlarm(clock, deadline);
        _alarms[(int)clock] = deadline.Nanoseconds;
    }

    private void InterruptQuietly()
    {
        try
        {
            Kernel.Interrupt();
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended meanwhile, and its kernel with it.
        }
    }
}
