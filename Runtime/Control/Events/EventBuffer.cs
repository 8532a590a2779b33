using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Control.Events;

/// <summary>An event for one reader: exactly one of the three.</summary>
internal sealed class PendingEvent
{
    /// <summary>Whose tick it is.</summary>
    public NamespaceTimer? Timer { get; init; }

    /// <summary>The tick, with what was summed into it.</summary>
    public Tick Tick { get; set; }

    public ClockChange? Change { get; init; }

    public (string Kind, LifeEvent Event)? Life { get; init; }
}

/// <summary>
/// What waits for one reader of events. The engine's thread puts in and never waits; the reader's task takes out.
/// </summary>
/// <remarks>
/// Ticks of a timer that wait are one event with the sum of their counts; a cancel notice, a change and what comes or goes keep their
/// places between them. So the buffer is at most as long as there are timers between two such events. When it is full all the same,
/// what comes is thrown away and counted. The lock is held for a few dozen instructions on either side.
/// </remarks>
internal sealed class EventBuffer(int capacity)
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly Queue<PendingEvent> _waiting = [];
    private readonly Dictionary<NamespaceTimer, PendingEvent> _open = []; // the last waiting event of a timer, while more may be summed into it
    private TaskCompletionSource? _reader;
    private long _dropped;
    private ulong _droppedExpirations;
    private long _conflated;
    private bool _beat;
    private bool _ended;

    /// <summary>True when nothing more will be put in.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended && _waiting.Count == 0;
            }
        }
    }

    public void Add(NamespaceTimer timer, in Tick tick)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            if (_open.TryGetValue(timer, out var open) && open.Tick.IsCanceled == tick.IsCanceled)
            {
                open.Tick = Sum(open.Tick, tick);
                _conflated++;
                return;
            }

            reader = Put(new PendingEvent { Timer = timer, Tick = tick }, tick.Expirations);
        }

        reader?.TrySetResult();
    }

    /// <summary>Ticks that are not put in.</summary>
    public void Drop(long count, ulong expirations)
    {
        lock (_gate)
        {
            _dropped += count;
            _droppedExpirations = Plus(_droppedExpirations, expirations);
        }
    }

    public void Add(in ClockChange change) => AddOther(new PendingEvent { Change = change });

    /// <param name="kind"><c>created</c> or <c>closed</c>.</param>
    /// <param name="life">What came or went.</param>
    public void Add(string kind, LifeEvent life) => AddOther(new PendingEvent { Life = (kind, life) });

    /// <summary>It is time for a sign of life.</summary>
    public void Beat()
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _beat = true;
            reader = TakeReader();
        }

        reader?.TrySetResult();
    }

    /// <summary>Nothing more will come.</summary>
    public void End()
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _ended = true;
            reader = TakeReader();
        }

        reader?.TrySetResult();
    }

    /// <summary>The next event; false when none waits.</summary>
    public bool TryTake(out PendingEvent? pending)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out pending))
            {
                return false;
            }

            if (pending.Timer is { } timer && _open.TryGetValue(timer, out var open) && ReferenceEquals(open, pending))
            {
                _open.Remove(timer);
            }

            return true;
        }
    }

    /// <summary>What the reader did not get one by one since the last call; null when it got everything.</summary>
    public DroppedEvent? TakeDropped()
    {
        lock (_gate)
        {
            if (_dropped == 0 && _conflated == 0)
            {
                return null;
            }

            var dropped = new DroppedEvent { Count = _dropped, Expirations = _droppedExpirations, Conflated = _conflated };
            (_dropped, _droppedExpirations, _conflated) = (0, 0, 0);
            return dropped;
        }
    }

    /// <summary>Whether a sign of life is due, once.</summary>
    public bool TakeBeat()
    {
        lock (_gate)
        {
            var beat = _beat;
            _beat = false;
            return beat;
        }
    }

    /// <summary>Completes when there is something to do. For one reader.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count != 0 || _beat || _ended)
            {
                return Task.CompletedTask;
            }

            _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reader.Task;
        }
    }

    /// <summary>As counts of ticks are summed: it saturates.</summary>
    public static ulong Plus(ulong one, ulong other) => one > ulong.MaxValue - other ? ulong.MaxValue : one + other;

    private static Tick Sum(in Tick earlier, in Tick later) =>
        later with { Expirations = Plus(earlier.Expirations, later.Expirations), Due = earlier.Due };

    private void AddOther(PendingEvent pending)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _open.Clear(); // what comes after it must not be summed into what came before
            reader = Put(pending, 0);
        }

        reader?.TrySetResult();
    }

    /// <summary>Under the lock. Gives the reader to be woken.</summary>
    private TaskCompletionSource? Put(PendingEvent pending, ulong expirations)
    {
        if (_ended)
        {
            return null;
        }

        if (_waiting.Count >= capacity)
        {
            _dropped++;
            _droppedExpirations = Plus(_droppedExpirations, expirations);
            return null;
        }

        _waiting.Enqueue(pending);
        if (pending.Timer is { } timer)
        {
            _open[timer] = pending;
        }

        return TakeReader();
    }

    private TaskCompletionSource? TakeReader()
    {
        var reader = _reader;
        _reader = null;
        return reader;
    }
}
