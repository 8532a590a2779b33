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
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; show whether it would fire." };
        return verbs.Verb(
            new ExampleCommand("set", "Set a timer (timerfd_settime). Ticks that nobody has read are gone. It says whether that makes the timer fire before it does it.",
                "timens timer set web tick --value 5s --interval 10s",
                "timens timer set web noon --at 2027-01-01T12:00:00Z --cancel-on-set",
                "timens timer set web noon --at 2026-01-01T12:00:00Z --interval 1d --dry-run",
                "timens timer set web tick --value 0  # disarms it"),
            async session =>
            {
                var request = setting.Read(session.Parsed) ?? throw new ToolException("nothing to set: give --value, --at or --interval. Try 'timens timer set --help'");
                var path = Paths.Timer(session.Get(ns), session.Get(timer));
                if (session.Get(dryRun))
                {
                    var foretold = await AskAsync(session, path, request, dryRun: true).ConfigureAwait(false);
                    return session.Show(foretold, WireJson.Page.TimerSet, s => WriteDryRun(session, s));
                }

                if (!session.IsJson && (await AskAsync(session, path, request, dryRun: true).ConfigureAwait(false)).Fires is { } fire)
                {
                    session.Output.WriteLine(FiresReport.Count([fire], 1));
                    session.Output.Flush();
                }

                var set = await AskAsync(session, path, request, dryRun: false).ConfigureAwait(false);
                return session.Show(set, WireJson.Page.TimerSet, s => TimerReport.WriteSet(session.Output, s));
            },
            [ns, timer, .. setting.All, dryRun]);
    }

    private static Task<TimerSet> AskAsync(Session session, string path, SettingRequest request, bool dryRun) => session.Service.AskAsync(
        HttpMethod.Put, Paths.Query(path, ("dry_run", dryRun ? "true" : null)), request, ControlJson.Default.SettingRequest, ControlJson.Default.TimerSet);

    private static void WriteDryRun(Session session, TimerSet set)
    {
        Fire[] fires = set.Fires is { } fire ? [fire] : [];
        session.Output.WriteLine(FiresReport.Count(fires, fires.Length));
        FiresReport.WriteList(session.Output, fires, fires.Length, 1, session.Surroundings.Width);
    }
}
