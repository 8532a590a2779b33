using System.CommandLine;
using System.Text.Json.Nodes;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens ns delete NS</c>.</summary>
internal static class NsDeleteCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        return verbs.Verb(
            new ExampleCommand("delete", "Close a namespace and all its timers. Nothing is kept: 'checkpoint --stop' keeps it in an image.", "timens ns delete web"),
            async session =>
            {
                await session.Service.DoAsync(HttpMethod.Delete, Paths.Namespace(session.Get(ns))).ConfigureAwait(false);
                session.Output.WriteLine(session.IsJson
                    ? new JsonObject { ["namespace"] = session.Get(ns), ["deleted"] = true }.ToJsonString(WireJson.Line.Options)
                    : $"namespace {session.Get(ns)} is deleted");
                return CommandLine.Done;
            },
            ns);
    }
}
