using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Properties;

/// <content>What each verb means, for the product and for the model.</content>
internal sealed partial class Pair
{
    private (string Product, string Model) OnNamespace(Op op)
    {
        var name = Names[op.Who % Names.Length];
        Int128[] offsets = [op.Value, op.Interval, op.Policy * 10];
        var (product, model) = (Product.Table.Find(name), _model.Namespaces.Find(n => n.Name == name));
        if (op.Verb == Verb.CreateNamespace)
        {
            return Both(() => Product.Table.Create(name, Offsets(offsets), Product.Host), () => _model.Create(name, offsets));
        }

        if (product is null || model is null)
        {
            return (product?.Name ?? "", model?.Name ?? "");
        }

        Int128[] moved = [op.Flags % 2 == 0 ? model.Offsets[0] : offsets[0], model.Offsets[1] + offsets[1] - 5, model.Offsets[2] + offsets[2] - 30];
        var policy = PolicyOf(op);
        return op.Verb switch
        {
            Verb.CloseNamespace => Both(() => Product.Table.Remove(product), () => _model.Remove(model)),
            Verb.SetOffsets => Both(() => product.SetOffsets(Offsets(moved), Product.Host), () => model.SetOffsets(moved)),
            Verb.SetRealtime => Both(() => product.SetRealtime(Near(model.Now[0], op.Value), Product.Host), () => model.SetRealtime(Near(model.Now[0], op.Value).Nanoseconds)),
            Verb.Freeze => Both(() => product.Freeze(Product.Host), model.Freeze),
            _ => Both(() => product.Thaw(policy.Product, Product.Host), () => model.Thaw(policy.Model)),
        };
    }

    private (string Product, string Model) OnTimer(Op op)
    {
        if (op.Verb == Verb.CreateTimer)
        {
            var ns = Names[op.Who % Names.Length];
            var clock = op.Policy == 0 ? op.Policy + 2 : op.ClockNumber;
            return Product.Table.Find(ns) is { } owner
                ? Both(() => owner.CreateTimer((ClockId)clock, null, Product.Host), () => _model.Namespaces.First(n => n.Name == ns).Create(clock))
                : ("", "");
        }

        var all = _model.Namespaces.OrderBy(static n => n.Name, StringComparer.Ordinal).SelectMany(static n => n.Timers.OrderBy(static t => t.Id).Select(t => (Ns: n, Timer: t))).ToList();
        if (all.Count == 0)
        {
            return ("", "");
        }

        var (home, m) = all[op.Who % all.Count];
        var (place, t) = (Product.Table.Find(home.Name)!, Product.Timer(home.Name, m.Id));
        return op.Verb switch
        {
            Verb.Set => Set(op, place, t, home, m),
            Verb.SetInvalid => Both(
                () => Product.SetRaw(place, t, op.Flags + (op.Policy % 3 == 0 ? 4 : 0), (op.Policy % 3 == 1 ? -1 : 0, op.Value), (0, op.Policy % 3 == 2 ? 1_000_000_000 : 0)),
                () => home.SetTime(m, op.Flags + (op.Policy % 3 == 0 ? 4 : 0), (op.Policy % 3 == 1 ? -1 : 0, op.Value), (0, op.Policy % 3 == 2 ? 1_000_000_000 : 0))),
            Verb.Get => Both(() => Rig.Text(place.GetTime(t, Product.Host)), () => home.GetTime(m)),
            Verb.Read => Both(() => Product.Read(place, t), () => home.Read(m) is var read && read == "0" ? "SteppedBack" : read),
            Verb.SetTicks => Both(() => place.SetTicks(t, Ticks(op), Product.Host) ? "ok" : "ECANCELED", () => home.SetTicks(m, Ticks(op))),
            Verb.Watch => Both(() => place.Watch(t, op.Flags != 0), () => Watch(home, m, op.Flags != 0)),
            _ => Both(() => place.Remove(t), () => home.Timers.Remove(m)),
        };
    }

    private (string Product, string Model) Set(Op op, TimeNamespace place, TimerState t, ModelNamespace home, ModelTimer m)
    {
        var first = op.Flags % 2 == 0 ? Math.Max(0, op.Value) : op.Policy == 0 ? 0 : Math.Max(0, Near(home.Now[m.OwnBase], op.Value).Nanoseconds);
        var value = Timespec.FromNanoseconds(first);
        var every = Timespec.FromNanoseconds(op.Interval);
        return Both(
            () => Product.SetRaw(place, t, op.Flags, (value.Seconds, value.Nanoseconds), (every.Seconds, every.Nanoseconds)),
            () => home.SetTime(m, op.Flags, (value.Seconds, value.Nanoseconds), (every.Seconds, every.Nanoseconds)));
    }

    private (string Product, string Model) OnHost(Op op)
    {
        var by = Math.Abs(op.Value % 300);
        switch (op.Verb)
        {
            case Verb.Advance:
                return (Product.Advance(by), Advance(by));
            case Verb.Jump:
                // As a kernel that was late: deadlines are passed without a stop. Now and then by years.
                by = op.Policy == 0 && op.Value > 0 ? Math.Min(op.Value, 1_000_000_000_000_000_000) : by;
                by = _model.Now[0] + by > 4_000_000_000_000_000_000 ? 1 : by;
                Product.Host = Product.Host.Plus(by);
                _model.MoveOn(by);
                break;
            case Verb.Suspend:
                Product.Jump(by, by);
                _model.Jump(by, by);
                break;
            case Verb.SetHostClock:
                var to = Math.Clamp(Near(_model.Now[0], op.Value * 3).Nanoseconds, 0, 4_000_000_000_000_000_000) - (long)_model.Now[0];
                Product.Jump(to, 0);
                _model.Jump(to, 0);
                break;
        }

        return op.Verb == Verb.Settle || op.Policy % 2 == 0 ? (Product.Settle(), Settle()) : ("", "");
    }

    private (string Product, string Model) OnImages(Op op)
    {
        var name = Names[op.Who % Names.Length];
        if (op.Verb is Verb.Checkpoint or Verb.Migrate)
        {
            return Product.Table.Find(name) is { } ns ? Checkpoint(op, ns, name) : ("", "");
        }

        if (_images.Count == 0)
        {
            return ("", "");
        }

        var (image, twin) = _images[op.Value > 0 ? (int)(op.Value % _images.Count) : 0];
        var policy = PolicyOf(op);
        return op.Verb == Verb.Restore
            ? Both(() => Product.Table.Restore(image, policy.Product, name, Product.Host), () => _model.Restore(twin, policy.Model, name))
            : Both(
                () => Product.Forecast(image, policy.Product, Math.Abs(op.Value % 100)),
                () => string.Join("; ", _model.Forecast(twin, policy.Model, Math.Abs(op.Value % 100))));
    }

    private (string Product, string Model) Checkpoint(Op op, TimeNamespace ns, string name)
    {
        var absolute = (AbsoluteTimers)(op.Flags % 3);
        var answers = Both(
            () => ns.Checkpoint(absolute, "here", Product.Host) is { } image ? Keep(image) : "",
            () => _model.Checkpoint(_model.Namespaces.First(n => n.Name == name), absolute.ToString().ToLowerInvariant()) is { } image ? Keep(image) : "");
        if (op.Verb == Verb.Checkpoint || answers.Product.StartsWith('E'))
        {
            return answers;
        }

        // Stop, some time goes by, and it goes on.
        Product.Table.Remove(ns);
        _model.Remove(_model.Namespaces.First(n => n.Name == name));
        var (gap, policy) = (Math.Abs(op.Value % 70), PolicyOf(op));
        Product.Host = Product.Host.Plus(gap);
        _model.MoveOn(gap);
        return Both(
            () => Product.Table.Restore(_images[^1].Product, policy.Product, null, Product.Host),
            () => _model.Restore(_images[^1].Model, policy.Model, name));
    }

    private string Keep(NamespaceImage image)
    {
        _images.Add((image, null!));
        return $"{image.Timers.Length}";
    }

    private string Keep(ModelImage image)
    {
        _images[^1] = (_images[^1].Product, image);
        return $"{image.Timers.Count}";
    }

    private string Settle()
    {
        var expired = _model.ExpireDue();
        return $"{expired}: {string.Join("; ", _model.Collect())}";
    }

    /// <summary>Through every deadline in order, as the simulated host goes; with a limit for intervals of nanoseconds.</summary>
    private string Advance(Int128 by)
    {
        var told = new List<string> { Settle() };
        for (var stops = 0; by > 0; stops++)
        {
            var step = stops == Rig.MaxStops ? by : Enumerable.Range(0, 3).Select(_model.NextIn).Where(static n => n is not null).Append(by).Min()!.Value;
            step = Int128.Clamp(step, 0, by);
            _model.MoveOn(step);
            by -= step;
            told.Add(Settle());
        }

        return string.Join("\n", told);
    }

    private void Watch(ModelNamespace home, ModelTimer m, bool watched)
    {
        m.Watched = watched;
        if (watched && m.Ticks != 0)
        {
            _model.Wake(home, m);
        }
    }

    /// <summary>
    /// A namespace is written down, stopped and restored at the same instant, and its readers come back. False when it cannot be.
    /// </summary>
    public bool Replace(string name, Op op)
    {
        Step(op with { Verb = Verb.Settle });
        var (ns, twin) = (Product.Table.Find(name), _model.Namespaces.Find(n => n.Name == name));
        if (ns is null || twin is null || ns.IsFrozen || name == "host" || ImageRules.ReadingsFault(ns.ReadAt(Product.Host)) is not null)
        {
            return false;
        }

        var (absolute, policy) = (op.Flags % 2 == 0 ? AbsoluteTimers.Keep : AbsoluteTimers.Relative, PolicyOf(op));
        var (image, copy) = (Product.Checkpoint(ns, absolute), _model.Checkpoint(twin, absolute.ToString().ToLowerInvariant()));
        var watched = twin.Timers.Where(static t => t.Watched).Select(static t => t.Id).ToList();
        Product.Table.Remove(ns);
        _model.Remove(twin);
        (ns, twin) = (Product.Restore(image, policy.Product), _model.Restore(copy, policy.Model, name));
        foreach (var id in watched)
        {
            ns.Watch(ns.FindTimer(id)!, true);
            Watch(twin, twin.Timers.Find(t => t.Id == id)!, watched: true);
        }

        return true;
    }

    private static (RestorePolicy Product, ModelPolicy Model) PolicyOf(Op op)
    {
        var (frozen, mono, boot, missed) = (op.Policy % 2 == 1, op.Policy / 2 % 2 == 1, op.Policy / 4 % 2 == 1, op.Policy / 8);
        var product = new RestorePolicy
        {
            Realtime = frozen ? ClockPolicy.Frozen : ClockPolicy.Wall,
            Monotonic = mono ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
            Boottime = boot ? ClockPolicy.Elapsed : ClockPolicy.Frozen,
            Missed = (MissedTicks)missed,
        };
        return (product, new ModelPolicy(frozen, mono, boot, product.Missed.ToString().ToLowerInvariant()));
    }

    private static ulong Ticks(Op op) => op.Value < 0 ? unchecked((ulong)op.Value) : op.Value > 1_000_000 ? ulong.MaxValue : (ulong)op.Value;

    private static ClockTime Near(Int128 now, long by) => new((long)Model.Saturate(now + by));

    private static ClockOffsets Offsets(Int128[] offsets) =>
        new((long)Model.Saturate(offsets[0]), (long)Model.Saturate(offsets[1]), (long)Model.Saturate(offsets[2]));

    private static (string Product, string Model) Both(Func<object?> product, Func<object?> model) => (Rig.Answer(product), Answer(model));

    private static (string Product, string Model) Both(Action product, Action model) => Both(
        () => { product(); return null; },
        () => { model(); return null; });

    private static string Answer(Func<object?> call)
    {
        try
        {
            return call() as string ?? "";
        }
        catch (ModelException refused)
        {
            return refused.Message;
        }
    }
}
