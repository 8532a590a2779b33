using System.CommandLine;
using System.CommandLine.Completions;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer create NS CLOCK</c>.</summary>
internal static class TimerCreateCommand
{
    private static readonly string[] Clocks = [.. ClockIds.All.Select(TimerClock.ShortName)];

    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var clock = new Argument<string>("CLOCK") { Description = $"{string.Join(", ", Clocks)}.", HelpName = "CLOCK" };
        clock.CompletionSources.Add(context => ServiceVerbs.IsNext(clock, context) ? Clocks.Select(static c => new CompletionItem(c)) : []);
        clock.Validators.Add(static result =>
        {
            if (!TimerClock.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no clock that a timer runs on, which are {string.Join(", ", Clocks)}");
            }
        });
        var name = new Option<string?>("--name") { Description = "A name to find it by, also after a restore.", HelpName = "NAME" };
        var setting = new SettingOptions();
        return verbs.Verb(
            new ExampleCommand("create", "Create a timer, and set it when a time is given.",
                "timens timer create web realtime --name noon --at 2027-01-01T12:00:00Z --cancel-on-set",
                "timens timer create web monotonic --name tick --interval 10s  # the first one after 10 s too"),
            async session =>
            {
                var request = new CreateTimerRequest { Clock = session.Get(clock), Name = session.Get(name), Set = setting.Read(session.Parsed) };
                var created = await session.Service.AskAsync(
                    HttpMethod.Post, Paths.Timers(session.Get(ns)), request, ControlJson.Default.CreateTimerRequest, ControlJson.Default.TimerInfo).ConfigureAwait(false);
                return session.Show(created, WireJson.Page.TimerInfo, t => TimerReport.WriteOne(session.Output, t));
            },
            [ns, clock, name, .. setting.All]);
    }
}
