using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns freeze NS</c>.</summary>
internal static class NsFreezeCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        return verbs.Verb(
            new ExampleCommand("freeze", "Stop the clocks of a namespace; nothing fires in it until it is thawed.", "timens ns freeze web"),
            async session =>
            {
                var frozen = await session.Service.AskAsync(
                    HttpMethod.Post, $"{Paths.Namespace(session.Get(ns))}/freeze", ControlJson.Default.NamespaceInfo).ConfigureAwait(false);
                return session.Show(frozen, WireJson.Page.NamespaceInfo, n => NamespaceReport.WriteOne(session.Output, n, session.Surroundings.Width));
            },
            ns);
    }
}
