using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary>
/// A verb that moves the clocks of a namespace. The service is asked first what that would fire, and a person is asked whether to go on when that
/// is anything; where there is no person to ask, <c>--yes</c> must have been said.
/// </summary>
internal sealed class ChangeVerb
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing; show which timers would fire." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask, whatever fires." };
    private readonly Option<int> _limit = CommonOptions.Limit();

    public IReadOnlyList<Option> All => [_dryRun, _yes, _limit];

    /// <param name="session">With the service.</param>
    /// <param name="ask">Makes the call; true: as a dry run.</param>
    public async Task<int> RunAsync(Session session, Func<bool, Task<NamespaceChange>> ask)
    {
        var change = await ask(true).ConfigureAwait(false);
        if (!session.Get(_dryRun))
        {
            Confirm(session, change, session.Get(_yes));
            change = await ask(false).ConfigureAwait(false);
        }

        return session.Show(change, WireJson.Page.NamespaceChange, c => Write(session, c, session.Get(_limit)));
    }

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
