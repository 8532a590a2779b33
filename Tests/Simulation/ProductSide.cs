using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Simulation;

/// <summary>The runtimes under test, through their public members alone.</summary>
internal sealed partial class ProductSide(int hosts, Ledger ledger) : ISide, IDisposable
{
    /// <summary>How long anything may take that takes no time at all, before it is called a deadlock.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public const string Locked = "INV-6: locked while an observer runs";

    private readonly ProductHost?[] _hosts = new ProductHost?[hosts];
    private readonly List<string> _log = [];

    /// <summary>The image of the last checkpoint, and the one that the next restore is from.</summary>
    public NamespaceImage? Image { get; set; }

    public ProductHost this[int host] => _hosts[host]!;

    public void Start(int host, ClockReadings start) => _hosts[host] = new ProductHost(host, start, this);

    /// <summary>What a dead machine's observers would still be told is not heard.</summary>
    public void Kill(int host)
    {
        this[host].Dispose();
        TakeLog();
    }

    public void Note(string line)
    {
        lock (_log)
        {
            _log.Add(line);
        }
    }

    public List<string> TakeLog()
    {
        lock (_log)
        {
            List<string> log = [.. _log];
            _log.Clear();
            return log;
        }
    }

    public void Settle(int host) => this[host].Kernel.Settle();

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            host?.Dispose();
        }
    }

    public string Do(Call call) => Rig.Answer(() => this[call.Host].IsStopped ? "stopped"
        : Calls.AreOnHost(call.Act) ? OnHost(call)
        : this[call.Host].Runtime.FindNamespace(call.Ns) is not { } ns ? "no namespace"
        : !Calls.AreOnTimer(call.Act) ? OnNamespace(call, ns)
        : ns.FindTimer(call.Timer) is { } timer ? OnTimer(call, timer)
        : "no timer");

    public string Describe(int host)
    {
        var (runtime, statistics) = (this[host].Runtime, this[host].Runtime.Statistics);
        return $"host{host} {Texts.Of(this[host].Now)}: {statistics.Expirations} expirations {statistics.Deliveries} deliveries {statistics.HostClockSets} clock sets {statistics.FaultedObservers} faults "
            + $"{statistics.Namespaces} namespaces {statistics.Timers} timers\n{string.Join('\n', runtime.Namespaces.OrderBy(static n => n.Name, StringComparer.Ordinal).SelectMany(Describe))}";
    }

    public static IEnumerable<string> Describe(RuntimeNamespace ns) => ns.Timers.OrderBy(static t => t.Id)
        .Select(static t => $"  {t.Id} {t.Name} {t.DescribeFd().TrimEnd('\n').Replace('\n', ' ')} {t.IsReadable}")
        .Prepend($"{ns.Name} {Texts.Of(ns.Offsets)} now {Texts.Of(ns.ReadClocks())} frozen {ns.IsFrozen}");

    private string OnHost(Call call)
    {
        var host = this[call.Host];
        switch (call.Act)
        {
            case Act.Advance:
                host.Kernel.Advance(Duration.FromNanoseconds(call.A));
                return "";
            case Act.Suspend:
                host.Kernel.Suspend(Duration.FromNanoseconds(call.A));
                return "";
            case Act.SetHostClock:
                ledger.ClockSet(call.Host, null, call.A - host.Now.Realtime.Nanoseconds);
                host.Kernel.SetRealtime(Instant.FromUnixTimeTicks(0).PlusNanoseconds(call.A));
                return "";
            case Act.Drain:
                host.Slow.Drain();
                return "";
            case Act.CreateNamespace:
                host.Runtime.CreateNamespace(call.Ns, new ClockOffsets(call.A, call.B, call.C));
                ledger.Forget(call.Host, call.Ns);
                return "";
            case Act.Restore:
                ledger.Restore(call, Image!, host.Runtime.Restore(Image!, Texts.Policy(call.Policy!), call.Ns));
                return "";
            case Act.Forecast:
                return string.Join("; ", host.Runtime.Forecast(Image!, Duration.FromNanoseconds(call.A), Texts.Policy(call.Policy!)).Fires.Select(static f =>
                    $"{f.TimerId} in {f.In.ToInt64Nanoseconds()} x{f.Expirations} due {f.Deadline.Nanoseconds}{(f.IsCanceled ? " canceled" : "")}"));
            default:
                host.IsStopped = true;
                host.Dispose();
                host.Slow.Drain();
                return "";
        }
    }

    private string? OnNamespace(Call call, RuntimeNamespace ns)
    {
        switch (call.Act)
        {
            case Act.CloseNamespace:
                ns.Dispose();
                return "";
            case Act.SetOffsets:
                ledger.ClockSet(call.Host, call.Ns, call.A - ns.Offsets.RealtimeNs);
                ns.SetOffsets(new ClockOffsets(call.A, call.B, call.C));
                return "";
            case Act.SetRealtime:
                ledger.ClockSet(call.Host, call.Ns, call.A - ns.ReadClocks().Realtime.Nanoseconds);
                ns.SetRealtime(Instant.FromUnixTimeTicks(0).PlusNanoseconds(call.A));
                return "";
            case Act.Freeze:
                ns.Freeze();
                return "";
            case Act.Thaw:
                ledger.Thaw(call, ns);
                ns.Thaw(Texts.Policy(call.Policy!));
                return "";
            case Act.CreateTimer:
                return $"{ns.CreateTimer((ClockId)call.Kind, call.Id.Length == 0 ? null : call.Id).Id}";
            case Act.SubscribeChanges:
                ns.Changes.Subscribe(new ProductHost.ChangeObserver(call.Id, this));
                return "";
            case Act.Probe:
                return Probe(ns);
            case Act.Checkpoint:
                Image = ns.Checkpoint((AbsoluteTimers)call.Kind, stop: call.B != 0);
                ledger.Checkpoint(call, Image);
                return Texts.Of(Image);
            default:
                return OnFace(call, ns);
        }
    }

    /// <summary>INV-6: nothing is locked while an observer runs, so another thread gets its answers meanwhile.</summary>
    private static string Probe(RuntimeNamespace ns)
    {
        var other = Task.Run(() =>
        {
            _ = ns.Runtime.Statistics;
            _ = ns.Timers.Select(static t => t.DescribeFd()).ToList();
            return Texts.Of(ns.ReadClocks());
        });
        return other.Wait(Patience) ? other.Result : Locked;
    }
}
