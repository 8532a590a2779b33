using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <summary>What broke, and where.</summary>
internal sealed class SimulationException(string message) : Exception(message);

/// <summary>
/// One run: some hosts with a runtime each, their models, and a disk between them. Every step is done to the runtimes and to the models;
/// what they answer, what their readers were told and what can be seen of them is compared, and the invariants are checked.
/// </summary>
internal sealed partial class SimulatedWorld : IDisposable
{
    private const int Hosts = 3;

    /// <summary>Deadlines passed in one advance. What is left of it does not happen.</summary>
    private const int MaxStops = 40;

    private const long Second = 1_000_000_000;

    private static readonly string[] Names = ["a", "b", "c", "d"];

    private readonly Ledger _ledger = new();
    private readonly ModelSide _model = new(Hosts);
    private readonly ProductSide _product;
    private readonly Dictionary<RuntimeNamespace, ClockReadings> _last = new(ReferenceEqualityComparer.Instance);
    private readonly List<Call> _subscribed = [];
    private readonly List<Call> _waiting = [];
    private readonly List<Call> _faces = [];
    private int _ids;
    private long _thrown;

    public SimulatedWorld(ulong seed)
    {
        _product = new ProductSide(Hosts, _ledger);
        var dice = new Dice(~seed);
        for (var host = 0; host < Hosts; host++)
        {
            Boot(host, dice.Pick(0, 0, 0, 1, 3), dice);
        }
    }

    /// <summary>Every call, answer and line of a log, in order.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>How often what happened.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public long Calls { get; private set; }

    public long LedgerChecks => _ledger.Checked;

    public void Dispose() => _product.Dispose();

    /// <summary>Does one step and checks everything.</summary>
    public void Step(SimStep step)
    {
        Count(step.Verb.ToString());
        Do(step);
        for (var host = 0; host < Hosts; host++)
        {
            Compare($"host{host}", _product.Describe(host), _model.Describe(host));
            CheckClocks(host);
        }

        CountFaults();
        Require(_ledger.Fault is null, _ledger.Fault ?? "");
    }

    /// <summary>The clocks of a machine just started: a wall clock that may be wrong, an uptime of its own.</summary>
    private void Boot(int host, long daysAhead, Dice dice)
    {
        var wall = (1_000_000_000 + (daysAhead * 86_400)) * Second + (dice.Between(0, 20) * 500);
        var up = dice.Pick(5_000, 5_000, 1_000 * Second, 400 * 86_400 * Second);
        Boot(host, wall, up, up + dice.Pick(0, 2_000, 86_400 * Second));
    }

    private void Boot(int host, long wall, long monotonic, long boottime)
    {
        Trace.Add($"boot host{host} {wall} {monotonic} {boottime}");
        _model.Start(host, [wall, monotonic, boottime]);
        _product.Start(host, new ClockReadings(new(wall), new(monotonic), new(boottime)));
        foreach (var name in Names.Take(2).Select(name => $"{name}{host}"))
        {
            Call(new Call(Act.CreateNamespace, host, name) { A = 500, B = 1000 });
            for (var timer = 1; timer <= 3; timer++)
            {
                Call(new Call(Act.CreateTimer, host, name) { Kind = Clocks[(host + (2 * timer)) % Clocks.Length] });
                Call(new Call(Act.Set, host, name, timer) { B = 1000, D = timer * 500 });
            }
        }
    }

    /// <summary>One call on both sides, then both come to rest. The answer.</summary>
    private string Call(Call call)
    {
        Calls++;
        Trace.Add(call.ToString());
        var expected = _model.Do(call);
        var actual = _product.Do(call);
        Trace.Add($"  = {actual}");
        Compare($"answer of {call}", actual, expected);
        Count($"{call.Act}: {Kind(expected)}");
        if (call is { Act: not Act.Subscribe, Policy: { } policy } && Kind(expected) == "ok")
        {
            Count($"{call.Act}: missed {policy.Missed}");
        }

        if (call.Act != Act.Stop)
        {
            _model.Settle(call.Host);
            _product.Settle(call.Host);
        }

        CompareLogs();
        return expected;
    }

    private void CompareLogs()
    {
        var (actual, expected) = (Canonical(_product.TakeLog()), Canonical(_model.TakeLog()));
        Trace.AddRange(actual.Select(static line => $"    {line}"));
        foreach (var line in expected)
        {
            var words = line.Split(' ');
            Count(words[0] switch
            {
                "change" => $"told: change {words[2]}",
                "listener" => $"told: listener {words[3]}",
                "end" => "told: end",
                _ when words[1] == "did" => $"observer: {words[2]}",
                _ when words[1] is "ran" or "ECANCELED" or "canceled" => $"told: {words[1]}",
                "a" => "told: a slow observer threw",
                _ => "told: ticks",
            });
        }

        Compare("log", string.Join('\n', actual), string.Join('\n', expected));
    }

    /// <summary>The order of the ends of one namespace, and of what several namespaces are told of their host, is nobody's business.</summary>
    private static List<string> Canonical(List<string> log)
    {
        var sorted = new List<string>();
        for (var i = 0; i < log.Count;)
        {
            var kind = Group(log[i]);
            var run = log.Skip(i).TakeWhile(line => kind.Length != 0 && Group(line) == kind).ToList();
            sorted.AddRange(run.Count == 0 ? [log[i]] : run.Order(StringComparer.Ordinal));
            i += Math.Max(1, run.Count);
        }

        return sorted;
    }

    private static string Group(string line) => line.StartsWith("end ", StringComparison.Ordinal) ? "end"
        : line.Contains(" HostClockSet ", StringComparison.Ordinal) || line.Contains(" HostResumed ", StringComparison.Ordinal) ? "host" : "";

    private static string Kind(string answer) => answer.Split(' ', '\n')[0] is var word && word.Length != 0 && char.IsUpper(word[0]) ? word
        : answer.EndsWith("ECANCELED", StringComparison.Ordinal) ? "ECANCELED" : answer == "waits" ? answer : "ok";

    private void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;

    private void CountFaults()
    {
        var thrown = Enumerable.Range(0, Hosts).Sum(h => _model[h].Faults);
        if (thrown > _thrown)
        {
            Count("observer: threw");
        }

        _thrown = thrown; // a machine that is started anew counts from 0
    }

    private static void Compare(string what, string actual, string expected)
    {
        if (actual != expected)
        {
            var (a, e) = (actual.Split('\n'), expected.Split('\n'));
            var line = Enumerable.Range(0, Math.Max(a.Length, e.Length)).First(i => a.ElementAtOrDefault(i) != e.ElementAtOrDefault(i));
            throw new SimulationException($"{what}:\n  is:        {a.ElementAtOrDefault(line)}\n  should be: {e.ElementAtOrDefault(line)}");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new SimulationException(what);
        }
    }

    /// <summary>INV-1, INV-4 and INV-7, straight from what the product says of itself.</summary>
    private void CheckClocks(int host)
    {
        var now = _product[host].Now;
        foreach (var ns in _product[host].Runtime.Namespaces)
        {
            var reading = ns.ReadClocks();
            foreach (var clock in ClockOffsets.Bases.ToArray().Where(_ => !ns.IsFrozen))
            {
                var sum = Model.Saturate((Int128)now[clock].Nanoseconds + ns.Offsets[clock]);
                Require(reading[clock].Nanoseconds == sum, $"INV-1: {clock} of {ns} reads {reading[clock].Nanoseconds}, should read {sum}");
            }

            Require(ns.Clock.GetCurrentInstant() == reading.Realtime.ToInstant(), $"INV-7: IClock of {ns}");
            Require(ns.TimeProvider.GetTimestamp() == reading.Monotonic.Nanoseconds, $"INV-7: TimeProvider of {ns}");
            if (_model.Find(host, ns.Name)!.HadTimers && _last.TryGetValue(ns, out var last))
            {
                Require(reading.Monotonic >= last.Monotonic && reading.Boottime >= last.Boottime, $"INV-4: {ns} went back");
            }

            _last[ns] = reading;
        }
    }

    private string NextId(string kind) => $"{kind}{++_ids}";
}
