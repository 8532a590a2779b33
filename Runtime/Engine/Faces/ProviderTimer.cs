using TimeNs.Clocks;

namespace TimeNs.Runtime.Faces;

/// <summary>One timer of a <see cref="NamespaceTimeProvider"/>, with the contract of <see cref="ITimer"/>.</summary>
internal sealed class ProviderTimer : ITimer
{
    private readonly CallbackTimer _timer;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly object _gate = new();
    private int _running;
    private bool _isDisposed;
    private TaskCompletionSource? _idle;

    public ProviderTimer(RuntimeNamespace ns, TimerEngine engine, TimerCallback callback, object? state)
    {
        _callback = callback;
        _state = state;
        _timer = new CallbackTimer(ns, engine, ClockId.Monotonic, Run);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckSpan(dueTime, nameof(dueTime));
        CheckSpan(period, nameof(period));
        return dueTime == Timeout.InfiniteTimeSpan
            ? _timer.Disarm()
            : _timer.ArmAfter(TimeSpans.ToNanoseconds(dueTime), Math.Max(0, TimeSpans.ToNanoseconds(period)));
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
        }
    }

    /// <summary>Completes when no callback runs any more.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        lock (_gate)
        {
            if (_running == 0)
            {
                return ValueTask.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_idle.Task);
        }
    }

    private static void CheckSpan(TimeSpan span, string parameter)
    {
        if (span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(parameter, span, "Must not be negative, except for Timeout.InfiniteTimeSpan.");
        }
    }

    private void Run()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _running++;
        }

        try
        {
            if (_context is null)
            {
                _callback(_state);
            }
            else
            {
                ExecutionContext.Run(_context, static s => ((ProviderTimer)s!)._callback(((ProviderTimer)s)._state), this);
            }
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        TaskCompletionSource? idle;
        lock (_gate)
        {
            idle = --_running == 0 ? _idle : null;
        }

        idle?.TrySetResult();
    }
}
