using System.Diagnostics;
using TimeNs.Clocks;
using TimeNs.Images;
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
/// A frozen namespace stands at the readings it had; a thaw chooses new offsets, exactly as a restore does.
/// </remarks>
internal sealed class TimeNamespace
{
    private readonly NamespaceTable _table;
    private readonly TimerQueue[] _queues;
    private readonly Dictionary<long, TimerState> _timers = [];
    private readonly Dictionary<string, TimerState> _names = new(StringComparer.Ordinal);
    private readonly HashSet<TimerState> _cancelList = [];
    private FrozenAt? _frozen;
    private long _nextId = 1;

    /// <summary>Where a frozen namespace stands, where its host stood then, the wall offset that its timers knew, and whom it had woken.</summary>
    private sealed record FrozenAt(ClockReadings Standing, ClockReadings Host, long WallOffset, IReadOnlyList<TimerState> Woken);

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

    /// <summary>New offsets, live and all at once (INV-7). O(1) in timers; only a change of REALTIME is a clock set (X1).</summary>
    /// <exception cref="OffsetRangeException">A clock would leave its range (ERANGE). Decided before EACCES, as the kernel does.</exception>
    /// <exception cref="TimeNamespaceException">EACCES: the host, or MONOTONIC or BOOTTIME back after a timer was created.</exception>
    public void SetOffsets(in ClockOffsets offsets, in ClockReadings host)
    {
        RefuseHost(Errno.EACCES, "its offsets are always 0");
        offsets.CheckRange(host, Offsets);
        CheckStanding(offsets);
        if (HasHadTimers)
        {
            RefuseBackwards(ClockBase.Monotonic, offsets);
            RefuseBackwards(ClockBase.Boottime, offsets);
        }

        var wallSet = offsets.RealtimeNs != Offsets.RealtimeNs;
        if (_frozen is { } frozen)
        {
            _frozen = frozen with { Standing = Moved(frozen.Standing, offsets) };
        }

        Offsets = offsets;
        UpdateHeads();
        if (wallSet && _frozen is null)
        {
            ClockWasSet(ReadAt(host));
        }
    }

    /// <summary>Sets the namespace's wall clock and nothing else: always a clock set (X1).</summary>
    /// <exception cref="OffsetRangeException">The clock would leave its range (ERANGE).</exception>
    public void SetRealtime(ClockTime reading, in ClockReadings host)
    {
        RefuseHost(Errno.EACCES, "its wall clock is the machine's");
        var offsets = Offsets.With(ClockBase.Realtime, reading.Since(host.Realtime));
        CheckReading(reading, offsets, host);
        Offsets = offsets;
        if (_frozen is { } frozen)
        {
            _frozen = frozen with { Standing = frozen.Standing with { Realtime = reading } };
            return;
        }

        UpdateHeads();
        ClockWasSet(ReadAt(host));
    }

    /// <summary>The wall clock was set or the machine resumed: cancel-on-set timers are told (<c>timerfd_clock_was_set</c>).</summary>
    public void ClockWasSet(in ClockReadings now)
    {
        if (_cancelList.Count == 0)
        {
            return;
        }

        var wallOffset = now.WallOffset;
        _table.CancelInOrder(_cancelList.Select(t => (t, wallOffset)));
    }

    /// <summary>Stops the namespace: its clocks stand and nothing in it fires. O(1) in timers.</summary>
    /// <exception cref="TimeNamespaceException">EINVAL: frozen already, or the host.</exception>
    public void Freeze(in ClockReadings host)
    {
        RefuseHost(Errno.EINVAL, "it cannot be frozen");
        if (_frozen is not null)
        {
            throw new TimeNamespaceException(Errno.EINVAL, $"Namespace '{Name}' is frozen already");
        }

        var standing = ReadAt(host);
        _frozen = new FrozenAt(standing, host, standing.WallOffset, _table.HoldWakeups(this));
        UpdateHeads();
    }

    /// <summary>Sets a frozen namespace going again, with clocks and missed ticks as in a restore.</summary>
    /// <exception cref="TimeNamespaceException">EINVAL: not frozen.</exception>
    /// <exception cref="OffsetRangeException">A clock would leave its range; the namespace stays frozen.</exception>
    public void Thaw(RestorePolicy policy, in ClockReadings host)
    {
        if (_frozen is not { } frozen)
        {
            throw new TimeNamespaceException(Errno.EINVAL, $"Namespace '{Name}' is not frozen");
        }

        var offsets = policy.Resume(Offsets, frozen.Standing, frozen.Host, host);
        offsets.CheckRange(host);
        Offsets = offsets;
        _frozen = null;
        foreach (var timer in frozen.Woken.Where(static t => t.IsReadable))
        {
            _table.Wake(timer);
        }

        var now = ReadAt(host);
        Debug.Assert(now.Monotonic >= frozen.Standing.Monotonic && now.Boottime >= frozen.Standing.Boottime, "INV-4");
        var cancellable = _cancelList.Where(static t => t.IsAlive).ToArray();
        if (policy.Missed != MissedTicks.Count || now.Realtime < frozen.Standing.Realtime)
        {
            foreach (var timer in AllTimers().OrderBy(static t => t.Sequence))
            {
                var wasArmed = timer.IsArmed;
                Carry(timer, frozen.Standing, now, policy.Missed);
                if (timer.IsArmed && !wasArmed)
                {
                    Enqueue(timer);
                }
            }
        }

        UpdateHeads();
        if (now.WallOffset != frozen.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(t => (t, now.WallOffset)));
        }
    }

    /// <summary>Writes the namespace down. It is unchanged in every observable way (B10).</summary>
    /// <exception cref="TimeNamespaceException">
    /// EINVAL: the host. EOPNOTSUPP: <see cref="AbsoluteTimers.Refuse"/> met an absolute timer that may still fire. ERANGE: a clock
    /// reads below zero, since the host's wall clock was set back that far.
    /// </exception>
    public NamespaceImage Checkpoint(AbsoluteTimers absolute, string hostName, in ClockReadings host)
    {
        RefuseHost(Errno.EINVAL, "it cannot be checkpointed");
        var kept = _timers.Values.ToArray();
        if (absolute == AbsoluteTimers.Refuse && Array.Find(kept, static t => t.IsAbsolute && t.IsAlive) is { } refused)
        {
            throw new TimeNamespaceException(Errno.EOPNOTSUPP,
                $"Timer {refused.Id}{(refused.Name is { } name ? $" '{name}'" : "")} of namespace '{Name}' is set to an absolute time, and absolute timers are to be refused");
        }

        var readings = ReadAt(host);
        if (ImageRules.ReadingsFault(readings) is { } fault)
        {
            throw new TimeNamespaceException(Errno.ERANGE, $"Namespace '{Name}' cannot be checkpointed: {fault}");
        }

        Array.Sort(kept, static (a, b) => a.Sequence != b.Sequence ? a.Sequence.CompareTo(b.Sequence) : a.Id.CompareTo(b.Id));
        return new NamespaceImage
        {
            Name = Name,
            HostName = hostName,
            Offsets = Offsets,
            Readings = readings,
            Host = host,
            WasFrozen = IsFrozen,
            Absolute = absolute == AbsoluteTimers.Relative ? AbsoluteTimers.Relative : AbsoluteTimers.Keep,
            HasHadTimers = HasHadTimers,
            NextTimerId = _nextId,
            EphemeralTimers = ArmedEphemerals().Count(),
            Timers = [.. kept.Select(static t => t.Save())],
        };
    }

    /// <summary>Fills a new namespace from an image (<see cref="NamespaceTable.Restore"/>).</summary>
    internal void Load(NamespaceImage image, RestorePolicy policy, in ClockReadings host)
    {
        var now = ReadAt(host);
        var cancellable = new List<TimerState>();
        HasHadTimers = image.HasHadTimers;
        _nextId = image.NextTimerId;
        _timers.EnsureCapacity(image.Timers.Length);
        foreach (var saved in image.Timers)
        {
            var timer = new TimerState(saved.Id, saved.Name, saved.Clock, this, 0);
            timer.Load(saved);
            Register(timer);
            if (saved.MightCancel)
            {
                timer.MightCancel = true;
                _cancelList.Add(timer);
            }

            if (timer is { MightCancel: true, IsAlive: true })
            {
                cancellable.Add(timer);
            }

            if (image.Absolute == AbsoluteTimers.Relative && timer.IsAbsolute)
            {
                timer.ShiftWithClock(now[timer.Base].Since(image.Readings[timer.Base]));
            }
            else
            {
                Carry(timer, image.Readings, now, policy.Missed);
            }

            if (timer.IsArmed)
            {
                Enqueue(timer);
            }
            else
            {
                timer.Sequence = _table.NextSequence();
            }
        }

        if (now.WallOffset != image.Readings.WallOffset)
        {
            _table.CancelInOrder(cancellable.Select(t => (t, now.WallOffset)));
        }
    }

    /// <summary>Expires the head of a queue, which is due (INV-2).</summary>
    internal void ExpireHead(TimerQueue queue, in ClockReadings host)
    {
        Debug.Assert(queue.HeadDeadline <= ReadAt(host)[queue.Clock], "INV-2: never early");
        var timer = queue.Pop();
        _table.Update(queue);
        timer.Expire();
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

    /// <summary>Takes a timer over a stop: what was unread stays, and of what passed meanwhile as much as the policy wants.</summary>
    private void Carry(TimerState timer, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        if (timer.IsDropPending)
        {
            // A second stop before the engine had a turn: what the first one left due is due.
            Dequeue(timer);
            timer.Expire();
            _table.Wake(timer);
        }

        KeepUnread(timer, then, now);
        DropMissed(timer, then, now, policy);
    }

    /// <summary>
    /// Where a clock goes on from before the deadlines that had passed, they are counted as of the stop: a forward would find none
    /// of them (F6), and they would be lost.
    /// </summary>
    private static void KeepUnread(TimerState timer, in ClockReadings then, in ClockReadings now)
    {
        if (timer.AwaitsForward && now[timer.Base] < then[timer.Base] && timer.ForwardTo(then, out var overruns))
        {
            timer.KeepForwarded(overruns);
        }
    }

    /// <summary>Drops the periods that passed between two readings and that the policy does not want; the phase stays.</summary>
    private void DropMissed(TimerState timer, in ClockReadings then, in ClockReadings now, MissedTicks policy)
    {
        if (policy == MissedTicks.Count || !timer.IsAlive)
        {
            return;
        }

        var total = timer.PassedBy(now[timer.Base]);
        var before = timer.PassedBy(then[timer.Base]);
        var allowed = policy == MissedTicks.One ? 1UL : 0UL;
        if (total <= before || total - before <= allowed)
        {
            return;
        }

        var queued = timer.QueueIndex >= 0;
        if (queued)
        {
            _queues[(int)timer.Base].Remove(timer);
        }

        if (timer.IsPeriodic)
        {
            timer.Drop((long)UInt128.Min((UInt128)(total - before - allowed) * (ulong)timer.IntervalNs, long.MaxValue), expiresAll: allowed != 0);
            TakeBackExpiry(timer, now);
        }
        else
        {
            timer.Disarm();
        }

        if (queued && timer.IsArmed)
        {
            _queues[(int)timer.Base].Add(timer);
        }
    }

    /// <summary>
    /// A wall clock that was stepped back had un-passed the deadline of an expired timer before the stop, and all that has passed since
    /// is dropped: no expiration is left of it (F6), and it waits for the next.
    /// </summary>
    private static void TakeBackExpiry(TimerState timer, in ClockReadings now)
    {
        if (timer.AwaitsForward && timer.Deadline > now[timer.Base].Nanoseconds && timer.ForwardTo(now, out var overruns))
        {
            timer.KeepForwarded(overruns);
        }
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

    private void RefuseBackwards(ClockBase clock, in ClockOffsets offsets)
    {
        if (offsets[clock] < Offsets[clock])
        {
            throw new TimeNamespaceException(Errno.EACCES,
                $"Namespace '{Name}' has had timers, so its {clock} may only move forward: from an offset of {Offsets[clock]} ns it cannot go to {offsets[clock]} ns");
        }
    }

    private static void CheckReading(ClockTime realtime, in ClockOffsets offsets, in ClockReadings host)
    {
        if (!ImageRules.InRange(realtime))
        {
            throw new OffsetRangeException(ClockBase.Realtime, offsets.RealtimeNs, host.Realtime);
        }
    }

    /// <summary>A frozen namespace's clocks must stay in range where they stand, too.</summary>
    private void CheckStanding(in ClockOffsets offsets)
    {
        if (_frozen is { } frozen && ImageRules.ReadingsFault(Moved(frozen.Standing, offsets)) is not null)
        {
            foreach (var clock in ClockOffsets.Bases)
            {
                var delta = ClockTime.SubtractSaturating(offsets[clock], Offsets[clock]);
                if (!ImageRules.InRange(frozen.Standing[clock].Plus(delta)))
                {
                    throw new OffsetRangeException(clock, delta, frozen.Standing[clock]);
                }
            }
        }
    }

    /// <summary>Standing clocks move by what their offsets change by.</summary>
    private ClockReadings Moved(in ClockReadings standing, in ClockOffsets offsets)
    {
        var moved = standing;
        foreach (var clock in ClockOffsets.Bases)
        {
            moved = moved.With(clock, standing[clock].Plus(ClockTime.SubtractSaturating(offsets[clock], Offsets[clock])));
        }

        return moved;
    }
}
