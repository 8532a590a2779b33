using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>An action that runs once a period and never overlaps itself.</summary>
internal sealed class PeriodicAction<TState> : IDisposable
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int RunningAndDue = 2;

    private readonly CallbackTimer _timer;
    private readonly Func<TState, TState> _action;
    private TState _state;
    private int _phase;
    private volatile bool _isDisposed;

    public PeriodicAction(RuntimeNamespace ns, TimerEngine engine, TState state, long periodNs, Func<TState, TState> action)
    {
        _state = state;
        _action = action;
        _timer = new CallbackTimer(ns, engine, ClockId.Monotonic, Tick);
        _timer.ArmAfter(periodNs, periodNs);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
    }

    /// <summary>Runs the action, or leaves the run to the call that is in it now.</summary>
    private void Tick()
    {
        if (Interlocked.CompareExchange(ref _phase, Running, Idle) != Idle)
        {
            // Either the running call sees the mark, or it has just become idle and this one takes its place.
            if (Interlocked.CompareExchange(ref _phase, RunningAndDue, Running) != Idle)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _phase, Running, Idle) != Idle)
            {
                return;
            }
        }

        RunWhileDue();
    }

    private void RunWhileDue()
    {
        try
        {
            do
            {
                Interlocked.Exchange(ref _phase, Running);
                if (_isDisposed)
                {
                    return;
                }

                _state = _action(_state);
            }
            while (Interlocked.CompareExchange(ref _phase, Idle, Running) == RunningAndDue);
        }
        catch
        {
            // As with any observer: what throws is not called again.
            Dispose();
            throw;
        }
    }
}
