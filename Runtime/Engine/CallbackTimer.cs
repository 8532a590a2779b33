using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// A timer whose ticks run a delegate, off the engine's thread: what the faces are made of. In no image.
/// </summary>
internal sealed class CallbackTimer : IDisposable
{
    private readonly RuntimeNamespace _namespace;
    private readonly TimerEngine _engine;
    private readonly ClockId _clock;
    private readonly Action _callback;
    private readonly Action _run;
    private TimerState _state; // none while it is not armed
    private bool _isDisposed;
    private int _posted; // 1: a run is on its way

    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public CallbackTimer(RuntimeNamespace ns, TimerEngine engine, ClockId clock, Action callback)
    {
        _namespace = ns;
        _engine = engine;
        _clock = clock;
        _callback = callback;
        _run = Run;
        lock (engine.Gate)
        {
            ns.CheckOpen();
            ns.State.NoteTimer();
        }
    }

    /// <summary>Arms it this long from now; 0 or less is now. False when it is closed.</summary>
    public bool ArmAfter(long nanoseconds, long intervalNs)
    {
        lock (_engine.Gate)
        {
            if (_isDisposed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            var host = _engine.ReadHost(_clock);
            Arm(_namespace.State.ReadAt(_clock.Base(), host).Plus(Math.Max(0, nanoseconds)), intervalNs, host);
            return true;
        }
    }

    /// <summary>Arms it at a point on its clock. False when it is closed.</summary>
    public bool ArmAt(ClockTime deadline)
    {
        lock (_engine.Gate)
        {
            if (_isDisposed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            Arm(deadline, 0, _engine.ReadHost(_clock));
            return true;
        }
    }

    /// <summary>Disarms it. False when it is closed.</summary>
    public bool Disarm()
    {
        lock (_engine.Gate)
        {
            if (_isDisposed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            Release();
            return true;
        }
    }

    /// <summary>Closes it: no callback is started after this, except one that was already handed over.</summary>
    public void Dispose()
    {
        lock (_engine.Gate)
        {
            _isDisposed = true;
            Release();
        }
    }

    /// <summary>Has its delegate run, on the engine's thread, without the lock.</summary>
    public void Deliver()
    {
        // What is due again before the callback has begun is one run: nothing queues up.
        if (Interlocked.Exchange(ref _posted, 1) == 0)
        {
            _engine.Post(_run);
        }

        lock (_engine.Gate)
        {
            if (!_state.IsNull && !_state.IsClosed && !_state.IsArmed && !_state.IsReadable)
            {
                Release();
            }
        }
    }

    private void Run()
    {
        Interlocked.Exchange(ref _posted, 0);
        _callback();
    }

    /// <summary>Under the lock: out of the namespace, which would hold it, and whatever its callback refers to, for ever.</summary>
    private void Release()
    {
        if (!_state.IsNull && !_state.IsClosed)
        {
            _namespace.State.Remove(_state);
        }

        _state = default;
    }

    private void Arm(ClockTime deadline, long intervalNs, in ClockReadings host)
    {
        if (_state.IsNull)
        {
            _state = _namespace.State.CreateEphemeral(_clock, host, this);
        }

        _namespace.State.ArmAt(_state, deadline, intervalNs, host);
        _engine.Changed();
    }
}
