using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>
/// A timer whose ticks run a delegate, off the engine's thread: what the faces are made of. In no image.
/// </summary>
internal sealed class CallbackTimer : IEngineTimer, IDisposable
{
    private readonly RuntimeNamespace _namespace;
    private readonly TimerEngine _engine;
    private readonly TimerState _state;
    private readonly Action _callback;
    private readonly Action _run;
    private int _posted; // 1: a run is on its way

    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public CallbackTimer(RuntimeNamespace ns, TimerEngine engine, ClockId clock, Action callback)
    {
        _namespace = ns;
        _engine = engine;
        _callback = callback;
        _run = Run;
        lock (engine.Gate)
        {
            ns.CheckOpen();
            _state = ns.State.CreateEphemeral(clock, engine.ReadHost());
            _state.Tag = this;
            _state.IsWatched = true;
        }
    }

    /// <summary>Arms it this long from now; 0 or less is now. False when it is closed.</summary>
    public bool ArmAfter(long nanoseconds, long intervalNs)
    {
        lock (_engine.Gate)
        {
            if (_state.IsClosed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            var host = _engine.ReadHost(_state.Clock);
            Arm(_namespace.State.ReadAt(host)[_state.Clock].Plus(Math.Max(0, nanoseconds)), intervalNs, host);
            return true;
        }
    }

    /// <summary>Arms it at a point on its clock. False when it is closed.</summary>
    public bool ArmAt(ClockTime deadline)
    {
        lock (_engine.Gate)
        {
            if (_state.IsClosed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            Arm(deadline, 0, _engine.ReadHost(_state.Clock));
            return true;
        }
    }

    /// <summary>Disarms it. False when it is closed.</summary>
    public bool Disarm()
    {
        lock (_engine.Gate)
        {
            if (_state.IsClosed || _namespace.IsClosed || _engine.IsStopping)
            {
                return false;
            }

            _namespace.State.Disarm(_state, _engine.ReadHost(_state.Clock));
            return true;
        }
    }

    /// <summary>Closes it: no callback is started after this, except one that was already handed over.</summary>
    public void Dispose()
    {
        lock (_engine.Gate)
        {
            if (!_state.IsClosed)
            {
                _namespace.State.Remove(_state);
            }
        }
    }

    bool IEngineTimer.Deliver(in TickRead read)
    {
        // What is due again before the callback has begun is one run: nothing queues up.
        if (Interlocked.Exchange(ref _posted, 1) == 0)
        {
            _engine.Post(_run);
        }

        return true;
    }

    void IEngineTimer.End(Exception? error)
    {
        // A delegate has no end to be told of.
    }

    private void Run()
    {
        Interlocked.Exchange(ref _posted, 0);
        _callback();
    }

    private void Arm(ClockTime deadline, long intervalNs, in ClockReadings host)
    {
        _namespace.State.ArmAt(_state, deadline, intervalNs, host);
        _engine.Changed();
    }
}
