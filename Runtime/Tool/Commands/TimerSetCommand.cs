using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer set NS TIMER</c>.</summary>
internal static class TimerSetCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var timer = verbs.Timer(ns);
        var setting = new SettingOptions();
        return verbs.Verb(
            new ExampleCommand("set", "Set a timer (timerfd_settime). Ticks that nobody has read are gone.",
                "timens timer set web tick --value 5s --interval 10s",
                "timens timer set web noon --at 2027-01-01T12:00:00Z --cancel-on-set",
                "timens timer set web tick --value 0  # disarms it"),
            async session =>
            {
                var request = setting.Read(session.Parsed) ?? throw new ToolException("nothing to set: give --value, --at or --interval. Try 'timens timer set --help'");
                var set = await session.Service.AskAsync(
                    HttpMethod.Put, Paths.Timer(session.Get(ns), session.Get(timer)), request, ControlJson.Default.SettingRequest, ControlJson.Default.TimerSet).ConfigureAwait(false);
                return session.Show(set, WireJson.Page.TimerSet, s => TimerReport.WriteSet(session.Output, s));
            },
            [ns, timer, .. setting.All]);
    }
}
