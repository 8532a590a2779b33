using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net.ServerSentEvents;
using NodaTime;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens watch [NS [TIMER]]</c>: a line for each event until Ctrl-C. It does not connect again when the service goes away: what had
/// happened meanwhile would be missing without a sign.
/// </summary>
internal static class WatchCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ns = verbs.Namespace("Only this namespace.", ArgumentArity.ZeroOrOne);
        var timer = verbs.Timer(ns, ArgumentArity.ZeroOrOne);
        var read = new Option<bool>("--read") { Description = "Read the timers of NS, to see their ticks; other readers then miss them." };
        var count = new Option<int?>("--count") { Description = "End after N events.", HelpName = "N", CustomParser = ReadCount };
        var span = CommonOptions.Span("--for", "End after a time.");
        return verbs.Verb(
            new ExampleCommand("watch", "Show clock changes, and the ticks that others read, as they come, until Ctrl-C. --read makes this watch a reader.",
                "timens watch  # changes of all namespaces, what is created, what is closed, ticks that others read",
                "timens watch web --read  # the ticks of all of web's timers",
                "timens watch web noon --read --count 1 --json"),
            async session =>
            {
                if (session.Get(read) && session.Get(ns) is null)
                {
                    throw new ToolException("--read needs a namespace: ticks are taken from other readers");
                }

                var path = Paths.Query(Paths.Events, ("namespace", session.Get(ns)), ("timer", session.Get(timer)), ("read", session.Get(read) ? "true" : null));
                return await new Watch(session, session.Get(ns) is not null, session.Get(read), session.Get(count), session.Get(span)).RunAsync(path).ConfigureAwait(false);
            },
            ns, timer, read, count, span);
    }

    private static int? ReadCount(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            return count;
        }

        result.AddError($"--count must be a whole number of at least 1, not '{result.Tokens[0].Value}'");
        return null;
    }

    private sealed class Watch(Session session, bool isOfOne, bool reads, int? count, Duration? span)
    {
        public async Task<int> RunAsync(string path)
        {
            using var interrupt = session.Surroundings.CatchInterrupt();
            using var clocks = span is null ? null : session.Surroundings.StartClocks();
            using var time = span is { } limit ? new CancellationTokenSource(Bounded(limit), clocks!.Host.TimeProvider) : new CancellationTokenSource();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token, time.Token);
            try
            {
                using var response = await session.Service.OpenAsync(HttpMethod.Get, path, end.Token).ConfigureAwait(false);
                Tell();
                if (await FollowAsync(response, end.Token).ConfigureAwait(false))
                {
                    return CommandLine.Done;
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return CommandLine.Done;
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException or IOException { InnerException: not null })
            {
                throw session.Service.Explain(e, end.Token);
            }

            throw new ToolException("the service has ended the watch: it is stopping", CommandLine.Unreachable);
        }

        /// <summary>A person who sees nothing happen should know that it is watched for, and what is not.</summary>
        private void Tell()
        {
            if (session.Surroundings.ErrorIsTerminal)
            {
                session.Error.WriteLine($"watching {(reads ? "changes and ticks" : "changes and the ticks that others read; with --read all ticks")}, until Ctrl-C");
            }
        }

        /// <summary>True when all was seen: as many as were asked for, or what was watched is closed.</summary>
        private async Task<bool> FollowAsync(HttpResponseMessage response, CancellationToken end)
        {
            var (isClosed, seen) = (false, 0);
            var stream = await response.Content.ReadAsStreamAsync(end).ConfigureAwait(false);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(end).ConfigureAwait(false))
            {
                session.Output.WriteLine(session.IsJson ? EventLines.Json(item.EventType, item.Data) : EventLines.Text(item.EventType, item.Data));
                session.Output.Flush();
                isClosed = item.EventType == "closed" && isOfOne;
                if (++seen == count)
                {
                    return true;
                }
            }

            return isClosed;
        }

        /// <summary>A timer of .NET takes 49 days at most; nobody waits longer.</summary>
        private static TimeSpan Bounded(Duration limit) => limit.TotalDays < 49 ? limit.ToTimeSpan() : TimeSpan.FromDays(49);
    }
}
