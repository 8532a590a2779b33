using System.CommandLine;
using System.Text.Json.Nodes;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer delete NS TIMER</c>.</summary>
internal static class TimerDeleteCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var timer = verbs.Timer(ns);
        return verbs.Verb(
            new ExampleCommand("delete", "Close a timer.", "timens timer delete web noon"),
            async session =>
            {
                await session.Service.DoAsync(HttpMethod.Delete, Paths.Timer(session.Get(ns), session.Get(timer))).ConfigureAwait(false);
                session.Output.WriteLine(session.IsJson
                    ? new JsonObject { ["namespace"] = session.Get(ns), ["timer"] = session.Get(timer), ["deleted"] = true }.ToJsonString(WireJson.Line.Options)
                    : $"timer {session.Get(timer)} of {session.Get(ns)} is deleted");
                return CommandLine.Done;
            },
            ns, timer);
    }
}
