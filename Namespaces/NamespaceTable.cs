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
internal sealed class NamespaceTable
{
    /// <summary>The namespace without offsets that is always there.</summary>
    public const string HostName = "host";

    private readonly Dictionary<string, TimeNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly IndexedHeap<TimerQueue, Place>[] _heads = [new(), new(), new()];
    private List<TimerState> _woken = [];
    private List<TimerState> _collecting = [];
    private long _sequence;

    private readonly struct Place : IHeapPlace<TimerQueue>
    {
        public static int Get(TimerQueue item) => item.TableIndex;

        public static void Set(TimerQueue item, int index) => item.TableIndex = index;
    }

    public NamespaceTable()
    {
        Host = new TimeNamespace(this, HostName, ClockOffsets.None);
        _namespaces.Add(HostName, Host);
    }

    public TimeNamespace Host { get; }

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
        _woken.RemoveAll(t => ReferenceEquals(t.Namespace, ns));
    }

    /// <summary>The point on a host clock at which the next timer is due, or never.</summary>
    public ClockTime NextDeadline(ClockBase clock)
    {
        var heads = _heads[(int)clock];
        return heads.IsEmpty ? ClockTime.Never : new ClockTime(heads.HeadKey);
    }

    /// <summary>The host's wall clock was set, or it resumed from suspend (X1). Frozen namespaces learn of it when they thaw.</summary>
    public void HostClockWasSet(in ClockReadings host)
    {
        var listed = new List<(TimerState, long)>();
        foreach (var ns in _namespaces.Values)
        {
            if (!ns.IsFrozen && ns.CancelList.Count != 0)
            {
                var wallOffset = ns.ReadAt(host).WallOffset;
                listed.AddRange(ns.CancelList.Select(t => (t, wallOffset)));
            }
        }

        CancelInOrder(listed);
    }

    /// <summary>
    /// Expires the timers that are due, longest overdue first, ties in the order of arming, but not more than <paramref name="most"/>. Returns how many.
    /// </summary>
    public int ExpireDue(in ClockReadings host, int most = int.MaxValue)
    {
        var expired = 0;
        while (expired < most && FirstDue(host) is { } queue)
        {
            queue.Namespace.ExpireHead(queue, host);
            expired++;
        }

        return expired;
    }

    /// <summary>Reads every watched timer that was woken, in the order of the wake-ups; in a frozen namespace too: reading is not firing.</summary>
    public void Collect(in ClockReadings host, List<Delivery> into)
    {
        if (_woken.Count == 0)
        {
            return;
        }

        (_woken, _collecting) = (_collecting, _woken);
        foreach (var timer in _collecting)
        {
            timer.IsWakeQueued = false;
            if (timer.IsWatched && timer.Namespace.Read(timer, host, out var read) is ReadStatus.Ticks or ReadStatus.Canceled)
            {
                into.Add(new Delivery(timer, read, timer.Epoch));
            }
        }

        _collecting.Clear();
    }

    internal long NextSequence() => ++_sequence;

    /// <summary>Tells timers that the wall clock was set, in the order of arming, whichever namespace they are in.</summary>
    /// <param name="listed">Timers on a cancel list, each with the wall offset that its namespace has now.</param>
    internal void CancelInOrder(IEnumerable<(TimerState Timer, long WallOffset)> listed)
    {
        foreach (var (timer, wallOffset) in listed.OrderBy(static e => e.Timer.Sequence))
        {
            if (timer.ClockWasSet(wallOffset))
            {
                Wake(timer);
            }
        }
    }

    /// <summary>Takes the wake-ups of a namespace that is being frozen out of turn: its readers are told when it is thawed.</summary>
    internal IReadOnlyList<TimerState> HoldWakeups(TimeNamespace ns)
    {
        var held = _woken.Where(t => ReferenceEquals(t.Namespace, ns)).ToArray();
        _woken.RemoveAll(t => ReferenceEquals(t.Namespace, ns));
        foreach (var timer in held)
        {
            timer.IsWakeQueued = false;
        }

        return held;
    }

    /// <summary>Notes a wake-up for whoever watches the timer.</summary>
    internal void Wake(TimerState timer)
    {
        if (timer.IsWatched && !timer.IsWakeQueued)
        {
            timer.IsWakeQueued = true;
            _woken.Add(timer);
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
            heads.Set(queue, ns.Offsets.ToHost(queue.Clock, queue.HeadDeadline).Nanoseconds, queue.HeadSequence);
        }
    }

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
                Debug.Assert(queue.TableIndex >= 0 == (!queue.IsEmpty && !ns.IsFrozen), "a running namespace's queues are filed when they hold a timer");
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

    private TimerQueue? FirstDue(in ClockReadings host)
    {
        TimerQueue? first = null;
        var overdue = 0L;
        foreach (var clock in ClockOffsets.Bases)
        {
            var heads = _heads[(int)clock];
            if (heads.IsEmpty || heads.HeadKey > host[clock].Nanoseconds)
            {
                continue;
            }

            var late = ClockTime.SubtractSaturating(host[clock].Nanoseconds, heads.HeadKey);
            if (first is null || late > overdue || (late == overdue && heads.HeadSequence < first.HeadSequence))
            {
                (first, overdue) = (heads.Head, late);
            }
        }

        return first;
    }
}
