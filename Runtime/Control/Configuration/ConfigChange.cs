using TimeNs.Clocks;
using TimeNs.Control.Calls;
using TimeNs.Control.Problems;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Runtime;

namespace TimeNs.Control.Configuration;

/// <summary>
/// Brings a runtime from one configuration to the next: what the file says anew is applied, what it says as before is left alone, however
/// clients have changed it since.
/// </summary>
/// <remarks>
/// <code>
///   make namespaces ─▶ ask the engine about every offset ─▶ set offsets │ make and set timers, close what is to go
///   ◀──────────── a refusal takes all of this back ─────────────────────┘ nothing here can be refused
/// </code>
/// Timers come last also because the first one of a namespace fixes which way its MONOTONIC and BOOTTIME may go, for good.
/// When a client changes a namespace between the question and the setting, what was set is set back; only a MONOTONIC or BOOTTIME
/// that went forward stays there, since none goes back (INV-4), and that is said.
/// </remarks>
internal sealed class ConfigChange(ControlService service, ServiceConfig? before, ServiceConfig next, IReadOnlySet<string> madeByFile)
{
    private readonly Dictionary<string, NamespaceConfig> _before = before?.Namespaces.ToDictionary(static n => n.Name, StringComparer.Ordinal) ?? [];
    private readonly List<Fault> _faults = [];
    private readonly List<RuntimeNamespace> _madeNamespaces = [];
    private readonly List<NamespaceTimer> _madeTimers = [];
    private readonly List<(RuntimeNamespace Namespace, NamespaceConfig Config, ClockOffsets Wanted)> _offsets = [];
    private readonly List<Action> _last = [];
    private readonly List<string> _left = [];

    /// <summary>Namespaces in which something has changed, and such as were closed.</summary>
    public HashSet<string> Touched { get; } = new(StringComparer.Ordinal);

    /// <summary>The namespaces that the file has made, now and earlier, and that live.</summary>
    public HashSet<string> MadeByFile { get; } = new(madeByFile, StringComparer.Ordinal);

    /// <summary>Namespaces that the file no longer has and that live on, since it did not make them or does not prune.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <exception cref="ConfigException">The engine refuses it; nothing has changed.</exception>
    public void Apply(string file)
    {
        foreach (var wanted in next.Namespaces)
        {
            Try(wanted.OffsetsPlace, () => Prepare(wanted));
        }

        PrepareRemovals();
        foreach (var (ns, config, wanted) in _offsets)
        {
            Try(config.OffsetsPlace, () => ns.ForetellOffsets(wanted));
        }

        if (_faults.Count == 0)
        {
            SetOffsets();
        }

        if (_faults.Count != 0)
        {
            _madeNamespaces.ForEach(static n => n.Dispose());
            throw new ConfigException(file, _faults);
        }

        _last.ForEach(static act => act());
        _madeNamespaces.ForEach(service.Events.Created);
        _madeTimers.ForEach(service.Events.Created);
    }

    private RuntimeNamespace? Find(string name) => service.Runtime.FindNamespace(name);

    private void Prepare(NamespaceConfig wanted)
    {
        var earlier = _before.GetValueOrDefault(wanted.Name);
        if (Find(wanted.Name) is not { } ns)
        {
            ns = service.Runtime.CreateNamespace(wanted.Name, OffsetsOf(wanted, null, ClockOffsets.None));
            _madeNamespaces.Add(ns);
            MadeByFile.Add(wanted.Name);
            Touched.Add(wanted.Name);
            earlier = null;
        }
        else if (OffsetsOf(wanted, earlier, ns.Offsets) is var offsets && offsets != ns.Offsets)
        {
            _offsets.Add((ns, wanted, offsets));
            Touched.Add(wanted.Name);
        }

        var gone = (earlier?.Timers ?? []).Where(t => wanted.Timer(t.Name) is null).Select(static t => t.Name).ToList();
        _last.Add(() =>
        {
            gone.ForEach(name => IfOpen(() => Remove(ns, name)));
            foreach (var timer in wanted.Timers)
            {
                IfOpen(() => Apply(ns, timer, earlier?.Timer(timer.Name)));
            }
        });
    }

    /// <summary>Only the clocks whose text is new are set: an instant is what the clock is to read when the file first says so.</summary>
    private ClockOffsets OffsetsOf(NamespaceConfig wanted, NamespaceConfig? earlier, ClockOffsets present)
    {
        var host = service.Runtime.ReadClocks();
        return new ClockOffsets(
            Offset(wanted.Realtime, earlier?.Realtime, ClockBase.Realtime, present.RealtimeNs, host),
            Offset(wanted.Monotonic, earlier?.Monotonic, ClockBase.Monotonic, present.MonotonicNs, host),
            Offset(wanted.Boottime, earlier?.Boottime, ClockBase.Boottime, present.BoottimeNs, host));
    }

    private static long Offset(TimeText? wanted, TimeText? earlier, ClockBase clock, long present, in ClockReadings host) =>
        wanted is { } text && text != earlier ? TimeInput.Offset(text, clock, clock.ToString().ToLowerInvariant(), host) : present;

    private void Remove(RuntimeNamespace ns, string name)
    {
        if (ns.FindTimer(name) is { } timer)
        {
            Touched.Add(ns.Name);
            Close(timer);
        }
    }

    /// <summary>A timer keeps its clock for life: another clock is another timer of that name.</summary>
    private void Apply(RuntimeNamespace ns, TimerConfig wanted, TimerConfig? earlier)
    {
        var timer = ns.FindTimer(wanted.Name);
        if (timer is not null && timer.Clock == wanted.Clock && wanted.IsSame(earlier))
        {
            return;
        }

        Touched.Add(ns.Name);
        if (timer is not null && timer.Clock != wanted.Clock)
        {
            Close(timer);
            timer = null;
        }

        if (timer is null)
        {
            timer = ns.CreateTimer(wanted.Clock, wanted.Name);
            _madeTimers.Add(timer);
        }

        if (wanted.Set is { } set)
        {
            timer.Set(TimerCalls.SettingOf(set, wanted.Clock, "set."));
        }
    }

    private void PrepareRemovals()
    {
        var kept = next.Namespaces.Select(static n => n.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _before.Keys.Where(n => !kept.Contains(n)))
        {
            if (Find(gone) is not { } ns)
            {
                MadeByFile.Remove(gone);
            }
            else if (next.Prune && MadeByFile.Remove(gone))
            {
                Touched.Add(gone);
                _last.Add(() => Close(ns));
            }
            else
            {
                _left.Add(gone);
            }
        }
    }

    private void SetOffsets()
    {
        List<(RuntimeNamespace Namespace, ClockOffsets Old)> set = [];
        foreach (var (ns, config, wanted) in _offsets)
        {
            var old = ns.Offsets;
            Try(config.OffsetsPlace, () => ns.SetOffsets(wanted));
            if (_faults.Count != 0)
            {
                set.Reverse();
                set.ForEach(s => SetBack(s.Namespace, s.Old, config.Place));
                return;
            }

            set.Add((ns, old));
        }
    }

    private void SetBack(RuntimeNamespace ns, ClockOffsets old, Place place)
    {
        var now = ns.Offsets;
        var back = new ClockOffsets(old.RealtimeNs, Math.Max(old.MonotonicNs, now.MonotonicNs), Math.Max(old.BoottimeNs, now.BoottimeNs));
        if (back != old)
        {
            _faults.Add(new Fault(place, $"the MONOTONIC or BOOTTIME of '{ns.Name}' had gone forward already and stays there"));
        }

        Try(place, () => ns.SetOffsets(back));
    }

    private void Close(NamespaceTimer timer)
    {
        timer.Dispose();
        service.Ledger.Remove(timer);
        service.Events.Closed(timer);
    }

    private void Close(RuntimeNamespace ns)
    {
        ns.Dispose();
        service.Ledger.Remove(ns);
        service.Events.Closed(ns);
    }

    /// <summary>What a client closes at this moment, or whose name it takes, is found so by the next change.</summary>
    private static void IfOpen(Action act)
    {
        try
        {
            act();
        }
        catch (ObjectDisposedException)
        {
            // Closed.
        }
        catch (TimeNamespaceException taken) when (taken.Errno == Errno.EEXIST)
        {
            // Its name is taken.
        }
    }

    private void Try(Place place, Action act)
    {
        try
        {
            act();
        }
        catch (Exception refused) when (refused is ArgumentException or TimeNamespaceException or ControlException or ObjectDisposedException)
        {
            _faults.Add(new Fault(place, ProblemMapper.Of(refused, service.Runtime.Host.Engine.IsStopping).Detail.TrimEnd('.')));
        }
    }
}
