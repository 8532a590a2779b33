using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns thaw NS</c>.</summary>
internal static class NsThawCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var policy = new PolicyOptions();
        var change = new ChangeVerb();
        return verbs.Verb(
            new ExampleCommand("thaw", "Set a frozen namespace going again, as after a suspend unless said otherwise.",
                "timens ns thaw web --dry-run  # which timers that would fire",
                "timens ns thaw web --yes",
                "timens ns thaw web --monotonic elapsed --missed one  # as if it had never stopped, but with one tick for all that was missed"),
            session => change.RunAsync(session, dryRun => AskAsync(session, session.Get(ns), policy.Words(session.Parsed), dryRun)),
            [ns, .. policy.All, .. change.All]);
    }

    private static Task<NamespaceChange> AskAsync(Session session, string ns, ThawRequest policy, bool dryRun) => session.Service.AskAsync(
        HttpMethod.Post,
        Paths.Query($"{Paths.Namespace(ns)}/thaw", ("dry_run", dryRun ? "true" : null)),
        policy,
        ControlJson.Default.ThawRequest,
        ControlJson.Default.NamespaceChange);
}
