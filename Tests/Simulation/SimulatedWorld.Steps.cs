using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <content>What each verb means. Arguments are worked out from the model alone, so a fault of the product cannot steer a run.</content>
internal sealed partial class SimulatedWorld
{
    private static readonly int[] Clocks = [0, 1, 7, 8, 9];

    private void Do(SimStep step)
    {
        var host = step.Host % Hosts;
        var ns = Namespace(step, host);
        switch (step.Verb)
        {
            case SimVerb.CreateNamespace:
                Call(new Call(Act.CreateNamespace, host, AnyName(step)) { A = step.Value, B = step.Interval % (1000 * Second), C = step.Policy * 500 });
                break;
            case SimVerb.CloseNamespace:
                Call(new Call(Act.CloseNamespace, host, ns.Name));
                break;
            case SimVerb.SetOffsets or SimVerb.SetBadOffsets or SimVerb.SetRealtime or SimVerb.Freeze or SimVerb.Thaw or SimVerb.SubscribeChanges:
                OnNamespace(step, host, ns);
                break;
            case SimVerb.Provide or SimVerb.ChangeProvided or SimVerb.Schedule or SimVerb.CloseFace:
                OnFace(step, host, ns);
                break;
            case SimVerb.Advance or SimVerb.AdvanceAll or SimVerb.Suspend or SimVerb.SetHostClock or SimVerb.CrashHost or SimVerb.StopHost:
                OnHost(step, host);
                break;
            case SimVerb.Checkpoint or SimVerb.Restore or SimVerb.Move or SimVerb.Twin or SimVerb.Damage or SimVerb.Forecast:
                OnDisk(step, host, ns);
                break;
            case SimVerb.Drain:
                Call(new Call(Act.Drain, host));
                break;
            case SimVerb.Unsubscribe when Pick(_subscribed, step) is { } subscribed:
                Call(subscribed with { Act = Act.Unsubscribe, Kind = 0, A = 0, B = 0, C = 0, D = 0 });
                break;
            case SimVerb.CancelAwait when Pick(_waiting, step) is { } waiting:
                Call(waiting with { Act = Act.CancelAwait });
                break;
            case SimVerb.Unsubscribe or SimVerb.CancelAwait:
                break;
            default:
                OnTimer(step, host, ns);
                break;
        }
    }

    private static string AnyName(SimStep step) => $"{Names[step.Who % Names.Length]}{step.Which % Hosts}";

    /// <summary>Mostly one that is not the host.</summary>
    private ModelNamespace Namespace(SimStep step, int host)
    {
        var all = _model[host].Host.Namespaces;
        return all.Count == 1 || step.Who % 16 == 0 ? all[0] : all[1 + (step.Who / 16 % (all.Count - 1))];
    }

    private static T? Pick<T>(List<T> from, SimStep step)
        where T : class => from.Count == 0 ? null : from[step.Which % from.Count];

    private void OnNamespace(SimStep step, int host, ModelNamespace ns)
    {
        var call = new Call(Act.SetOffsets, host, ns.Name);
        var (real, mono, boot) = ((long)ns.Offsets[0], (long)ns.Offsets[1], (long)ns.Offsets[2]);
        Call(step.Verb switch
        {
            SimVerb.SetOffsets => call with
            {
                A = step.Flags % 2 == 0 ? real : Near(real, step.Value),
                B = mono + Math.Abs(step.Interval % 5_000) - (step.Policy == 0 ? 2_000 : 0),
                C = boot + (step.Policy * 250),
            },
            SimVerb.SetBadOffsets => (step.Policy % 4) switch
            {
                0 => call with { A = real + 500, B = mono - 1 - (step.Which % 1000), C = boot },
                1 => call with { A = real, B = mono, C = boot - 1 - (step.Which % 1000) },
                2 => call with { A = long.MaxValue, B = mono, C = boot },
                _ => call with { A = real, B = mono + 500, C = -long.MaxValue },
            },
            SimVerb.SetRealtime => call with { Act = Act.SetRealtime, A = Near(ns.Now[0], step.Value) },
            SimVerb.Freeze => call with { Act = Act.Freeze },
            SimVerb.Thaw => Frozen(host, call) with { Act = Act.Thaw, Policy = PolicyOf(step) },
            _ => call with { Act = Act.SubscribeChanges, Id = NextId("c") },
        });
    }

    /// <summary>A namespace that is frozen, on this host or another, if there is any.</summary>
    private Call Frozen(int host, Call call)
    {
        var frozen = Enumerable.Range(host, Hosts).Select(static h => h % Hosts)
            .SelectMany(h => _model[h].Host.Namespaces.Where(static n => n.Frozen).Select(n => call with { Host = h, Ns = n.Name }));
        return frozen.FirstOrDefault(call);
    }

    private void OnTimer(SimStep step, int host, ModelNamespace ns)
    {
        var timers = ns.Timers.Where(static t => !t.Ephemeral).OrderBy(static t => t.Id).ToList();
        if (step.Verb == SimVerb.CreateTimer || timers.Count == 0)
        {
            CreateTimer(step, host, ns);
            return;
        }

        var timer = Pick(timers, step)!;
        var call = new Call(Act.Get, host, ns.Name, timer.Id);
        switch (step.Verb)
        {
            case SimVerb.Set:
                Call(Setting(step, ns, timer, call));
                break;
            case SimVerb.SetBad:
                Call((step.Policy % 3) switch
                {
                    0 => Setting(step, ns, timer, call) with { Kind = 4 + step.Flags },
                    1 => Setting(step, ns, timer, call) with { A = -1 },
                    _ => Setting(step, ns, timer, call) with { D = Second },
                });
                break;
            case SimVerb.SetTicks:
                Call(call with { Act = Act.SetTicks, A = step.Policy == 0 ? 0 : step.Policy == 1 ? -1 : 1 + (step.Which % 20) });
                break;
            case SimVerb.Subscribe when step.Flags == 3:
                timers.ForEach(t => Subscribe(step.Seed + (ulong)t.Id, ns, t, call with { Timer = t.Id }));
                break;
            case SimVerb.Subscribe:
                Subscribe(step.Seed, ns, timer, call);
                break;
            case SimVerb.SubscribeSlowly:
                _subscribed.Add(call with { Act = Act.SubscribeSlowly, Id = NextId("s"), Kind = (int)(step.Policy % 6 == 0 ? Manner.Throw : step.Policy % 6 == 1 ? Manner.DisposeItself : Manner.Record) });
                Call(_subscribed[^1]);
                break;
            case SimVerb.Await:
                _waiting.Add(call with { Act = Act.Await, Id = NextId("w") });
                Call(_waiting[^1]);
                break;
            default:
                Call(call with { Act = Enum.Parse<Act>(step.Verb.ToString()) });
                break;
        }
    }

    private void CreateTimer(SimStep step, int host, ModelNamespace ns)
    {
        var clock = step.Policy == 0 ? 2 + (step.Which % 5) : Clocks[step.Which % Clocks.Length];
        var name = step.Flags == 0 ? $"t{step.Which % 4}" : "";
        var id = Call(new Call(Act.CreateTimer, host, ns.Name) { Kind = clock, Id = name });
        if (long.TryParse(id, out var timer) && step.Policy % 3 != 0)
        {
            OnTimer(step with { Verb = SimVerb.Set, Which = ns.Timers.Where(static t => !t.Ephemeral).OrderBy(static t => t.Id).ToList().FindIndex(t => t.Id == timer) }, host, ns);
        }
    }

    private static Call Setting(SimStep step, ModelNamespace ns, ModelTimer timer, Call call)
    {
        var value = step.Flags % 2 == 0 ? Math.Max(0, step.Value) : step.Policy == 0 ? 0 : Math.Max(0, Near(ns.Now[timer.OwnBase], step.Value));
        return call with { Act = Act.Set, Kind = step.Flags, A = value / Second, B = value % Second, C = step.Interval / Second, D = step.Interval % Second };
    }

    private void Subscribe(ulong seed, ModelNamespace ns, ModelTimer timer, Call call)
    {
        if (!ns.Timers.Contains(timer))
        {
            return; // closed by an observer meanwhile
        }

        var dice = new Dice(seed);
        var manner = dice.Next(3) == 0 ? Manner.Record : (Manner)dice.Next(1 + (int)Manner.Probe);
        var fellows = _subscribed.FindAll(c => c.Host == call.Host && c.Ns == call.Ns && c.Timer != call.Timer);
        var others = ns.Timers.Where(t => !t.Ephemeral && t != timer).Select(static t => t.Id).DefaultIfEmpty(timer.Id).ToList();
        var act = call with { Act = Act.Subscribe, Id = NextId("o"), Kind = (int)manner, C = dice.Next(3), D = others[dice.Next(others.Count)] };
        _subscribed.Add(manner switch
        {
            Manner.DisposeOthers => act with { Others = [.. fellows.Select(static f => (f.Timer, f.Id))] },
            Manner.StopOther => act with { OtherNs = OtherThan(ns, call.Host, dice), C = 0, Policy = PolicyOf(dice.Next(24)) },
            Manner.Rearm or Manner.RearmOther => act with { A = 500 + (dice.Next(8) * 250), B = 500 * dice.Next(3) },
            Manner.SetRealtime => act with { A = Near(ns.Now[0], dice.Between(-4, 8) * 500) },
            Manner.SetOffsets => act with { A = Near(ns.Offsets[0], dice.Between(-2, 8) * 500), B = Near(ns.Offsets[1], dice.Next(4) * 500), D = Near(ns.Offsets[2], dice.Next(4) * 500) },
            _ => act with { A = 500 * (1 + dice.Next(4)), B = 500 * dice.Next(3) },
        });
        Call(_subscribed[^1]);
    }

    private string OtherThan(ModelNamespace ns, int host, Dice dice)
    {
        var others = _model[host].Host.Namespaces.Where(n => n != ns && n.Name != "host").Select(static n => n.Name).DefaultIfEmpty("host").ToList();
        return others[dice.Next(others.Count)];
    }

    private void OnFace(SimStep step, int host, ModelNamespace ns)
    {
        var call = new Call(Act.Provide, host, ns.Name) { A = step.Which % 40, B = step.Policy };
        switch (step.Verb)
        {
            case SimVerb.Provide:
                _faces.Add(call with { Id = NextId("f") });
                break;
            case SimVerb.Schedule when step.Flags % 3 == 0:
                _faces.Add(call with { Id = NextId("f"), Act = Act.Schedule, A = call.A - 5, B = 0 });
                break;
            case SimVerb.Schedule when step.Flags % 3 == 1:
                _faces.Add(call with { Id = NextId("f"), Act = Act.ScheduleAt, A = Math.Max(1, Near(ns.Now[0], step.Value % 10_000) / 100) });
                break;
            case SimVerb.Schedule:
                _faces.Add(call with { Id = NextId("f"), Act = Act.SchedulePeriodic, A = 5 + call.A, B = 5 + call.A });
                break;
            case SimVerb.CloseFace:
                OnFace(_faces.FindAll(static f => f.Act != Act.Schedule || f.A > 0), Act.CloseFace, step);
                return;
            default:
                OnFace(_faces.FindAll(static f => f.Act == Act.Provide), Act.ChangeProvided, step);
                return;
        }

        Call(_faces[^1]);
    }

    private void OnFace(List<Call> faces, Act act, SimStep step)
    {
        if (Pick(faces, step) is { } face)
        {
            Call(face with { Act = act, A = step.Policy == 0 ? -1 : step.Who % 40, B = step.Policy });
        }
    }

    private void OnHost(SimStep step, int host)
    {
        var by = Math.Abs(step.Value % (1_000_000 * Second)) + 1;
        switch (step.Verb)
        {
            case SimVerb.Advance:
                Advance(host, by);
                break;
            case SimVerb.AdvanceAll:
                Enumerable.Range(0, Hosts).ToList().ForEach(h => Advance(h, by));
                break;
            case SimVerb.Suspend:
                Call(new Call(Act.Suspend, host) { A = step.Policy == 0 ? 0 : by });
                break;
            case SimVerb.SetHostClock:
                Call(new Call(Act.SetHostClock, host) { A = step.Policy == 0 ? (long)_model[host].Host.Now[0] : Near(_model[host].Host.Now[0], step.Value) });
                break;
            case SimVerb.StopHost:
                Call(new Call(Act.Stop, host));
                Restart(host, step);
                break;
            default:
                _product.Kill(host);
                Restart(host, step);
                break;
        }
    }

    /// <summary>The model says how far this goes: not past more deadlines than it should take.</summary>
    private void Advance(int host, long by)
    {
        if (_model[host].Host.Now.Any(r => r + by > Model.EndOfRange))
        {
            Call(new Call(Act.Advance, host) { A = by });
            return;
        }

        var passed = _model[host].Advance(by, MaxStops);
        var call = new Call(Act.Advance, host) { A = (long)passed };
        Trace.Add(call.ToString());
        Calls++;
        Count("Advance: ok");
        Compare("answer", _product.Do(call), "");
        CompareLogs();
    }

    /// <summary>What ran on it is gone. Its wall clock has gone on, more or less; the others start anew.</summary>
    private void Restart(int host, SimStep step)
    {
        _subscribed.RemoveAll(c => c.Host == host);
        _waiting.RemoveAll(c => c.Host == host);
        _faces.RemoveAll(c => c.Host == host);
        var dice = new Dice(step.Seed ^ 1);
        var wall = Math.Clamp((long)_model[host].Host.Now[0] + dice.Pick(0, 3_000, 60 * Second, -5_000), 0, 4_000_000_000 * Second);
        var up = dice.Pick(1_000, 5_000, 100 * Second);
        Boot(host, wall, up, up + dice.Pick(0, 500));
    }

    private static ModelPolicy PolicyOf(SimStep step) => PolicyOf(step.Policy);

    private static ModelPolicy PolicyOf(int policy) => new(
        policy % 2 == 1, policy / 2 % 2 == 1, policy / 4 % 2 == 1, (policy / 8) switch { 0 => "count", 1 => "one", _ => "skip" });

    private static long Near(Int128 now, long by) => (long)Model.Saturate(now + by);
}
