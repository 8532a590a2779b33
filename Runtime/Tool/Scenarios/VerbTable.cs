using System.Collections.Frozen;
using TimeNs.Tool.Scenarios.Verbs;

namespace TimeNs.Tool.Scenarios;

/// <summary>Every verb that a scenario knows.</summary>
internal static class VerbTable
{
    private static readonly FrozenDictionary<string, Verb> Verbs =
        HostVerbs.All.Concat(ClockVerbs.All).Concat(NamespaceVerbs.All).Concat(TimerVerbs.All).Concat(SubscriberVerbs.All).Concat(ImageVerbs.All)
            .ToFrozenDictionary(static v => v.Name, StringComparer.Ordinal);

    public static IEnumerable<Verb> All => Verbs.Values;

    public static Verb? Find(string name) => Verbs.GetValueOrDefault(name);
}
