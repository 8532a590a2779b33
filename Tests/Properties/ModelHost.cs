namespace TimeNs.Tests.Properties;

/// <summary>The model's host: three clocks, the namespaces on it, and who was woken.</summary>
internal sealed class ModelHost
{
    private long _order;

    public ModelHost(Int128[] now)
    {
        Now = now;
        Namespaces.Add(new ModelNamespace(this, "host", [0, 0, 0]));
    }

    public Int128[] Now { get; private set; }

    public List<ModelNamespace> Namespaces { get; } = [];

    public List<(ModelNamespace Ns, ModelTimer Timer)> Woken { get; } = [];

    public IEnumerable<(ModelNamespace Ns, ModelTimer Timer)> Running =>
        Namespaces.Where(static n => !n.Frozen).SelectMany(static n => n.Timers.Select(t => (n, t)));

    public long NextOrder() => ++_order;

    public ModelNamespace Create(string name, Int128[] offsets)
    {
        RefuseTaken(name);
        Model.CheckRange(Now.Select((r, c) => r + offsets[c]));
        Namespaces.Add(new ModelNamespace(this, name, offsets));
        return Namespaces[^1];
    }

    public void Remove(ModelNamespace ns)
    {
        ns.RefuseHost("EBUSY");
        Namespaces.Remove(ns);
        Woken.RemoveAll(w => w.Ns == ns);
    }

    /// <summary>All clocks move on. They do not stop at any deadline: that is the caller's part.</summary>
    public void MoveOn(Int128 by) => Now = [Now[0] + by, Now[1] + by, Now[2] + by];

    /// <summary>The clocks jump as they do in a suspend or when the wall clock is set: X1.</summary>
    public void Jump(Int128 realtime, Int128 boottime)
    {
        Now = [Now[0] + realtime, Now[1], Now[2] + boottime];
        Trigger(Namespaces.Where(static n => !n.Frozen));
    }

    /// <summary>X1: cancels first, in the order of arming.</summary>
    public void Trigger(IEnumerable<ModelNamespace> set) => Cancel(set.SelectMany(static n => n.Timers.Select(t => (n, t))));

    public void Cancel(IEnumerable<(ModelNamespace, ModelTimer)> candidates)
    {
        foreach (var (ns, t) in candidates.OrderBy(static e => e.Item2.Order).ToList())
        {
            if (t.Listed && (t.CancelPending || t.Remembered != ns.Wall))
            {
                t.CancelPending = true;
                t.Ticks = Int128.Min(t.Ticks + 1, Model.MaxTicks);
                Wake(ns, t);
            }
        }
    }

    public void Wake(ModelNamespace ns, ModelTimer t)
    {
        if (t.Watched && !Woken.Contains((ns, t)))
        {
            Woken.Add((ns, t));
        }
    }

    /// <summary>INV-2, F1: all that is due, longest overdue first, ties in the order of arming.</summary>
    public int ExpireDue()
    {
        for (var expired = 0; ; expired++)
        {
            var due = Running
                .Where(static e => e.Timer.WillFire && e.Timer.Deadline <= e.Ns.Now[e.Timer.Base])
                .OrderByDescending(static e => e.Ns.Now[e.Timer.Base] - e.Timer.Deadline)
                .ThenBy(static e => e.Timer.Order)
                .ToList();
            if (due.Count == 0)
            {
                return expired;
            }

            due[0].Timer.Expire();
            Wake(due[0].Ns, due[0].Timer);
        }
    }

    /// <summary>A subscription is a reader that reads at every wake-up.</summary>
    public List<string> Collect()
    {
        var collected = Woken.ToList();
        Woken.Clear();
        return [.. collected
            .Where(static w => w.Timer.Watched && w.Ns.Timers.Contains(w.Timer))
            .Select(static w => (w, Read: w.Ns.Read(w.Timer)))
            .Where(static e => e.Read is not ("0" or "EAGAIN"))
            .Select(static e => $"{e.w.Ns.Name}.{e.w.Timer.Id}: {e.Read}")];
    }

    /// <summary>How long until a clock of the host reads the next deadline; null for never, which an offset cannot make (N4).</summary>
    public Int128? NextIn(int clock) => Running
        .Where(e => e.Timer.WillFire && e.Timer.Base == clock)
        .Select(e => (Int128?)(Int128.Min(e.Timer.Deadline - e.Ns.Offsets[clock], Model.Never - 1) - Now[clock]))
        .Min();

    /// <summary>The offsets after a stop; ERANGE.</summary>
    public Int128[] Resume(ModelPolicy policy, Int128[] offsets, Int128[] standing, Int128[] then)
    {
        var downtime = Int128.Max(0, Now[0] - then[0]);
        Int128[] resumed =
        [
            policy.RealtimeFrozen ? standing[0] - Now[0] : offsets[0],
            standing[1] + (policy.MonotonicElapsed ? downtime : 0) - Now[1],
            standing[2] + (policy.BoottimeElapsed ? downtime : 0) - Now[2],
        ];
        Model.CheckRange(Now.Select((r, c) => r + resumed[c]));
        return resumed;
    }

    /// <param name="ns">Whose state is written down; it does not change (B10).</param>
    /// <param name="absolute">keep, refuse or relative.</param>
    public ModelImage Checkpoint(ModelNamespace ns, string absolute)
    {
        ns.RefuseHost("EINVAL");
        if (absolute == "refuse" && ns.Timers.Exists(static t => t.Absolute && t.Alive && !t.Ephemeral))
        {
            throw new ModelException("EOPNOTSUPP");
        }

        Model.CheckRange(ns.Now);
        return new ModelImage(ns.Name, ns.Offsets, ns.Now, [.. Now], absolute == "relative",
            ns.HadTimers, ns.NextId, [.. ns.ByArming.Where(static t => !t.Ephemeral).Select(static t => t.Copy())],
            ns.Timers.Count(static t => t.Ephemeral && t.WillFire), ns.Frozen);
    }

    public ModelNamespace Restore(ModelImage image, ModelPolicy policy, string name)
    {
        RefuseTaken(name);
        var ns = new ModelNamespace(this, name, Resume(policy, image.Offsets, image.Readings, image.Host))
        {
            HadTimers = image.HadTimers,
            NextId = image.NextId,
        };
        foreach (var saved in image.Timers)
        {
            var t = saved.Copy();
            (t.Watched, t.Order) = (false, NextOrder());
            ns.Timers.Add(t);
            if (image.Relative && t.Absolute)
            {
                var shift = ns.Now[t.Base] - image.Readings[t.Base];
                t.Deadline = t.Deadline == Model.Never ? t.Deadline : Model.Saturate(t.Deadline + shift);
                t.FirstDue = t.FirstDue is { } due ? Model.Saturate(due + shift) : null;
            }
            else
            {
                ns.Carry(t, image.Readings, policy.Missed);
            }
        }

        Namespaces.Add(ns);
        if (ns.Wall != Model.Saturate(image.Readings[0] - image.Readings[1]))
        {
            Cancel(image.Timers.Where(static t => t.Alive).Select(saved => (ns, ns.Timers.Single(t => t.Id == saved.Id))));
        }

        return ns;
    }

    /// <summary>A restore on a host of its own, read off: one entry a wake-up, nobody reads.</summary>
    public IEnumerable<string> Forecast(ModelImage image, ModelPolicy policy, Int128 within)
    {
        var ns = new ModelHost([.. Now]).Restored(image, policy);
        string Entry(ModelTimer t, Int128 wait, Int128 count, Int128 due, bool canceled) =>
            $"{t.Id} in {wait} x{count} due {ns.OnOwnClock(t, due)}{(canceled ? " canceled" : "")}";
        var cancels = ns.ByArming.Where(static t => t.Listed && t.CancelPending && t.Ticks != 0).ToList(); // R3
        var ticking = ns.ByArming.Where(t => t.Ticks != 0 && !cancels.Contains(t) && t.Peek(ns.Now[t.Base]) != 0)
            .OrderByDescending(t => ns.Now[t.Base] - (t.FirstDue ?? ns.Now[t.Base]));
        var later = ns.ByArming.Where(t => t.WillFire && t.Remaining(ns.Now[t.Base]) <= within).OrderBy(t => t.Remaining(ns.Now[t.Base]));
        return
        [
            .. cancels.Select(t => Entry(t, 0, 0, ns.Now[t.Base], canceled: true)),
            .. ticking.Select(t => Entry(t, 0, t.Peek(ns.Now[t.Base]), t.FirstDue ?? ns.Now[t.Base], canceled: false)),
            .. later.Select(t => Entry(t, t.Remaining(ns.Now[t.Base]), 1, t.Deadline, canceled: false)),
        ];
    }

    private ModelNamespace Restored(ModelImage image, ModelPolicy policy)
    {
        var ns = Restore(image, policy, image.Name);
        ExpireDue();
        return ns;
    }

    private void RefuseTaken(string name)
    {
        if (Namespaces.Exists(n => n.Name == name))
        {
            throw new ModelException("EEXIST");
        }
    }
}
