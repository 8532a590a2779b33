using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns set NS</c>: new offsets.</summary>
internal static class NsSetCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var offsets = new OffsetOptions();
        var change = new ChangeVerb();
        return verbs.Verb(
            new ExampleCommand("set", "Set the offsets of a namespace while it runs; clocks that are not named keep theirs.",
                "timens ns set web --realtime +4d --dry-run  # which timers that would fire",
                "timens ns set web --realtime 2027-01-01T00:00:00Z --yes",
                "timens ns set web --monotonic=-90s --boottime @host"),
            session =>
            {
                var wanted = offsets.Read(session.Parsed) ?? throw new ToolException("nothing to set: give --realtime, --monotonic or --boottime. Try 'timens ns set --help'");
                return change.RunAsync(session, dryRun => AskAsync(session, session.Get(ns), wanted, dryRun));
            },
            [ns, .. offsets.All, .. change.All]);
    }

    private static Task<NamespaceChange> AskAsync(Session session, string ns, OffsetsRequest offsets, bool dryRun) => session.Service.AskAsync(
        HttpMethod.Patch,
        Paths.Query(Paths.Namespace(ns), ("dry_run", dryRun ? "true" : null)),
        new SetOffsetsRequest { Offsets = offsets },
        ControlJson.Default.SetOffsetsRequest,
        ControlJson.Default.NamespaceChange);
}
