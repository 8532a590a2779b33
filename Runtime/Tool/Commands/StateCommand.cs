using System.CommandLine;
using TimeNs.Control.State;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens state</c>: what the service keeps on the disk, what it found there, and whether its configuration holds.</summary>
internal static class StateCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var save = new Option<bool>("--save") { Description = "Have every namespace written down first; role admin." };
        return verbs.Verb(
            new ExampleCommand("state", "Show what the service has written down and restored, what may be missing, and why its configuration is refused.",
                "timens state",
                "timens state --save  # everything, now",
                "timens state --json | jq '.restored[] | select(.may_miss)'"),
            async session =>
            {
                var method = session.Get(save) ? HttpMethod.Post : HttpMethod.Get;
                var state = await session.Service.AskAsync(method, Paths.State, StateJson.Default.StateInfo).ConfigureAwait(false);
                return session.Show(state, StateReport.Page.StateInfo, s => StateReport.Write(session.Output, s, session.Surroundings.Width));
            },
            save);
    }
}
