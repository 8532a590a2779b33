using System.Collections.Concurrent;

namespace TimeNs.Runtime;

/// <summary>
/// Runs other people's callbacks (TimeProvider timers, scheduled actions) off the engine's thread, which must never wait for them.
/// </summary>
/// <remarks>
/// On a real machine a callback goes to the thread pool, as the timers of the base library do. In simulated time the engine
/// drains them one after the other before time moves on, so that a run is deterministic and what a callback arms is seen.
/// </remarks>
internal sealed class CallbackDispatcher(bool isSimulated, Action<Exception> faulted)
{
    private readonly ConcurrentQueue<Action> _queue = new();
    private readonly object _sync = new();
    private bool _busy;
    private bool _stopped;

    [ThreadStatic]
    private static CallbackDispatcher? t_running;

    /// <summary>True when time waits for callbacks.</summary>
    public bool IsSimulated => isSimulated;

    /// <summary>True on a thread that runs a callback for which simulated time stands still.</summary>
    public bool HoldsTime => isSimulated && t_running == this;

    public void Post(Action callback)
    {
        if (isSimulated)
        {
            _queue.Enqueue(callback);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Self.Run(s.Callback), (Self: this, Callback: callback), preferLocal: false);
        }
    }

    /// <summary>Runs what was posted in simulated time, also what it posts itself, and waits for it; on the engine's thread. True when there was any.</summary>
    public bool Drain()
    {
        var any = false;
        while (_queue.TryDequeue(out var callback))
        {
            any = true;
            lock (_sync)
            {
                if (_stopped)
                {
                    break;
                }

                _busy = true;
                ThreadPool.UnsafeQueueUserWorkItem(static s => s.Self.RunForDrain(s.Callback), (Self: this, Callback: callback), preferLocal: false);
                while (_busy && !_stopped)
                {
                    Monitor.Wait(_sync);
                }
            }
        }

        return any;
    }

    /// <summary>Ends a wait in <see cref="Drain"/>: a callback that stops the runtime is waited for by nobody.</summary>
    public void Stop()
    {
        lock (_sync)
        {
            _stopped = true;
            Monitor.PulseAll(_sync);
        }
    }

    private void RunForDrain(Action callback)
    {
        Run(callback);
        lock (_sync)
        {
            _busy = false;
            Monitor.PulseAll(_sync);
        }
    }

    private void Run(Action callback)
    {
        var outer = t_running;
        t_running = this;
        try
        {
            callback();
        }
#pragma warning disable CA1031 // A callback may throw anything; it is logged and counted, and must not end the process or the engine.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            faulted(exception);
        }
        finally
        {
            t_running = outer;
        }
    }
}
