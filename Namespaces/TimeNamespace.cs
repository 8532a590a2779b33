using System.Diagnostics;
using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs;

/// <summary>
/// A time namespace: the offsets that it adds to its host's clocks, and its timers, which keep their deadlines in its own time.
/// </summary>
/// <remarks>
/// Pure: every operation is given the host's readings, and nothing here waits, locks or calls back. Wake-ups are noted in the
/// <see cref="NamespaceTable"/> that the namespace belongs to, where the owner collects them.
/// <code>
///   host clock      ──────────────●────────────▶     reading h
///                                 │ + offset
///   namespace clock ──────────────●────────────▶     reading n = h + offset; deadlines are points on this line
/// </code>
/// A frozen namespace stands at the readings it had; a thaw chooses new offsets, exactly as a restore does. Here are the timers and
/// the calls on them; how the namespace's clocks are changed and how it is stopped stand in files beside.
/// </remarks>
internal sealed partial class TimeNamespace
{
    private readonly NamespaceTable _table;
    private readonly TimerStore _store;
    private readonly TimerQueue?[] _queues = new TimerQueue?[3];
    private readonly TimerIds _timers;
    private Dictionary<string, int>? _names;
    private HashSet<int>? _cancelList;
    private FrozenAt? _frozen;
    private long _nextId = 1;
    private int _ephemerals;

    internal TimeNamespace(NamespaceTable table, string name, in ClockOffsets offsets)
    {
        _table = table;
        _store = table.Store;
        _timers = new TimerIds(this);
        StoreIndex = _store.AddOwner(this);
        Name = name;
        Offsets = offsets;
    }

    /// <summary>Where its timers are.</summary>
    public TimerStore Store => _store;

    /// <summary>The number by which its timers know it.</summary>
    public int StoreIndex { get; }

    public string Name { get; }

    public ClockOffsets Offsets { get; private set; }

    public bool IsFrozen => _frozen is not null;

    public bool IsClosed { get; private set; }

    /// <summary>A timer has been created in it: from then on MONOTONIC and BOOTTIME only move forward (INV-4).</summary>
    public bool HasHadTimers { get; private set; }

    /// <summary>What the owner hangs on the namespace.</summary>
    public object? Tag { get; set; }

    /// <summary>How often timers of it have expired since it was made here; periods that a reader counts later are not in it.</summary>
    public long Expirations => Queues.Sum(static q => q.Expirations);

    public IReadOnlyCollection<TimerState> Timers => _timers;

    internal IEnumerable<TimerQueue> Queues => _queues.OfType<TimerQueue>();

    /// <summary>Whom a clock set may cancel, in no particular order.</summary>
    internal IReadOnlyCollection<int> CancelList => _cancelList is { } list ? list : [];

    /// <summary>The namespace's clocks when its host's read <paramref name="host"/> (INV-1); where it stands when frozen.</summary>
    public ClockReadings ReadAt(in ClockReadings host) => _frozen is { } frozen ? frozen.Standing : Offsets.ToNamespace(host);

    /// <summary>One of the namespace's clocks (INV-1).</summary>
    public ClockTime ReadAt(ClockBase clock, in ClockReadings host) =>
        _frozen is { } frozen ? frozen.Standing[clock] : Offsets.ToNamespace(clock, host[clock]);

    /// <summary>The open timer with this id, or none.</summary>
    public TimerState FindTimer(long id) => _timers.Find(id) is >= 0 and var index ? new TimerState(this, index) : default;

    /// <summary>The open timer with this name, or none.</summary>
    public TimerState FindTimer(string name) => _names is { } names && names.TryGetValue(name, out var index) ? new TimerState(this, index) : default;

    /// <summary>A new timer, disarmed, without ticks (rule C4).</summary>
    /// <exception cref="ArgumentException">An unknown clock (C1) or an impossible name.</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public TimerState CreateTimer(ClockId clock, string? name, in ClockReadings host)
    {
        if (!ClockIds.IsTimerClock(clock))
        {
            throw ClockIds.Unknown(clock);
        }

        if (name is not null && FindTimer(Names.Check(name, nameof(name))) is { IsNull: false })
        {
            throw new TimeNamespaceException(Errno.EEXIST, $"Namespace '{Name}' has a timer '{name}' already");
        }

        HasHadTimers = true;
        return new TimerState(this, Register(clock, _nextId++, name, ReadAt(host).WallOffset));
    }

    /// <summary>
    /// A timer for a delegate of the running process (TimeProvider, IScheduler): watched, in no image and without an id. Whoever made it
    /// closes it when it is no longer armed, so that what it tells can be collected.
    /// </summary>
    public TimerState CreateEphemeral(ClockId clock, in ClockReadings host, object? told = null)
    {
        NoteTimer();
        var index = _store.Allocate(clock, this, ReadAt(host).WallOffset);
        ref var node = ref _store.At(index);
        node.Sequence = _table.NextSequence();
        node.Set(TimerNode.Ephemeral | TimerNode.Watched, true);
        _store.SetTold(index, told);
        _ephemerals++;
        return new TimerState(this, index);
    }

    /// <summary>A timer is in it, or will be as soon as it is armed.</summary>
    public void NoteTimer() => HasHadTimers = true;

    /// <summary>Closes a timer: it is out of every list when this returns.</summary>
    public void Remove(TimerState timer)
    {
        var index = timer.Index;
        ref var node = ref _store.At(index);
        if (node.IsQueued)
        {
            var queue = QueueOf(node.Base);
            queue.Remove(index, node);
            node.Set(TimerNode.Armed, false);
            Settle(queue);
        }

        Uncancel(index, ref node);
        if (timer.Name is { } name)
        {
            _names!.Remove(name);
        }

        if (node.Is(TimerNode.Ephemeral))
        {
            _ephemerals--;
        }
        else
        {
            _timers.Remove(timer.Id);
        }

        _store.Free(index);
    }

    /// <summary>Sets a timer (<c>do_timerfd_settime</c>, rules S4 to S9, X3, X4).</summary>
    public SettimeResult SetTime(TimerState timer, in TimerSetting setting, in ClockReadings host)
    {
        var index = timer.Index;
        ref var node = ref _store.At(index);
        if (setting.Flags == SettimeFlags.None && node.IsPlain && TrySetPlain(index, ref node, setting, host, out var plain))
        {
            return plain;
        }

        if (node.WantsCancel(setting.Flags))
        {
            node.Set(TimerNode.MightCancel, true);
            (_cancelList ??= []).Add(index);
        }
        else if (node.Is(TimerNode.MightCancel))
        {
            Uncancel(index, ref node);
        }

        var old = Stop(index, ref node, host);
        Arm(index, ref node, setting, host);
        Debug.Assert(!node.IsReadable, "S4: every settime clears the ticks");
        if (setting.ValueNs != 0 && node.HasCancel)
        {
            node.TakeCancel(ReadAt(host).WallOffset);
            return new SettimeResult(old, Canceled: true);
        }

        node.ShowFlags(setting.Flags);
        return new SettimeResult(old, Canceled: false);
    }

    /// <summary>
    /// Arms a timer at a point on its clock, also at or before zero, outside the rules for settings: for timers whose owner counts
    /// in other terms than timespecs.
    /// </summary>
    public void ArmAt(TimerState timer, ClockTime deadline, long intervalNs, in ClockReadings host)
    {
        var index = timer.Index;
        ref var node = ref _store.At(index);
        _ = Stop(index, ref node, host);
        ArmTo(index, ref node, absolute: true, deadline.Nanoseconds, intervalNs);
    }

    /// <summary>Disarms a timer and clears its ticks.</summary>
    public void Disarm(TimerState timer, in ClockReadings host) => SetTime(timer, TimerSetting.Disarmed, host);

    /// <summary>The time remaining, always relative to now (<c>do_timerfd_gettime</c>, rules F5, G1).</summary>
    public TimerValue GetTime(TimerState timer, in ClockReadings host)
    {
        ref var node = ref _store.At(timer.Index);
        var now = ReadAt(node.Base, host).Nanoseconds;
        if (node.ForwardTo(now, out var overruns))
        {
            node.KeepForwarded(overruns);
            Enqueue(timer.Index, ref node);
        }

        return new TimerValue(node.Remaining(now), node.IntervalNs);
    }

    /// <summary>The same without a forward: what fdinfo shows (rule P1).</summary>
    public TimerValue Peek(TimerState timer, in ClockReadings host)
    {
        ref readonly var node = ref _store.At(timer.Index);
        return new(node.Remaining(ReadAt(node.Base, host).Nanoseconds), node.IntervalNs);
    }

    /// <summary>Reads the expirations and re-arms a periodic timer (<c>timerfd_read_iter</c>, rules F4, F6, X2).</summary>
    public ReadStatus Read(TimerState timer, in ClockReadings host, out TickRead read)
    {
        ref var node = ref _store.At(timer.Index);
        read = default;
        if (!node.IsReadable && !node.HasCancel)
        {
            return ReadStatus.Empty;
        }

        var now = ReadAt(host);
        var clock = node.Clock;
        var at = now[clock];
        if (node.HasCancel)
        {
            node.TakeCancel(now.WallOffset);
            node.TakeTicks(out _);
            read = new TickRead(new Tick(0, at, at, clock, IsCanceled: true), null);
            return ReadStatus.Canceled;
        }

        if (node.ForwardTo(now[node.Base].Nanoseconds, out var overruns))
        {
            node.KeepForwarded(overruns);
            Enqueue(timer.Index, ref node);
        }

        var expirations = node.TakeTicks(out var firstDue);
        if (expirations == 0)
        {
            return ReadStatus.SteppedBack;
        }

        read = new TickRead(new Tick(expirations, firstDue is { } due ? OnClock(node, due, now) : at, at, clock), firstDue);
        return ReadStatus.Ticks;
    }

    /// <summary>TFD_IOC_SET_TICKS (rule I1). False: ECANCELED, and the ticks are as they were.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero ticks (EINVAL).</exception>
    public bool SetTicks(TimerState timer, ulong ticks, in ClockReadings host)
    {
        if (ticks == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ticks), ticks, "The number of ticks must not be 0.");
        }

        ref var node = ref _store.At(timer.Index);
        if (node.HasCancel)
        {
            node.TakeCancel(ReadAt(host).WallOffset);
            return false;
        }

        node.Ticks = ticks;
        _table.Wake(timer.Index);
        return true;
    }

    /// <summary>Says whether someone reads the timer at every wake-up. One that is readable already is woken at once.</summary>
    public void Watch(TimerState timer, bool watched)
    {
        ref var node = ref _store.At(timer.Index);
        node.Set(TimerNode.Watched, watched);
        if (watched && node.IsReadable)
        {
            _table.Wake(timer.Index);
        }
    }

    /// <summary>Takes back a read on behalf of an observer that did not get it (INV-3).</summary>
    internal void Unread(TimerState timer, in TickRead read)
    {
        ref var node = ref _store.At(timer.Index);
        if (read.Tick.IsCanceled)
        {
            node.UnreadCancel();
        }
        else
        {
            node.Unread(read.Tick.Expirations, read.FirstDue);
        }

        _table.Wake(timer.Index);
    }

    /// <summary>Closes the namespace and every timer in it.</summary>
    internal void Close()
    {
        foreach (var queue in Queues)
        {
            queue.Clear();
        }

        foreach (var index in Owned())
        {
            _store.Free(index);
        }

        _timers.Clear();
        (_names, _cancelList, _ephemerals) = (null, null, 0);
        IsClosed = true;
        UpdateHeads();
    }

    /// <summary>
    /// Its timers, those of delegates too. Of a namespace that has much of the store the last node comes first: then the next one to have
    /// as many gets them in a row.
    /// </summary>
    private int[] Owned()
    {
        if (_ephemerals != 0 || _timers.Count > _store.Used / 8)
        {
            return _store.OwnedFromLast(StoreIndex, _timers.Count + _ephemerals);
        }

        return [.. _timers.All()];
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        foreach (var queue in Queues)
        {
            queue.CheckInvariants();
        }

        foreach (var index in _timers.All())
        {
            ref readonly var node = ref _store.At(index);
            node.CheckInvariants();
            Debug.Assert(_timers.Find(_store.IdOf(index)) == index, "a timer is found by its id");
            Debug.Assert(node.Is(TimerNode.MightCancel) == CancelList.Contains(index), "the cancel list holds who might be cancelled");
        }
    }

    /// <summary>A point on the timer's base, told on the timer's clock: they differ for relative REALTIME timers only.</summary>
    internal static ClockTime OnClock(in TimerNode timer, long point, in ClockReadings now)
    {
        var clock = timer.Clock.Base();
        return clock == timer.Base
            ? new ClockTime(point)
            : new ClockTime(point).Plus(ClockTime.SubtractSaturating(now[clock].Nanoseconds, now[timer.Base].Nanoseconds));
    }

    internal static ClockTime OnClock(TimerState timer, long point, in ClockReadings now) => OnClock(timer.Node, point, now);

    private int Register(ClockId clock, long id, string? name, long wallOffset)
    {
        var index = _store.Allocate(clock, this, wallOffset);
        _store.At(index).Sequence = _table.NextSequence();
        _store.SetId(index, id);
        _timers.Add(id, index);
        if (name is not null)
        {
            _store.SetName(index, name);
            (_names ??= new Dictionary<string, int>(StringComparer.Ordinal)).Add(name, index);
        }

        return index;
    }

    private void Uncancel(int index, ref TimerNode node)
    {
        if (node.Is(TimerNode.MightCancel))
        {
            node.Set(TimerNode.MightCancel, false);
            _cancelList!.Remove(index);
        }
    }

    private void RefuseHost(Errno errno, string why)
    {
        if (_table.IsHost(this))
        {
            throw new TimeNamespaceException(errno, $"Namespace '{Name}' is the host itself: {why}");
        }
    }
}
