using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace TimeNs.Runtime;

/// <summary>
/// Runs other people's callbacks (TimeProvider timers, scheduled actions) off the engine's thread, which must never wait for them.
/// </summary>
/// <remarks>
/// On a real machine a callback goes to the thread pool, as the timers of the base library do. In simulated time the engine
/// has them run one after the other before time moves on, so that a run is deterministic and what a callback arms is seen: on one
/// thread of the pool, which stays at hand for a moment after the last one. Both sides spin before they sleep, since most callbacks
/// are short and the next is due at once:
/// <code>
///   engine  posts, Drain: Busy ──── spins, then sleeps ──── Resting seen ── next turn ── Busy ...
///   pool                    runs, runs ... Resting ──── spins, then leaves: Absent
/// </code>
/// </remarks>
internal sealed class CallbackDispatcher(bool isSimulated, Action<Exception> faulted)
{
    private const int Absent = 0; // no thread of the pool is here
    private const int Busy = 1; // it has callbacks to run, or will have when it comes
    private const int Resting = 2; // it has run all of them, and looks for more

    // At most some tens of microseconds: a thread that sleeps costs as much to wake. A side that has spun in vain, as on a busy machine,
    // spins less the next time, but tries the whole span again now and then: with the least it would find nobody for ever. Where there is
    // one processor nobody would be running.
    private const int LeastSpins = 10;
    private const int TryAgain = 16;
    private static readonly int s_mostSpins = Environment.ProcessorCount > 1 ? 1000 : LeastSpins;

    private readonly ConcurrentQueue<Action> _queue = new();
    private readonly object _sync = new();
    private int _posted; // 1: there may be something in the queue
    private int _phase;
    private int _handovers;
    private int _engineSpins = s_mostSpins;
    private int _poolSpins = s_mostSpins;
    private bool _asleep; // the engine's thread
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
            Volatile.Write(ref _posted, 1);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Self.Run(s.Callback), (Self: this, Callback: callback), preferLocal: false);
        }
    }

    /// <summary>Has what was posted in simulated time run, also what it posts itself, and waits for it; on the engine's thread.</summary>
    public void Drain()
    {
        if (Volatile.Read(ref _posted) == 0)
        {
            return;
        }

        Volatile.Write(ref _posted, 0);
        if (Volatile.Read(ref _stopped))
        {
            return;
        }

        if (++_handovers % TryAgain == 0)
        {
            _engineSpins = s_mostSpins;
            Volatile.Write(ref _poolSpins, s_mostSpins);
        }

        if (Interlocked.Exchange(ref _phase, Busy) == Absent)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Serve(), this, preferLocal: false);
        }

        SpinWhile(Busy, ref _engineSpins);
        SleepWhileBusy();
    }

    /// <summary>Ends a wait in <see cref="Drain"/>: a callback that stops the runtime is waited for by nobody.</summary>
    public void Stop()
    {
        lock (_sync)
        {
            Volatile.Write(ref _stopped, true);
            Monitor.PulseAll(_sync);
        }
    }

    private void SpinWhile(int phase, ref int most)
    {
        for (var i = 0; i < most && Volatile.Read(ref _phase) == phase; i++)
        {
            Thread.SpinWait(1);
        }

        most = Volatile.Read(ref _phase) == phase ? Math.Max(LeastSpins, most / 2) : Math.Min(s_mostSpins, most * 2);
    }

    private void SleepWhileBusy()
    {
        if (Volatile.Read(ref _phase) != Busy)
        {
            return;
        }

        lock (_sync)
        {
            Volatile.Write(ref _asleep, true);
            Interlocked.MemoryBarrier(); // either this sees the end, or the end sees this
            while (Volatile.Read(ref _phase) == Busy && !_stopped)
            {
                Monitor.Wait(_sync);
            }

            _asleep = false;
        }
    }

    /// <summary>On a thread of the pool.</summary>
    private void Serve()
    {
        var context = ExecutionContext.Capture();
        do
        {
            while (!Volatile.Read(ref _stopped) && RunNext())
            {
                Leave(context);
            }
        }
        while (!Volatile.Read(ref _stopped) && IsNeededAgain());
    }

    // A frame of its own: the thread that stays at hand must not keep the last callback alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RunNext()
    {
        if (!_queue.TryDequeue(out var callback))
        {
            return false;
        }

        Run(callback);
        return true;
    }

    /// <summary>Nothing that a callback has left on the thread is found there by the next.</summary>
    private static void Leave(ExecutionContext? context)
    {
        if (context is not null)
        {
            ExecutionContext.Restore(context);
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <summary>Lets the engine go on, and looks for a while whether there is more to run. False: this thread is to leave.</summary>
    private bool IsNeededAgain()
    {
        Interlocked.Exchange(ref _phase, Resting);
        if (Volatile.Read(ref _asleep))
        {
            lock (_sync)
            {
                Monitor.PulseAll(_sync);
            }
        }

        SpinWhile(Resting, ref _poolSpins);
        return Interlocked.CompareExchange(ref _phase, Absent, Resting) != Resting;
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
