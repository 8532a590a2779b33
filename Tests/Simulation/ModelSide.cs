using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <summary>What the rules say: every call done to models of the hosts.</summary>
internal sealed partial class ModelSide : ISide
{
    private readonly ModelRuntime?[] _hosts;
    private readonly List<string> _log = [];

    public ModelSide(int hosts) => _hosts = new ModelRuntime?[hosts];

    /// <summary>The image of the last checkpoint, and the one that the next restore is from.</summary>
    public ModelImage? Image { get; set; }

    public ModelRuntime this[int host] => _hosts[host]!;

    public void Start(int host, Int128[] now)
    {
        _hosts[host] = new ModelRuntime(new ModelHost(now), Note);
        this[host].Settle();
    }

    public ModelNamespace? Find(int host, string ns) => this[host].Host.Namespaces.Find(n => n.Name == ns);

    public void Note(string line) => _log.Add(line);

    public List<string> TakeLog()
    {
        List<string> log = [.. _log];
        _log.Clear();
        return log;
    }

    public void Settle(int host) => this[host].Settle();

    public string Do(Call call)
    {
        try
        {
            return this[call.Host].Stopped ? "stopped"
                : Calls.AreOnHost(call.Act) ? OnHost(call)
                : Find(call.Host, call.Ns) is not { } ns ? "no namespace"
                : !Calls.AreOnTimer(call.Act) ? OnNamespace(call, ns)
                : ns.Timers.Find(t => t.Id == call.Timer && !t.Ephemeral) is { } timer ? OnTimer(call, ns, timer)
                : "no timer";
        }
        catch (ModelException refused)
        {
            return refused.Message;
        }
    }

    public string Describe(int host)
    {
        var (model, runtime) = (this[host].Host, this[host]);
        var lines = model.Namespaces.OrderBy(static n => n.Name, StringComparer.Ordinal).SelectMany(static ns => ns.Timers
            .Where(static t => !t.Ephemeral).OrderBy(static t => t.Id)
            .Select(t => $"  {t.Id} {t.Name} {Texts.Fdinfo(t.Clock, t.Ticks, t.ShownFlags, t.Remaining(ns.Now[t.Base]), t.Interval)} {t.Ticks != 0}")
            .Prepend($"{ns.Name} {Texts.Of(ns.Offsets)} now {Texts.Of(ns.Now)} frozen {ns.Frozen}"));
        var timers = model.Namespaces.Sum(static n => n.Timers.Count(static t => !t.Ephemeral));
        return $"host{host} {Texts.Of(model.Now)}: {runtime.Expirations} expirations {runtime.Deliveries} deliveries {runtime.ClockSets} clock sets {runtime.Faults} faults "
            + $"{model.Namespaces.Count} namespaces {timers} timers\n{string.Join('\n', lines)}";
    }

    private string OnHost(Call call)
    {
        var runtime = this[call.Host];
        var host = runtime.Host;
        switch (call.Act)
        {
            case Act.CreateNamespace:
                host.Create(call.Ns, [call.A, call.B, call.C]);
                return "";
            case Act.Advance:
                CheckMove(host.Now.Select(r => r + call.A));
                runtime.Advance(call.A, int.MaxValue);
                return "";
            case Act.Suspend:
                CheckMove([host.Now[0] + call.A, host.Now[2] + call.A]);
                runtime.Jump(call.A, call.A);
                return "";
            case Act.SetHostClock:
                CheckMove([call.A]);
                runtime.Jump(call.A - host.Now[0], 0);
                return "";
            case Act.Drain:
                Drain(runtime);
                return "";
            case Act.Restore:
                return Restore(runtime, call);
            case Act.Forecast:
                return string.Join("; ", host.Forecast(Image!, call.Policy!, call.A));
            default:
                Stop(runtime);
                return "";
        }
    }

    private string Restore(ModelRuntime runtime, Call call)
    {
        var ns = runtime.Host.Restore(Image!, call.Policy!, call.Ns);
        var change = ModelRuntime.Change(ns, "Restored", Image!.Offsets);
        runtime.Restored[ns] = change;
        runtime.Announce(() => Note($"change {change}"));
        return "";
    }

    /// <summary>The machine's clocks have a range, too; nothing moves beyond it.</summary>
    private static void CheckMove(IEnumerable<Int128> readings)
    {
        if (readings.Any(static r => r < 0 || r > Model.EndOfRange))
        {
            throw new ModelException("EINVAL");
        }
    }

    private void Drain(ModelRuntime runtime)
    {
        while (runtime.Slow.TryDequeue(out var slow))
        {
            slow.Queued = false;
            try
            {
                foreach (var read in slow.Conflated())
                {
                    if (!slow.Disposed)
                    {
                        slow.Script.OnNext(Texts.Of(read));
                    }
                }
            }
            catch (ObserverException)
            {
                Note("a slow observer threw");
                Dispose(runtime, slow);
            }

            if (slow.Completed && !slow.Disposed)
            {
                slow.Script.OnEnd();
                slow.Disposed = true;
            }
        }
    }

    private void Dispose(ModelRuntime runtime, ModelSubscription subscription)
    {
        subscription.Disposed = true;
        foreach (var ns in runtime.Host.Namespaces)
        {
            foreach (var timer in ns.Timers.Where(t => runtime.Of(t).Subscriptions.Contains(subscription)))
            {
                runtime.Leave(ns, timer, subscription);
                return;
            }
        }
    }

    private void Stop(ModelRuntime runtime)
    {
        runtime.Stopped = true;
        foreach (var ns in runtime.Host.Namespaces)
        {
            ns.Timers.ForEach(runtime.End);
            runtime.Listeners.GetValueOrDefault(ns)?.ForEach(id => Note($"end listener {id}"));
        }

        Note("end changes");
        Drain(runtime);
    }
}
