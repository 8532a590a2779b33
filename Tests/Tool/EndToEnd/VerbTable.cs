using System.CommandLine;
using TimeNs.Control;
using TimeNs.Tool;
using TimeNs.Tool.Commands;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>Every verb of <c>timens</c> with every option that it has, but for those that have nothing to do with a service.</summary>
internal static class VerbTable
{
    /// <summary>Verbs without a service or an image, and those that serve: they have tests of their own.</summary>
    private static readonly string[] Others = ["simulate", "demo", "kernel-host"];

    /// <summary>Every verb asks with and without it.</summary>
    private static readonly string[] OfAll = ["--json", "--socket", "--help"];

    public static IReadOnlyList<VerbCase> All { get; } =
    [
        new("ns create {new}", Role.Admin, "namespace  {new}", "name") { Changes = true },
        new("ns create {new} --realtime +1h --monotonic 2s --boottime @host", Role.Admin, "MONOTONIC", "offsets") { Changes = true },
        new("ns list", Role.Read, "{ns}", "namespaces"),
        new("ns show {ns}", Role.Read, "namespace  {ns}", "clocks"),
        new("ns set {ns} --realtime +1h --yes", Role.Admin, "+1h", "fires_count") { Changes = true },
        new("ns set {ns} --monotonic 1h --boottime 2h -y", Role.Admin, "+2h", "namespace") { Changes = true },
        new("ns set {ns} --realtime +20000d --dry-run --limit 3", Role.Admin, "this makes 1 timer fire", "fires"),
        new("ns freeze {ns}", Role.Admin, "namespace  {ns} (frozen)", "frozen") { Changes = true },
        new("ns thaw {ns}", Role.Admin, "namespace  {ns}\n", "fires_count") { Changes = true, Frozen = true },
        new("ns thaw {ns} --dry-run --limit 3", Role.Admin, "this makes no timer fire", "fires") { Frozen = true },
        new("ns thaw {ns} --yes", Role.Admin, "namespace  {ns}\n", "namespace") { Changes = true, Frozen = true },
        new("ns thaw {ns} --clocks criu --realtime frozen --monotonic elapsed --boottime frozen --missed one", Role.Admin, "namespace  {ns}\n", "fires_count") { Changes = true, Frozen = true },
        new("ns delete {ns}", Role.Admin, "", "deleted") { Changes = true },
        new("timer create {ns} monotonic", Role.Admin, "CLOCK_MONOTONIC", "id") { Changes = true },
        new("timer create {ns} realtime --name more --at 2100-01-01T00:00:00Z --interval 1d --cancel-on-set", Role.Admin, "TFD_TIMER_CANCEL_ON_SET", "flags") { Changes = true },
        new("timer create {ns} boottime --value 1h", Role.Admin, "CLOCK_BOOTTIME", "value_ns") { Changes = true },
        new("timer list {ns}", Role.Read, "noon", "timers"),
        new("timer list {ns} --limit 1", Role.Read, "noon", "timers"),
        new("timer show {ns} tick", Role.Read, "tick", "fdinfo"),
        new("timer set {ns} spare --value 5s --interval 10s", Role.Admin, "spare", "old_value_ns") { Changes = true },
        new("timer set {ns} noon --at 2001-01-01T00:00:00Z --cancel-on-set --dry-run", Role.Admin, "this makes 1 timer fire", "fires"),
        new("timer read {ns} tick", Role.Admin, "1", "expirations") { Changes = true },
        new("timer delete {ns} tick", Role.Admin, "", "deleted") { Changes = true },
        new("watch {ns} --for 2s", Role.Read, "", ""),
        new("watch {ns} tick --read --count 1", Role.Admin, "tick", "event") { Changes = true },
        new("top --once", Role.Read, "namespaces", "namespaces"),
        new("top --once --interval 1s", Role.Read, "{ns}", "namespaces"),
        new("checkpoint {ns} -o {out}", Role.Admin, "{ns}: 3 timers", "bytes"),
        new("checkpoint {ns} --output {out} --absolute relative --stop", Role.Admin, "the namespace is deleted", "deleted") { Changes = true },
        new("checkpoint {ns} -o {out} --absolute refuse", Role.Admin, "", "") { Code = 1, Fails = "(EOPNOTSUPP)" },
        new("restore {image} --as {new}", Role.Admin, "namespace  {new}", "fires_count") { Changes = true },
        new("restore {image} --as {new} --clocks gvisor --realtime wall --monotonic frozen --boottime elapsed --missed skip", Role.Admin, "namespace  {new}", "namespace") { Changes = true },
        new("restore {image} --dry-run --within 1d --limit 5", Role.Read, "would read", "fires"),
        new("image show {image} --limit 2", Role.None, "noon", "timers"),
        new("image forecast {image} --within 1h --at 2090-01-01T00:00:00Z --clocks criu --realtime wall --monotonic elapsed --boottime elapsed --missed count --limit 4", Role.None, "noon", "fires"),
        new("image diff {image} {other} --limit 9", Role.None, "spare", "removed") { Code = 1 },
        new("state", Role.Read, "directory", "directory"),
        new("state --save", Role.Admin, "directory", "saved"),
        new("health", Role.None, "ok", "status"),
        new("health --ready", Role.None, "ok", "status"),
        new("completion bash", Role.None, "complete -o default"),
        new("serve --check-config {config}", Role.None, "{config}: good"),
    ];

    /// <summary>The first line of each verb: all roles try it.</summary>
    public static IEnumerable<VerbCase> OfRoles => All.GroupBy(static c => VerbOf(c.Words)).Select(static g => g.First());

    /// <summary>The verbs, by their words.</summary>
    public static IReadOnlyDictionary<string, Command> Verbs { get; } = Leaves(TimeNs.Tool.CommandLine.CreateRoot(new ServiceVerbs(Surroundings.OfProcess())), "").ToDictionary();

    public static string VerbOf(string[] words) => Verbs.ContainsKey(words[0]) ? words[0] : $"{words[0]} {words[1]}";

    /// <summary>It asks a service.</summary>
    public static bool Asks(VerbCase verb) => verb.Words[0] != "serve" && Verbs[VerbOf(verb.Words)].Options.Any(static o => o.Name == "--socket");

    public static bool HasJson(VerbCase verb) => Verbs[VerbOf(verb.Words)].Options.Any(static o => o.Name == "--json");

    /// <summary>Options and verbs that are in no line.</summary>
    /// <param name="service">The words that the service of the tests was started with.</param>
    public static IEnumerable<string> Missing(string[] service)
    {
        var lines = All.Select(static c => c.Words).Append(service).ToLookup(VerbOf, static w => w);
        return Verbs.Where(static v => !Others.Contains(v.Key, StringComparer.Ordinal)).SelectMany(v => lines[v.Key].Any()
            ? v.Value.Options.Where(o => !OfAll.Contains(o.Name, StringComparer.Ordinal) && !lines[v.Key].Any(l => l.Contains(o.Name, StringComparer.Ordinal) || o.Aliases.Any(l.Contains))).Select(o => $"{v.Key} {o.Name}")
            : [v.Key]);
    }

    private static IEnumerable<KeyValuePair<string, Command>> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [new(path, command)]
        : command.Subcommands.SelectMany(sub => Leaves(sub, path.Length == 0 ? sub.Name : $"{path} {sub.Name}"));
}
