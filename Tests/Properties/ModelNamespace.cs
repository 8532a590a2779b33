namespace TimeNs.Tests.Properties;

/// <summary>A namespace of the model and the calls on its timers.</summary>
internal sealed class ModelNamespace(ModelHost host, string name, Int128[] offsets)
{
    public string Name { get; } = name;

    public Int128[] Offsets { get; set; } = offsets;

    /// <summary>Where its clocks stand while it is frozen, else null.</summary>
    public Int128[]? Standing { get; set; }

    public Int128[]? HostAtFreeze { get; set; }

    public Int128 WallAtFreeze { get; set; }

    /// <summary>Woken and not told when it was frozen: told after the thaw.</summary>
    public List<ModelTimer> Held { get; private set; } = [];

    public bool HadTimers { get; set; }

    public long NextId { get; set; } = 1;

    public List<ModelTimer> Timers { get; } = [];

    public bool Frozen => Standing is not null;

    /// <summary>INV-1.</summary>
    public Int128[] Now => Standing ?? [.. Enumerable.Range(0, 3).Select(c => Model.Saturate(host.Now[c] + Offsets[c]))];

    /// <summary>X1: REALTIME - MONOTONIC.</summary>
    public Int128 Wall => Model.Saturate(Now[0] - Now[1]);

    public IEnumerable<ModelTimer> ByArming => Timers.OrderBy(static t => t.Order);

    public ModelTimer Create(int clock, string? called = null)
    {
        if (clock is not (0 or 1 or 7 or 8 or 9))
        {
            throw new ModelException("EINVAL"); // C1
        }

        if (called is not null && Timers.Exists(t => t.Name == called))
        {
            throw new ModelException("EEXIST");
        }

        HadTimers = true;
        var timer = new ModelTimer { Id = NextId++, Name = called, Clock = clock, Remembered = Wall, Order = host.NextOrder() };
        Timers.Add(timer);
        return timer;
    }

    /// <summary>A timer of a delegate: always read at once, in no image, without an id of its own.</summary>
    public ModelTimer CreateEphemeral(int clock)
    {
        HadTimers = true;
        Timers.Add(new ModelTimer { Clock = clock, Absolute = true, Ephemeral = true, Watched = true, Remembered = Wall, Order = host.NextOrder() });
        return Timers[^1];
    }

    /// <summary>Arms a timer at a point on its clock; null disarms it.</summary>
    public void ArmAt(ModelTimer t, Int128? deadline, Int128 interval)
    {
        t.ClearTicks();
        (t.Armed, t.Deadline, t.Interval) = (deadline is not null, Int128.Min(deadline ?? 0, Model.Never), interval);
        t.Order = host.NextOrder();
    }

    public string SetTime(ModelTimer t, int flags, (long S, long N) value, (long S, long N) interval)
    {
        if ((flags & ~3) != 0)
        {
            throw new ModelException("EINVAL"); // S1
        }

        var (first, every) = (Model.Nanoseconds(value.S, value.N), Model.Nanoseconds(interval.S, interval.N));
        t.Listed = t.Clock is 0 or 8 && flags == 3; // S3, X4
        t.ForwardTo(Now[t.Base]); // S7
        var old = $"{t.Remaining(Now[t.Base])}/{t.Interval}";
        t.ClearTicks(); // S4
        t.DropAtExpiry = 0;
        (t.Interval, t.Absolute, t.Armed) = (every, (flags & 1) != 0, first != 0); // S5
        if (first != 0)
        {
            t.Deadline = t.Absolute ? first : Int128.Min(Now[t.Base] + first, Model.Never); // S8, N2
            t.Order = host.NextOrder();
            if (Report(t))
            {
                return $"{old} ECANCELED"; // X3: armed all the same
            }
        }

        t.ShownFlags = flags;
        return old;
    }

    public string GetTime(ModelTimer t)
    {
        Rearm(t); // F5
        return $"{t.Remaining(Now[t.Base])}/{t.Interval}";
    }

    public string Read(ModelTimer t) => Take(t) switch
    {
        null => "EAGAIN", // R2
        { Canceled: true } read => $"ECANCELED at {read.At}",
        { Count: var count } when count == 0 => "0", // F6
        var read => $"{read.Count} due {read.Due} at {read.At}",
    };

    /// <summary>What a read gives; null when there is nothing.</summary>
    public ModelRead? Take(ModelTimer t)
    {
        var now = Now[t.OwnBase];
        if (Report(t))
        {
            t.ClearTicks(); // X2
            return new ModelRead(Canceled: true, 0, now, now, null);
        }

        if (t.Ticks == 0)
        {
            return null;
        }

        Rearm(t); // F4
        var (ticks, due) = (t.Ticks, t.FirstDue);
        t.ClearTicks();
        return new ModelRead(Canceled: false, ticks, due is { } d ? OnOwnClock(t, d) : Now[t.OwnBase], Now[t.OwnBase], due);
    }

    /// <summary>A read whose reader was not there to take it: it is to be read again (INV-3).</summary>
    public void PutBack(ModelTimer t, ModelRead read)
    {
        t.CancelPending |= read.Canceled;
        t.Ticks = Int128.Min(t.Ticks + (read.Canceled ? 1 : read.Count), Model.MaxTicks);
        t.FirstDue = read.FirstDue ?? t.FirstDue;
        host.Wake(this, t);
    }

    public string SetTicks(ModelTimer t, ulong ticks)
    {
        if (ticks == 0)
        {
            throw new ModelException("EINVAL"); // I1
        }

        if (Report(t))
        {
            return "ECANCELED";
        }

        t.Ticks = ticks;
        host.Wake(this, t);
        return "ok";
    }

    public void SetOffsets(Int128[] wanted)
    {
        RefuseHost("EACCES");
        Model.CheckRange(host.Now.Select((r, c) => r + wanted[c]).Where((_, c) => wanted[c] != Offsets[c]));
        var moved = Standing?.Select((r, c) => r + wanted[c] - Offsets[c]).ToArray();
        Model.CheckRange(moved ?? []);
        if (HadTimers && (wanted[1] < Offsets[1] || wanted[2] < Offsets[2]))
        {
            throw new ModelException("EACCES"); // INV-4
        }

        var wallSet = wanted[0] != Offsets[0];
        (Offsets, Standing) = (wanted, moved);
        if (wallSet && !Frozen)
        {
            host.Trigger([this]);
        }
    }

    public void SetRealtime(Int128 reading)
    {
        RefuseHost("EACCES");
        Int128[] wanted = [reading - host.Now[0], Offsets[1], Offsets[2]];
        Model.CheckRange([reading]);
        Offsets = wanted;
        if (Standing is { } standing)
        {
            Standing = [reading, standing[1], standing[2]];
        }
        else
        {
            host.Trigger([this]);
        }
    }

    public void Freeze()
    {
        RefuseHost("EINVAL");
        if (Frozen)
        {
            throw new ModelException("EINVAL");
        }

        (WallAtFreeze, HostAtFreeze, Standing) = (Wall, [.. host.Now], Now);
        Held = [.. host.Woken.Where(w => w.Ns == this).Select(static w => w.Timer)];
        host.Woken.RemoveAll(w => w.Ns == this);
    }

    public void Thaw(ModelPolicy policy)
    {
        if (Standing is not { } standing)
        {
            throw new ModelException("EINVAL");
        }

        var wanted = host.Resume(policy, Offsets, standing, HostAtFreeze!);
        var armed = Timers.Where(static t => t.Alive).Select(t => (this, t)).ToList();
        (Offsets, Standing) = (wanted, null);
        foreach (var t in Held.Where(t => t.Ticks != 0 && Timers.Contains(t)))
        {
            host.Wake(this, t);
        }

        foreach (var t in ByArming.ToList())
        {
            Carry(t, standing, policy.Missed);
        }

        if (Wall != WallAtFreeze)
        {
            host.Cancel(armed);
        }
    }

    /// <summary>What was unread at the stop is kept; of what passed meanwhile as much as the policy allows.</summary>
    public void Carry(ModelTimer t, Int128[] then, string missedPolicy)
    {
        // A stop that drops nothing and takes no clock back leaves it to the expiry to come.
        if (t.DropAtExpiry != 0 && (missedPolicy != "count" || Now[0] < then[0]))
        {
            t.Expire();
            host.Wake(this, t);
        }

        if (Now[t.Base] < then[t.Base] && t.ForwardTo(then[t.Base]))
        {
            t.Order = host.NextOrder();
        }

        var missed = t.Due(Now[t.Base]) - t.Due(then[t.Base]);
        var dropped = missedPolicy switch { "one" => missed - 1, "skip" => missed, _ => 0 };
        if (dropped > 0)
        {
            if (missedPolicy == "one" && t.Armed)
            {
                t.DropAtExpiry = dropped * t.Interval; // due when the first of them was
                return;
            }

            t.Deadline = Int128.Min(t.Deadline + (dropped * t.Interval), Model.Never);
            t.Armed &= t.Interval != 0;
            if (t.Deadline > Now[t.Base] && t.ForwardTo(Now[t.Base]))
            {
                t.Order = host.NextOrder(); // F6: of an expiry that the clock took back, nothing is left
            }
        }
    }

    public Int128 OnOwnClock(ModelTimer t, Int128 point) => Model.Saturate(point + Now[t.OwnBase] - Now[t.Base]);

    public void RefuseHost(string errno)
    {
        if (Name == "host")
        {
            throw new ModelException(errno);
        }
    }

    private void Rearm(ModelTimer t)
    {
        if (t.ForwardTo(Now[t.Base]))
        {
            t.Order = host.NextOrder();
        }
    }

    /// <summary>X2, X5: a pending cancel is reported once, and only while the timer is on the list (X4).</summary>
    private bool Report(ModelTimer t)
    {
        if (!t.Listed || !t.CancelPending)
        {
            return false;
        }

        (t.CancelPending, t.Remembered) = (false, Wall);
        return true;
    }
}
