using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns list</c>.</summary>
internal static class NsListCommand
{
    public static Command Create(ServiceVerbs verbs) => verbs.Verb(
        new ExampleCommand("list", "List the namespaces, the host first.",
            "timens ns list",
            "timens ns list --json | jq -r '.namespaces[] | select(.frozen) | .name'"),
        static async session =>
        {
            var list = await session.Service.AskAsync(HttpMethod.Get, Paths.Namespaces, ControlJson.Default.NamespaceList).ConfigureAwait(false);
            return session.Show(list, WireJson.Page.NamespaceList, l => NamespaceReport.WriteList(session.Output, l.Namespaces, session.Surroundings.Width));
        });
}
