using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer read NS TIMER</c>: takes the count, as a read of the descriptor does.</summary>
internal static class TimerReadCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var timer = verbs.Timer(ns);
        return verbs.Verb(
            new ExampleCommand("read", "Read a timer without waiting: how often it has expired since the last read.",
                "timens timer read web tick",
                "timens timer read web tick --json | jq .expirations"),
            async session =>
            {
                var path = Paths.Timer(session.Get(ns), session.Get(timer));
                var shown = await session.Service.AskAsync(HttpMethod.Get, path, ControlJson.Default.TimerInfo).ConfigureAwait(false);
                var read = await session.Service.AskAsync(HttpMethod.Post, $"{path}/read", ControlJson.Default.TimerRead).ConfigureAwait(false);
                return session.Show(read, WireJson.Page.TimerRead, r => TimerReport.WriteRead(session.Output, shown, r));
            },
            ns, timer);
    }
}
