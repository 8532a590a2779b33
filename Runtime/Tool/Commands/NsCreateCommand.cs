using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns create NS</c>.</summary>
internal static class NsCreateCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var name = verbs.NewName("NS", "Its name.");
        var offsets = new OffsetOptions();
        return verbs.Verb(
            new ExampleCommand("create", "Create a namespace.",
                "timens ns create web --realtime +3d --monotonic -90s  # offsets against the host",
                "timens ns create past --realtime 2027-01-01T00:00:00Z  # what its wall clock reads now"),
            async session =>
            {
                var request = new CreateNamespaceRequest { Name = session.Get(name), Offsets = offsets.Read(session.Parsed) };
                var created = await session.Service.AskAsync(
                    HttpMethod.Post, Paths.Namespaces, request, ControlJson.Default.CreateNamespaceRequest, ControlJson.Default.NamespaceInfo).ConfigureAwait(false);
                return session.Show(created, WireJson.Page.NamespaceInfo, n => NamespaceReport.WriteOne(session.Output, n, session.Surroundings.Width));
            },
            [name, .. offsets.All]);
    }
}
