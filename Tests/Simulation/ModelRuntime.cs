using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <summary>
/// The model of one runtime: the model's host, and an engine that takes turns. A turn expires what is due, reads for the readers,
/// tells them one after the other, then tells of changes and ends, then runs what belongs to delegates.
/// </summary>
internal sealed class ModelRuntime(ModelHost host, Action<string> note)
{
    private readonly Dictionary<ModelTimer, ModelReaders> _readers = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<Action> _posted = [];
    private List<Action> _notices = [];
    private List<Entry?> _batch = [];
    private int _at;

    /// <summary>A tick that was read and is on its way.</summary>
    private sealed record Entry(ModelNamespace Ns, ModelTimer Timer, ModelRead Read, int Epoch);

    public ModelHost Host { get; } = host;

    public bool Stopped { get; set; }

    public Queue<ModelSubscription> Slow { get; } = [];

    /// <summary>Who is told of the changes of a namespace.</summary>
    public Dictionary<ModelNamespace, List<string>> Listeners { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>How a namespace was restored, for those who listen later.</summary>
    public Dictionary<ModelNamespace, string> Restored { get; } = new(ReferenceEqualityComparer.Instance);

    public long Expirations { get; private set; }

    public long Deliveries { get; private set; }

    public long ClockSets { get; private set; }

    public long Faults { get; private set; }

    public ModelReaders Of(ModelTimer timer)
    {
        if (!_readers.TryGetValue(timer, out var readers))
        {
            _readers.Add(timer, readers = new ModelReaders());
        }

        return readers;
    }

    public void Announce(Action notice) => _notices.Add(notice);

    public void Post(Action callback) => _posted.Enqueue(callback);

    /// <summary>Turns until nothing is left to do at this moment.</summary>
    public void Settle()
    {
        do
        {
            Turn();
        }
        while (_posted.Count != 0 || _notices.Count != 0 || Host.Woken.Count != 0
            || Host.Running.Any(static e => e.Timer.WillFire && e.Timer.Deadline <= e.Ns.Now[e.Timer.Base]));
    }

    /// <summary>Time passes, from deadline to deadline; at most so many of them. How much of it passed.</summary>
    public Int128 Advance(Int128 by, int stops)
    {
        var passed = (Int128)0;
        for (; stops > 0 && passed < by; stops--)
        {
            var step = Enumerable.Range(0, 3).Select(Host.NextIn).OfType<Int128>().Append(by - passed).Min();
            step = Int128.Clamp(step, 0, by - passed);
            Host.MoveOn(step);
            passed += step;
            Settle();
        }

        return passed;
    }

    /// <summary>The machine slept, or its wall clock was set (X1).</summary>
    public void Jump(Int128 realtime, Int128 boottime)
    {
        Host.Jump(realtime, boottime);
        if (realtime != 0)
        {
            ClockSets++;
            foreach (var ns in Host.Namespaces.Where(static n => !n.Frozen))
            {
                AnnounceChange(ns, boottime != 0 ? "HostResumed" : "HostClockSet", ns.Offsets);
            }
        }
    }

    /// <summary>With the clocks as they are now.</summary>
    public void AnnounceChange(ModelNamespace ns, string reason, Int128[] old)
    {
        var change = Change(ns, reason, old);
        Announce(() =>
        {
            Listeners.GetValueOrDefault(ns)?.ForEach(id => note($"listener {id} {change}"));
            note($"change {change}");
        });
    }

    public static string Change(ModelNamespace ns, string reason, Int128[] old) =>
        $"{ns.Name} {reason} {Texts.Of(old)} to {Texts.Of(ns.Offsets)} at {Texts.Of(ns.Now)}";

    /// <summary>Takes back what is on its way to readers of a namespace (INV-3, INV-7).</summary>
    public void Quiesce(ModelNamespace ns)
    {
        for (var i = _at + 1; i < _batch.Count; i++)
        {
            if (_batch[i] is { } entry && entry.Ns == ns)
            {
                PutBack(entry);
                _batch[i] = null;
            }
        }
    }

    /// <summary>A reader has come or gone. Who comes is told at once of what is unread, also of what a freeze holds.</summary>
    public void UpdateWatch(ModelNamespace ns, ModelTimer timer, bool joined = false)
    {
        var readers = Of(timer);
        if (readers.Closed)
        {
            return;
        }

        timer.Watched = readers.Waiting.Count != 0 || readers.Subscriptions.Count != 0;
        if (joined && timer.Ticks != 0)
        {
            Host.Wake(ns, timer);
        }
    }

    public void Leave(ModelNamespace ns, ModelTimer timer, ModelSubscription subscription)
    {
        if (!subscription.Ended)
        {
            subscription.Ended = true;
            Of(timer).Subscriptions = [.. Of(timer).Subscriptions.Where(s => s != subscription)];
            UpdateWatch(ns, timer);
        }
    }

    /// <summary>A timer is closed; its readers are told in turn.</summary>
    public void End(ModelTimer timer)
    {
        var readers = Of(timer);
        readers.Waiting.ForEach(id => note($"end {id} waited in vain"));
        readers.Waiting.Clear();
        foreach (var subscription in readers.Subscriptions.Where(static s => !s.Ended))
        {
            subscription.Ended = true;
            if (subscription.IsSlow)
            {
                subscription.Completed = true;
                QueueSlow(subscription);
            }
            else
            {
                subscription.Script.OnEnd();
            }
        }

        readers.Subscriptions = [];
    }

    private void Turn()
    {
        Expirations += Host.ExpireDue();
        var woken = Host.Woken.ToList();
        Host.Woken.Clear();
        _batch = [.. woken.Where(static w => w.Timer.Watched && w.Ns.Timers.Contains(w.Timer)).Select(Read).OfType<Entry>()];
        var notices = _notices;
        _notices = [];
        for (_at = 0; _at < _batch.Count; _at++)
        {
            if (_batch[_at] is { } entry && Stands(entry))
            {
                Deliver(entry);
            }
        }

        _batch = [];
        notices.ForEach(static n => n());
        while (_posted.TryDequeue(out var callback))
        {
            callback();
        }
    }

    private Entry? Read((ModelNamespace Ns, ModelTimer Timer) woken) =>
        woken.Ns.Take(woken.Timer) is { } read && (read.Canceled || read.Count != 0)
            ? new Entry(woken.Ns, woken.Timer, read, Of(woken.Timer).Epoch)
            : null;

    private void Deliver(Entry entry)
    {
        if (Tell(entry))
        {
            Deliveries++;
        }
        else
        {
            PutBack(entry);
        }
    }

    /// <summary>False when nobody took it.</summary>
    private bool Tell(Entry entry)
    {
        var readers = Of(entry.Timer);
        if (readers.Callback is { } callback)
        {
            if (!readers.Posted)
            {
                readers.Posted = true;
                _posted.Enqueue(() =>
                {
                    readers.Posted = false;
                    callback();
                });
            }

            return true;
        }

        if (readers.Waiting.Count != 0)
        {
            var id = readers.Waiting[0];
            readers.Waiting.RemoveAt(0);
            UpdateWatch(entry.Ns, entry.Timer);
            _posted.Enqueue(() => note($"{id} {Texts.Of(entry.Read)}"));
            return true;
        }

        var taken = false;
        foreach (var subscription in readers.Subscriptions.ToList())
        {
            taken |= Tell(entry, subscription);
        }

        return taken;
    }

    private bool Tell(Entry entry, ModelSubscription subscription)
    {
        if (subscription.Ended)
        {
            return false;
        }

        if (subscription.IsSlow)
        {
            subscription.Note(entry.Read);
            QueueSlow(subscription);
            return true;
        }

        try
        {
            subscription.Script.OnNext(Texts.Of(entry.Read));
        }
        catch (ObserverException)
        {
            Leave(entry.Ns, entry.Timer, subscription);
            Faults++;
        }

        return true;
    }

    private void QueueSlow(ModelSubscription subscription)
    {
        if (!subscription.Queued && !subscription.Disposed)
        {
            subscription.Queued = true;
            Slow.Enqueue(subscription);
        }
    }

    private void PutBack(Entry entry)
    {
        if (Stands(entry))
        {
            entry.Ns.PutBack(entry.Timer, entry.Read);
        }
    }

    private bool Stands(Entry entry) => Of(entry.Timer) is { Closed: false } readers
        && (readers.Epoch == entry.Epoch || (entry.Read.Canceled && entry.Timer.Listed));
}
