using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns show NS</c>.</summary>
internal static class NsShowCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        return verbs.Verb(
            new ExampleCommand("show", "Show a namespace: its clocks, its offsets, and what expires next.",
                "timens ns show web",
                "timens ns show web --json | jq .clocks.realtime"),
            async session =>
            {
                var shown = await session.Service.AskAsync(HttpMethod.Get, Paths.Namespace(session.Get(ns)), ControlJson.Default.NamespaceInfo).ConfigureAwait(false);
                return session.Show(shown, WireJson.Page.NamespaceInfo, n => NamespaceReport.WriteOne(session.Output, n, session.Surroundings.Width));
            },
            ns);
    }
}
