using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns thaw NS</c>.</summary>
internal static class NsThawCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var policy = new PolicyOptions();
        return verbs.Verb(
            new ExampleCommand("thaw", "Set a frozen namespace going again, as after a suspend unless said otherwise.",
                "timens ns thaw web",
                "timens ns thaw web --monotonic elapsed --missed one  # as if it had never stopped, but with one tick for all that was missed"),
            async session =>
            {
                var thawed = await session.Service.AskAsync(
                    HttpMethod.Post, $"{Paths.Namespace(session.Get(ns))}/thaw", policy.Words(session.Parsed),
                    ControlJson.Default.ThawRequest, ControlJson.Default.NamespaceInfo).ConfigureAwait(false);
                return session.Show(thawed, WireJson.Page.NamespaceInfo, n => NamespaceReport.WriteOne(session.Output, n, session.Surroundings.Width));
            },
            [ns, .. policy.All]);
    }
}
