using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer show NS TIMER</c>: looks, and reads nothing.</summary>
internal static class TimerShowCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var timer = verbs.Timer(ns);
        return verbs.Verb(
            new ExampleCommand("show", "Show a timer as its fdinfo does; this reads nothing.", "timens timer show web noon", "timens timer show web 3 --json"),
            async session =>
            {
                var shown = await session.Service.AskAsync(HttpMethod.Get, Paths.Timer(session.Get(ns), session.Get(timer)), ControlJson.Default.TimerInfo).ConfigureAwait(false);
                return session.Show(shown, WireJson.Page.TimerInfo, t => TimerReport.WriteOne(session.Output, t));
            },
            ns, timer);
    }
}
