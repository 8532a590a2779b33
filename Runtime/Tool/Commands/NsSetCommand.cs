using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens ns set NS</c>: new offsets. The service is asked first what they would fire, and a person is asked whether to go on when that
/// is anything; where there is no person to ask, <c>--yes</c> must have been said.
/// </summary>
internal static class NsSetCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var offsets = new OffsetOptions();
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; show which timers would fire." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask, whatever fires." };
        var limit = CommonOptions.Limit();
        return verbs.Verb(
            new ExampleCommand("set", "Set the offsets of a namespace while it runs; clocks that are not named keep theirs.",
                "timens ns set web --realtime +4d --dry-run  # which timers that would fire",
                "timens ns set web --realtime 2027-01-01T00:00:00Z --yes",
                "timens ns set web --monotonic=-90s --boottime @host"),
            async session =>
            {
                var wanted = offsets.Read(session.Parsed) ?? throw new ToolException("nothing to set: give --realtime, --monotonic or --boottime. Try 'timens ns set --help'");
                var change = await AskAsync(session, session.Get(ns), wanted, dryRun: true).ConfigureAwait(false);
                if (!session.Get(dryRun))
                {
                    Confirm(session, change, session.Get(yes));
                    change = await AskAsync(session, session.Get(ns), wanted, dryRun: false).ConfigureAwait(false);
                }

                return session.Show(change, WireJson.Page.NamespaceChange, c => Write(session, c, session.Get(limit)));
            },
            [ns, .. offsets.All, dryRun, yes, limit]);
    }

    private static Task<NamespaceChange> AskAsync(Session session, string ns, OffsetsRequest offsets, bool dryRun) => session.Service.AskAsync(
        HttpMethod.Patch,
        Paths.Query(Paths.Namespace(ns), ("dry_run", dryRun ? "true" : null)),
        new SetOffsetsRequest { Offsets = offsets },
        ControlJson.Default.SetOffsetsRequest,
        ControlJson.Default.NamespaceChange);

    /// <summary>Says what will fire, before it does.</summary>
    /// <exception cref="ToolException">It is not wanted, or there is nobody to ask.</exception>
    private static void Confirm(Session session, NamespaceChange foretold, bool isYes)
    {
        var count = FiresReport.Count(foretold.Fires, foretold.FiresCount);
        if (!session.IsJson)
        {
            session.Output.WriteLine(count);
            session.Output.Flush();
        }

        if (foretold.FiresCount == 0 || isYes)
        {
            return;
        }

        if (session.Surroundings.Ask is not { } ask)
        {
            throw new ToolException($"{count}: nothing was changed; --dry-run shows which, --yes does it", CommandLine.Refused);
        }

        session.Error.Write($"{(session.IsJson ? count + ". " : "")}Go on? [y/N] ");
        session.Error.Flush();
        if (ask()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new ToolException("nothing was changed", CommandLine.Refused);
        }
    }

    private static void Write(Session session, NamespaceChange change, int limit)
    {
        var width = session.Surroundings.Width;
        if (!change.DryRun)
        {
            NamespaceReport.WriteOne(session.Output, change.Namespace, width);
            return;
        }

        session.Output.WriteLine(FiresReport.Count(change.Fires, change.FiresCount));
        FiresReport.WriteList(session.Output, change.Fires, change.FiresCount, limit, width);
    }
}
