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
    private readonly TimerQueue[] _queues;
    private readonly Dictionary<long, TimerState> _timers = [];
    private readonly Dictionary<string, TimerState> _names = new(StringComparer.Ordinal);
    private readonly HashSet<TimerState> _cancelList = [];
    private FrozenAt? _frozen;
    private long _nextId = 1;

    internal TimeNamespace(NamespaceTable table, string name, in ClockOffsets offsets)
    {
        _table = table;
        Name = name;
        Offsets = offsets;
        _queues = [new(this, ClockBase.Realtime), new(this, ClockBase.Monotonic), new(this, ClockBase.Boottime)];
    }

    public string Name { get; }

    public ClockOffsets Offsets { get; private set; }

    public bool IsFrozen => _frozen is not null;

    public bool IsClosed { get; private set; }

    /// <summary>A timer has been created in it: from then on MONOTONIC and BOOTTIME only move forward (INV-4).</summary>
    public bool HasHadTimers { get; private set; }

    /// <summary>What the owner hangs on the namespace.</summary>
    public object? Tag { get; set; }

    /// <summary>How often timers of it have expired since it was made here; periods that a reader counts later are not in it.</summary>
    public long Expirations { get; private set; }

    public IReadOnlyCollection<TimerState> Timers => _timers.Values;

    public int ArmedTimers => _timers.Values.Count(static t => t.IsArmed);

    internal IReadOnlyList<TimerQueue> Queues => _queues;

    /// <summary>Whom a clock set may cancel, in no particular order.</summary>
    internal IReadOnlyCollection<TimerState> CancelList => _cancelList;

    /// <summary>The namespace's clocks when its host's read <paramref name="host"/> (INV-1); where it stands when frozen.</summary>
    public ClockReadings ReadAt(in ClockReadings host) => _frozen is { } frozen ? frozen.Standing : Offsets.ToNamespace(host);

    public TimerState? FindTimer(long id) => _timers.GetValueOrDefault(id);

    public TimerState? FindTimer(string name) => _names.GetValueOrDefault(name);

    /// <summary>A new timer, disarmed, without ticks (rule C4).</summary>
    /// <exception cref="ArgumentException">An unknown clock (C1) or an impossible name.</exception>
    /// <exception cref="TimeNamespaceException">EEXIST: the name is taken.</exception>
    public TimerState CreateTimer(ClockId clock, string? name, in ClockReadings host)
    {
        if (!ClockIds.IsTimerClock(clock))
        {
            throw ClockIds.Unknown(clock);
        }

        if (name is not null && _names.ContainsKey(Names.Check(name, nameof(name))))
        {
            throw new TimeNamespaceException(Errno.EEXIST, $"Namespace '{Name}' has a timer '{name}' already");
        }

        HasHadTimers = true;
        var timer = new TimerState(_nextId++, name, clock, this, ReadAt(host).WallOffset) { Sequence = _table.NextSequence() };
        Register(timer);
        return timer;
    }

    /// <summary>
    /// A timer for a delegate of the running process (TimeProvider, IScheduler): in no image and without an id. The namespace holds
    /// it only while it is armed, so that one that was dropped after it fired can be collected.
    /// </summary>
    public TimerState CreateEphemeral(ClockId clock, in ClockReadings host)
    {
        HasHadTimers = true;
        return new TimerState(0, null, clock, this, ReadAt(host).WallOffset) { IsEphemeral = true, Sequence = _table.NextSequence() };
    }

    /// <summary>Closes a timer: it is out of every list when this returns.</summary>
    public void Remove(TimerState timer)
    {
        if (timer.IsArmed)
        {
            Dequeue(timer);
            timer.Disarm();
        }

        timer.Close();
        timer.IsWatched = false;
        Uncancel(timer);
        if (!timer.IsEphemeral)
        {
            _timers.Remove(timer.Id);
        }

        if (timer.Name is { } name)
        {
            _names.Remove(name);
        }
    }

    /// <summary>Sets a timer (<c>do_timerfd_settime</c>, rules S4 to S9, X3, X4).</summary>
    public SettimeResult SetTime(TimerState timer, in TimerSetting setting, in ClockReadings host)
    {
        var now = ReadAt(host);
        if (timer.WantsCancel(setting.Flags))
        {
            timer.MightCancel = true;
            _cancelList.Add(timer);
        }
        else
        {
            Uncancel(timer);
        }

        var old = StopForSetting(timer, now);
        var armed = setting.ValueNs != 0;
        Arm(timer, setting, now);
        Debug.Assert(!timer.IsReadable, "S4: every settime clears the ticks");
        if (armed && timer.TakeCancel(now.WallOffset))
        {
            return new SettimeResult(old, Canceled: true);
        }

        timer.ShowFlags(setting.Flags);
        return new SettimeResult(old, Canceled: false);
    }

    /// <summary>
    /// Arms a timer at a point on its clock, also at or before zero, outside the rules for settings: for timers whose owner counts
    /// in other terms than timespecs.
    /// </summary>
    public void ArmAt(TimerState timer, ClockTime deadline, long intervalNs, in ClockReadings host)
    {
        _ = StopForSetting(timer, ReadAt(host));
        timer.Apply(absolute: true, deadline.Nanoseconds, intervalNs);
        Enqueue(timer);
    }

    /// <summary>Disarms a timer and clears its ticks.</summary>
    public void Disarm(TimerState timer, in ClockReadings host) => SetTime(timer, TimerSetting.Disarmed, host);

    /// <summary>The time remaining, always relative to now (<c>do_timerfd_gettime</c>, rules F5, G1).</summary>
    public TimerValue GetTime(TimerState timer, in ClockReadings host)
    {
        var now = ReadAt(host);
        if (timer.ForwardTo(now, out var overruns))
        {
            timer.KeepForwarded(overruns);
            Enqueue(timer);
        }

        return new TimerValue(timer.Remaining(now), timer.IntervalNs);
    }

    /// <summary>The same without a forward: what fdinfo shows (rule P1).</summary>
    public TimerValue Peek(TimerState timer, in ClockReadings host) => new(timer.Remaining(ReadAt(host)), timer.IntervalNs);

    /// <summary>Reads the expirations and re-arms a periodic timer (<c>timerfd_read_iter</c>, rules F4, F6, X2).</summary>
    public ReadStatus Read(TimerState timer, in ClockReadings host, out TickRead read)
    {
        var now = ReadAt(host);
        var at = now[timer.Clock];
        if (timer.TakeCancel(now.WallOffset))
        {
            timer.TakeTicks(out _);
            read = new TickRead(new Tick(0, at, at, timer.Clock, IsCanceled: true), null);
            return ReadStatus.Canceled;
        }

        read = default;
        if (!timer.IsReadable)
        {
            return ReadStatus.Empty;
        }

        if (timer.ForwardTo(now, out var overruns))
        {
            timer.KeepForwarded(overruns);
            Enqueue(timer);
        }

        var expirations = timer.TakeTicks(out var firstDue);
        if (expirations == 0)
        {
            return ReadStatus.SteppedBack;
        }

        read = new TickRead(new Tick(expirations, firstDue is { } due ? OnClock(timer, due, now) : at, at, timer.Clock), firstDue);
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

        if (timer.TakeCancel(ReadAt(host).WallOffset))
        {
            return false;
        }

        timer.SetTicks(ticks);
        _table.Wake(timer);
        return true;
    }

    /// <summary>Says whether someone reads the timer at every wake-up. One that is readable already is woken at once.</summary>
    public void Watch(TimerState timer, bool watched)
    {
        timer.IsWatched = watched;
        if (watched && timer.IsReadable)
        {
            _table.Wake(timer);
        }
    }

    /// <summary>Expires the head of a queue, which is due (INV-2).</summary>
    internal void ExpireHead(TimerQueue queue, in ClockReadings host)
    {
        Debug.Assert(queue.HeadDeadline <= ReadAt(host)[queue.Clock], "INV-2: never early");
        var timer = queue.Pop();
        _table.Update(queue);
        timer.Expire();
        Expirations++;
        _table.Wake(timer);
    }

    /// <summary>Takes back a read on behalf of an observer that did not get it (INV-3).</summary>
    internal void Unread(TimerState timer, in TickRead read)
    {
        if (read.Tick.IsCanceled)
        {
            timer.UnreadCancel();
        }
        else
        {
            timer.Unread(read.Tick.Expirations, read.FirstDue);
        }

        _table.Wake(timer);
    }

    /// <summary>Closes the namespace and every timer in it.</summary>
    internal void Close()
    {
        foreach (var timer in AllTimers())
        {
            Remove(timer);
        }

        IsClosed = true;
        UpdateHeads();
    }

    [Conditional("DEBUG")]
    public void CheckInvariants()
    {
        foreach (var queue in _queues)
        {
            queue.CheckInvariants();
        }

        foreach (var timer in _timers.Values)
        {
            timer.CheckInvariants();
            Debug.Assert(timer.MightCancel == _cancelList.Contains(timer), "the cancel list holds who might be cancelled");
        }
    }

    /// <summary>A point on the timer's base, told on the timer's clock: they differ for relative REALTIME timers only.</summary>
    internal static ClockTime OnClock(TimerState timer, long point, in ClockReadings now)
    {
        var clock = timer.Clock.Base();
        return clock == timer.Base
            ? new ClockTime(point)
            : new ClockTime(point).Plus(ClockTime.SubtractSaturating(now[clock].Nanoseconds, now[timer.Base].Nanoseconds));
    }

    /// <summary>Forwards for the old value (S7), stops the timer and clears its ticks (S4).</summary>
    private TimerValue StopForSetting(TimerState timer, in ClockReadings now)
    {
        if (timer.ForwardTo(now, out var overruns))
        {
            timer.KeepForwarded(overruns);
        }

        var old = new TimerValue(timer.Remaining(now), timer.IntervalNs);
        Dequeue(timer);
        timer.TakeTicks(out _);
        timer.Restart();
        return old;
    }

    private void Arm(TimerState timer, in TimerSetting setting, in ClockReadings now)
    {
        var absolute = setting.IsAbsolute;
        if (setting.ValueNs == 0)
        {
            timer.Apply(absolute, null, setting.IntervalNs);
            return;
        }

        var deadline = absolute
            ? setting.ValueNs
            : ClockTime.AddSaturating(now[timer.Clock.QueueBase(absolute)].Nanoseconds, setting.ValueNs);
        timer.Apply(absolute, deadline, setting.IntervalNs);
        Enqueue(timer);
    }

    private void Enqueue(TimerState timer)
    {
        timer.Sequence = _table.NextSequence();
        var queue = _queues[(int)timer.Base];
        queue.Add(timer);
        if (timer.QueueIndex == 0)
        {
            _table.Update(queue);
        }
    }

    private void Dequeue(TimerState timer)
    {
        var wasHead = timer.QueueIndex == 0;
        var queue = _queues[(int)timer.Base];
        queue.Remove(timer);
        if (wasHead)
        {
            _table.Update(queue);
        }
    }

    private TimerState[] AllTimers() => [.. _timers.Values, .. ArmedEphemerals()];

    private IEnumerable<TimerState> ArmedEphemerals() => _queues.SelectMany(static q => q.Items()).Where(static t => t.IsEphemeral);

    private void UpdateHeads()
    {
        foreach (var queue in _queues)
        {
            _table.Update(queue);
        }
    }

    private void Register(TimerState timer)
    {
        _timers.Add(timer.Id, timer);
        if (timer.Name is { } name)
        {
            _names.Add(name, timer);
        }
    }

    private void Uncancel(TimerState timer)
    {
        if (timer.MightCancel)
        {
            timer.MightCancel = false;
            _cancelList.Remove(timer);
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
