using TimeNs.Control.Problems;
using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Control.Events;

/// <summary>
/// What one event stream is about: everything, one namespace, or one timer; and whether it reads the timers, or shows what others read of them.
/// </summary>
/// <param name="buffer">Where its events wait.</param>
/// <param name="ns">The namespace, or null for all.</param>
/// <param name="timer">The timer, or null for all of the namespace.</param>
/// <param name="maxTimers">How many timers it reads at most; 0 for a stream that reads none and mirrors what is delivered to others.</param>
internal sealed class EventScope(EventBuffer buffer, RuntimeNamespace? ns, NamespaceTimer? timer, int maxTimers) : IDisposable
{
    /// <summary>
    /// Ticks of one batch that a mirror takes; the rest is counted as dropped. A batch is told on the engine's thread: this keeps what a stream costs it far below what the
    /// batch itself does, however many timers are due.
    /// </summary>
    public const int MostMirrored = 128;

    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<NamespaceTimer, IDisposable> _read = [];
    private IDisposable? _changes;
    private bool _disposed;

    public EventBuffer Buffer { get; } = buffer;

    /// <summary>It reads no timers itself.</summary>
    public bool IsMirror => maxTimers == 0;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ControlException">429: more timers than a stream may read.</exception>
    public void Start(TimeRuntime runtime)
    {
        var changes = ns is null
            ? runtime.Changes.Subscribe(change => Buffer.Add(change), _ => Buffer.End(), Buffer.End)
            : ns.Changes.Subscribe(change => Buffer.Add(change), _ => Buffer.End(), CloseNamespace);
        lock (_gate)
        {
            _changes = changes;
        }

        if (!ReadNewTimers())
        {
            throw ControlException.Reached("timers_per_event_stream", maxTimers, $"An event stream reads at most {maxTimers} timers.");
        }
    }

    /// <summary>Subscribes to timers of its scope that it does not read yet. False when there are too many: the rest is left out.</summary>
    public bool ReadNewTimers()
    {
        if (maxTimers == 0 || ns is not { IsClosed: false })
        {
            return true;
        }

        foreach (var open in timer is null ? ns.Timers : [timer])
        {
            if (!Read(open))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>On the engine's thread: what readers took.</summary>
    public void Mirror(ReadOnlySpan<DeliveredTick> batch)
    {
        var (left, dropped, expirations) = (MostMirrored, 0L, 0UL);
        foreach (ref readonly var delivered in batch)
        {
            if (delivered.Timer is not NamespaceTimer told || (timer is not null ? told != timer : ns is not null && told.Namespace != ns))
            {
                continue; // not of this scope, or of a delegate, which is nobody's to watch
            }

            if (left > 0)
            {
                Buffer.Add(told, delivered.Tick);
                left--;
            }
            else
            {
                dropped++;
                expirations = EventBuffer.Plus(expirations, delivered.Tick.Expirations);
            }
        }

        if (dropped != 0)
        {
            Buffer.Drop(dropped, expirations);
        }
    }

    /// <summary>Something came or went through the control interface.</summary>
    public void Tell(string kind, LifeEvent life, RuntimeNamespace of, NamespaceTimer? which)
    {
        if ((ns is not null && ns != of) || (timer is not null && which is not null && timer != which))
        {
            return;
        }

        if (ns is not null && which is null)
        {
            return; // its end is told by the namespace itself, and it was there before the stream
        }

        if (timer is not null && maxTimers != 0)
        {
            return; // the same of a timer that is read
        }

        Buffer.Add(kind, life);
        if (which is null)
        {
            return;
        }

        if (string.Equals(kind, "created", StringComparison.Ordinal) && maxTimers != 0)
        {
            Read(which);
        }
        else if (timer is not null)
        {
            Buffer.End();
        }
    }

    public void Dispose()
    {
        IDisposable[] held;
        lock (_gate)
        {
            _disposed = true;
            held = [.. _read.Values, .. _changes is { } changes ? [changes] : Array.Empty<IDisposable>()];
            _read.Clear();
        }

        foreach (var one in held)
        {
            one.Dispose();
        }
    }

    /// <summary>On the engine's thread.</summary>
    private void CloseNamespace()
    {
        Buffer.Add("closed", new LifeEvent { Namespace = ns!.Name, Timer = null, Name = null });
        Buffer.End();
    }

    /// <summary>False when it reads as many as it may.</summary>
    private bool Read(NamespaceTimer which)
    {
        lock (_gate)
        {
            if (_disposed || _read.ContainsKey(which))
            {
                return true;
            }

            if (_read.Count >= maxTimers)
            {
                return false;
            }

            _read.Add(which, which.Ticks.Subscribe((Tick tick) => Buffer.Add(which, tick), _ => Forget(which), () => Forget(which)));
            return true;
        }
    }

    /// <summary>The timer was closed.</summary>
    private void Forget(NamespaceTimer which)
    {
        lock (_gate)
        {
            _read.Remove(which);
        }

        if (timer == which)
        {
            Buffer.Add("closed", new LifeEvent { Namespace = which.Namespace.Name, Timer = which.Id, Name = which.Name });
            Buffer.End();
        }
    }
}
