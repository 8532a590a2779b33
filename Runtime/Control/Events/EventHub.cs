using TimeNs.Control.Wire;
using TimeNs.Runtime;

namespace TimeNs.Control.Events;

/// <summary>The open event streams, and what they are told of beside what they read themselves: what came and what went, and what others read.</summary>
internal sealed class EventHub : IDeliveryTap
{
    private readonly Lock _gate = new(); // guards changes; the array is replaced, never written to
    private EventScope[] _open = [];
    private bool _ended;

    /// <summary>A stream is open that reads no timers.</summary>
    public bool IsWanted => Array.Exists(Volatile.Read(ref _open), static s => s.IsMirror);

    public void Add(EventScope scope)
    {
        lock (_gate)
        {
            _open = [.. _open, scope];
            if (_ended)
            {
                scope.Buffer.End();
            }
        }
    }

    public void Remove(EventScope scope)
    {
        lock (_gate)
        {
            _open = Array.FindAll(_open, s => s != scope);
        }
    }

    public void Delivered(ReadOnlySpan<DeliveredTick> batch)
    {
        foreach (var scope in Volatile.Read(ref _open))
        {
            if (scope.IsMirror)
            {
                scope.Mirror(batch);
            }
        }
    }

    public void Created(RuntimeNamespace ns) => Tell("created", ns, null);

    public void Closed(RuntimeNamespace ns) => Tell("closed", ns, null);

    public void Created(NamespaceTimer timer) => Tell("created", timer.Namespace, timer);

    public void Closed(NamespaceTimer timer) => Tell("closed", timer.Namespace, timer);

    /// <summary>Ends every stream, also those that come later.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
        }

        foreach (var scope in Volatile.Read(ref _open))
        {
            scope.Buffer.End();
        }
    }

    /// <summary>In its place among what the engine tells: after the changes that came before it.</summary>
    private void Tell(string kind, RuntimeNamespace ns, NamespaceTimer? timer)
    {
        lock (ns.Engine.Gate)
        {
            ns.Engine.Announce(() => TellNow(kind, ns, timer));
            ns.Engine.Changed();
        }
    }

    /// <summary>On the engine's thread.</summary>
    private void TellNow(string kind, RuntimeNamespace ns, NamespaceTimer? timer)
    {
        var life = new LifeEvent { Namespace = ns.Name, Timer = timer?.Id, Name = timer?.Name };
        foreach (var scope in Volatile.Read(ref _open))
        {
            scope.Tell(kind, life, ns, timer);
        }
    }
}
