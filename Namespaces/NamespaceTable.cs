using System.Diagnostics;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs;

/// <summary>
/// The namespaces of one host, and which of their queues is due first in the host's time.
/// </summary>
/// <remarks>
/// For each base there is one heap of queues, keyed by the head's deadline translated to the host's clock. A host clock that is set
/// changes no key: only readings. An offset that changes moves one namespace's three entries. The owner serialises every call.
/// <code>
///   timers of a namespace    ordered in namespace time    ─┐
///   timers of another        ordered in namespace time    ─┼─▶ heads, ordered in host time ─▶ one alarm a base
///   ...                                                   ─┘
/// </code>
/// </remarks>
internal sealed partial class NamespaceTable
{
    /// <summary>The namespace without offsets that is always there.</summary>
    public const string HostName = "host";

    private readonly Dictionary<string, TimeNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly QueueHeads[] _heads = [new(), new(), new()];
    private List<TimerState> _woken = [];
    private List<TimerState> _collecting = [];
    private long _sequence;

    public NamespaceTable()
    {
        Host = new TimeNamespace(this, HostName, ClockOffsets.None);
        _namespaces.Add(HostName, Host);
    }

    public TimeNamespace Host { get; }

    /// <summary>The timers of all namespaces.</summary>
    public TimerStore Store { get; } = new();

    public IReadOnlyCollection<TimeNamespace> Namespaces => _namespaces.Values;

    /// <summary>True when a reader waits to be told of a wake-up that has happened.</summary>
    public bool HasWakeups => _woken.Count != 0;

    public bool IsHost(TimeNamespace ns) => ReferenceEquals(ns, Host);

    public TimeNamespace? Find(string name) => _namespaces.GetValueOrDefault(name);

    /// <summary>A new namespace.</summary>
    /// <exception cref="ArgumentException">An impossible name.</exception>
    /// <exception cref="OffsetRangeException">A clock would be out of range.</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public TimeNamespace Create(string name, in ClockOffsets offsets, in ClockReadings host)
    {
        CheckFree(name);
        offsets.CheckRange(host);
        var created = new TimeNamespace(this, name, offsets);
        _namespaces.Add(name, created);
        return created;
    }

    /// <summary>A namespace from an image: only the offsets are chosen anew, no deadline is rewritten (unless the image says relative).</summary>
    /// <inheritdoc cref="Create"/>
    public TimeNamespace Restore(NamespaceImage image, RestorePolicy policy, string? name, in ClockReadings host)
    {
        ImageRules.Check(image);
        CheckFree(name ?? image.Name);
        var offsets = policy.Resume(image.Offsets, image.Readings, image.Host, host);
        offsets.CheckRange(host);
        var restored = new TimeNamespace(this, name ?? image.Name, offsets);
        restored.Load(image, policy, host);
        _namespaces.Add(restored.Name, restored);
        return restored;
    }

    /// <summary>Closes a namespace and its timers.</summary>
    /// <exception cref="TimeNamespaceException">EBUSY: the host.</exception>
    public void Remove(TimeNamespace ns)
    {
        if (IsHost(ns))
        {
            throw new TimeNamespaceException(Errno.EBUSY, "The host cannot be closed");
        }

        ns.Close();
        _namespaces.Remove(ns.Name);
        _woken.RemoveAll(static t => t.IsClosed);
        Store.RemoveOwner(ns.StoreIndex);
    }

    /// <summary>The point on a host clock at which the next timer is due, or never.</summary>
    public ClockTime NextDeadline(ClockBase clock) => new(_heads[(int)clock].FirstDeadline);

    /// <summary>The host's wall clock was set, or it resumed from suspend (X1). Frozen namespaces learn of it when they thaw.</summary>
    public void HostClockWasSet(in ClockReadings host)
    {
        var listed = new List<(TimerState, long)>();
        foreach (var ns in _namespaces.Values)
        {
            if (!ns.IsFrozen && ns.CancelList.Count != 0)
            {
                var wallOffset = ns.ReadAt(host).WallOffset;
                listed.AddRange(ns.CancelList.Select(i => (new TimerState(ns, i), wallOffset)));
            }
        }

        CancelInOrder(listed);
    }

    internal long NextSequence() => ++_sequence;

    /// <summary>Tells timers that the wall clock was set, in the order of arming, whichever namespace they are in.</summary>
    /// <param name="listed">Timers on a cancel list, each with the wall offset that its namespace has now.</param>
    internal void CancelInOrder(IEnumerable<(TimerState Timer, long WallOffset)> listed)
    {
        foreach (var (timer, wallOffset) in listed.OrderBy(static e => e.Timer.Sequence))
        {
            if (Store.At(timer.Index).ClockWasSet(wallOffset))
            {
                Wake(timer.Index);
            }
        }
    }

    /// <summary>Takes the wake-ups of a namespace that is being frozen out of turn: its readers are told when it is thawed.</summary>
    internal IReadOnlyList<TimerState> HoldWakeups(TimeNamespace ns)
    {
        if (_woken.Count == 0)
        {
            return [];
        }

        var held = _woken.Where(t => !t.IsClosed && ReferenceEquals(t.Namespace, ns)).ToArray();
        _woken.RemoveAll(t => t.IsClosed || ReferenceEquals(t.Namespace, ns));
        foreach (var timer in held)
        {
            Store.At(timer.Index).Set(TimerNode.WakeQueued, false);
        }

        return held;
    }

    /// <summary>Notes a wake-up for whoever watches the timer.</summary>
    internal void Wake(int index)
    {
        ref var node = ref Store.At(index);
        if ((node.State & (TimerNode.Watched | TimerNode.WakeQueued)) == TimerNode.Watched)
        {
            node.Set(TimerNode.WakeQueued, true);
            _woken.Add(new TimerState(Store.OwnerOf(node), index, node));
        }
    }

    /// <summary>Translates a queue's head to host time and files it; a frozen namespace's queues are not filed at all.</summary>
    internal void Update(TimerQueue queue)
    {
        var heads = _heads[(int)queue.Clock];
        var ns = queue.Namespace;
        if (queue.IsEmpty || ns.IsFrozen || ns.IsClosed)
        {
            heads.Remove(queue);
        }
        else
        {
            queue.OffsetNs = ns.Offsets[queue.Clock];
            File(queue, heads);
        }
    }

    private static void File(TimerQueue queue, QueueHeads heads) =>
        heads.Set(queue, ClockOffsets.ToHost(queue.HeadDeadline, queue.OffsetNs), queue.HeadSequence);

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        foreach (var heads in _heads)
        {
            heads.CheckInvariants();
        }

        foreach (var ns in _namespaces.Values)
        {
            ns.CheckInvariants();
            foreach (var queue in ns.Queues)
            {
                Debug.Assert(_heads[(int)queue.Clock].Contains(queue) == (!queue.IsEmpty && !ns.IsFrozen), "a running namespace's queues are filed when they hold a timer");
                Debug.Assert(queue.IsEmpty || ns.IsFrozen || queue.OffsetNs == ns.Offsets[queue.Clock], "INV-7: a filed queue knows the offset");
            }
        }
    }

    private void CheckFree(string name)
    {
        if (_namespaces.ContainsKey(Names.Check(name, nameof(name))))
        {
            throw new TimeNamespaceException(Errno.EEXIST, $"There is a namespace '{name}' already");
        }
    }
}
