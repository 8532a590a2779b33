using System.CommandLine;
using NodaTime;
using Spectre.Console;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens top</c>: a picture of the service that renews itself, until q or Ctrl-C. Where the output is no terminal it is one picture;
/// with <c>--json</c> a line each time.
/// </summary>
internal static class TopCommand
{
    private static readonly Duration Usual = Duration.FromSeconds(1);
    private static readonly Duration Shortest = Duration.FromMilliseconds(100);
    private static readonly TimeSpan KeyPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Lines of a picture that are no namespaces.</summary>
    private const int Around = 9;

    public static Command Create(ServiceVerbs verbs)
    {
        var interval = CommonOptions.Span("--interval", "Time between pictures, at least 100ms (default 1s).");
        var once = new Option<bool>("--once") { Description = "Print one picture and end, as where the output is no terminal." };
        return verbs.Verb(
            new ExampleCommand("top", "Show the service live: namespaces, clocks, armed timers, rates, next deadlines. q ends it.",
                "timens top",
                "timens top --once",
                "timens top --json --interval 10s >> samples.jsonl"),
            session =>
            {
                var span = session.Get(interval) ?? Usual;
                if (span < Shortest)
                {
                    throw new ToolException("--interval must be at least 100ms");
                }

                return new Top(session, span).RunAsync(session.Get(once));
            },
            interval, once);
    }

    private sealed class Top(Session session, Duration interval)
    {
        private readonly Surroundings _surroundings = session.Surroundings;

        public async Task<int> RunAsync(bool once)
        {
            using var interrupt = _surroundings.CatchInterrupt();
            try
            {
                if (once || (_surroundings.Width is null && !session.IsJson))
                {
                    await ShowOnceAsync(interrupt.Token).ConfigureAwait(false);
                    return CommandLine.Done;
                }

                using var clocks = _surroundings.StartClocks();
                var time = clocks.Host.TimeProvider;
                await (session.IsJson ? PrintAsync(time, interrupt.Token) : LiveAsync(time, interrupt.Token)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
            }

            return CommandLine.Done;
        }

        private async Task ShowOnceAsync(CancellationToken end)
        {
            var sample = await SampleAsync(end).ConfigureAwait(false);
            if (session.IsJson)
            {
                TopFrame.WriteJson(session.Output, sample);
            }
            else
            {
                TopFrame.Write(session.Output, null, sample, _surroundings.Width, rows: null);
            }
        }

        private async Task PrintAsync(TimeProvider time, CancellationToken end)
        {
            do
            {
                TopFrame.WriteJson(session.Output, await SampleAsync(end).ConfigureAwait(false));
                session.Output.Flush();
            }
            while (await WaitAsync(time, end).ConfigureAwait(false));
        }

        private Task LiveAsync(TimeProvider time, CancellationToken end)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Output), Interactive = InteractionSupport.Yes });
            console.Profile.Width = _surroundings.Width ?? 80;
            console.Profile.Height = _surroundings.Height;
            return console.Live(new Text("")).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
            {
                TopSample? before = null;
                do
                {
                    var now = await SampleAsync(end).ConfigureAwait(false);
                    using var text = new StringWriter();
                    TopFrame.Write(text, before, now, _surroundings.Width, Math.Max(1, _surroundings.Height - Around));
                    live.UpdateTarget(new Text(text.ToString()));
                    before = now;
                }
                while (await WaitAsync(time, end).ConfigureAwait(false));
            });
        }

        private async Task<TopSample> SampleAsync(CancellationToken end)
        {
            var service = await session.Service.AskAsync(HttpMethod.Get, Paths.Service, ControlJson.Default.ServiceInfo, end).ConfigureAwait(false);
            var list = await session.Service.AskAsync(HttpMethod.Get, Paths.Namespaces, ControlJson.Default.NamespaceList, end).ConfigureAwait(false);
            return new TopSample(service, list.Namespaces);
        }

        /// <summary>False when a person wants it to end.</summary>
        private async Task<bool> WaitAsync(TimeProvider time, CancellationToken end)
        {
            for (var left = interval.ToTimeSpan(); left > TimeSpan.Zero; left -= KeyPoll)
            {
                if (_surroundings.Key() is 'q' or 'Q')
                {
                    return false;
                }

                await Task.Delay(left < KeyPoll ? left : KeyPoll, time, end).ConfigureAwait(false);
            }

            return true;
        }
    }
}
