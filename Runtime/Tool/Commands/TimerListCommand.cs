using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer list NS</c>: page by page, so that a million timers are never in one answer.</summary>
internal static class TimerListCommand
{
    private const int Page = 1000;

    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace();
        var limit = CommonOptions.Limit();
        return verbs.Verb(
            new ExampleCommand("list", "List the timers of a namespace by id.",
                "timens timer list web  # 50 timers at most",
                "timens timer list web --json | jq '.timers[] | select(.readable)'  # all of them"),
            session => session.IsJson ? WriteJsonAsync(session, session.Get(ns)) : WriteTableAsync(session, session.Get(ns), session.Get(limit)),
            ns, limit);
    }

    private static async Task<int> WriteJsonAsync(Session session, string ns)
    {
        // Before anything is written: a namespace that is not there leaves the output empty.
        var page = await AskAsync(session, ns, null, Page).ConfigureAwait(false);
        using var text = new JsonText(session.Output);
        var json = text.Json;
        json.WriteStartObject();
        json.WriteStartArray("timers");
        while (true)
        {
            foreach (var timer in page.Timers)
            {
                JsonSerializer.Serialize(json, timer, WireJson.Page.TimerInfo);
                text.Relieve();
            }

            if (page.Next is not { } next)
            {
                break;
            }

            page = await AskAsync(session, ns, next, Page).ConfigureAwait(false);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return CommandLine.Done;
    }

    private static async Task<int> WriteTableAsync(Session session, string ns, int limit)
    {
        var sheet = TimerReport.NewSheet();
        TimerList page;
        long? after = null;
        var left = limit;
        do
        {
            page = await AskAsync(session, ns, after, Math.Clamp(left, 1, Page)).ConfigureAwait(false);
            foreach (var timer in page.Timers.Take(left))
            {
                TimerReport.Add(sheet, timer);
            }

            left -= page.Timers.Count;
            after = page.Next;
        }
        while (left > 0 && after is not null);
        if (sheet.IsEmpty && page.Timers.Count == 0)
        {
            session.Output.WriteLine($"{ns} has no timers");
            return CommandLine.Done;
        }

        if (!sheet.IsEmpty)
        {
            sheet.Write(session.Output, session.Surroundings.Width);
        }

        if (after is not null || left < 0)
        {
            session.Output.WriteLine("… and more: --limit N shows more of them, --json all");
        }

        return CommandLine.Done;
    }

    private static Task<TimerList> AskAsync(Session session, string ns, long? after, int limit) => session.Service.AskAsync(
        HttpMethod.Get,
        Paths.Query(Paths.Timers(ns), ("after", after?.ToString(CultureInfo.InvariantCulture)), ("limit", limit.ToString(CultureInfo.InvariantCulture))),
        ControlJson.Default.TimerList);
}
