using System.CommandLine;
using NodaTime;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens restore FILE</c>: a namespace of the service from an image, or with <c>--dry-run</c> what that would fire.</summary>
internal static class RestoreCommand
{
    private const string StandardInput = "-";

    public static Command Create(ServiceVerbs verbs)
    {
        var file = CommonOptions.File<string>("A checkpoint image; - is the standard input.", ArgumentArity.ExactlyOne);
        var name = new Option<string?>("--as") { Description = "Its name; the one in the image unless given.", HelpName = "NS" };
        var policy = new PolicyOptions();
        var dryRun = new Option<bool>("--dry-run") { Description = "Restore nothing; show what would fire, and when." };
        var within = CommonOptions.Span("--within", "With --dry-run: how far to look ahead (default 1h).");
        var limit = CommonOptions.Limit();
        return verbs.Verb(
            new ExampleCommand("restore", "Restore a namespace from an image. It says how many timers that makes fire before it does it.",
                "timens restore web.tns",
                "timens restore web.tns --dry-run --within 1d",
                "timens restore web.tns --as web2 --clocks criu --missed one"),
            async session =>
            {
                using var progress = new Progress(session.Error, session.Surroundings.ErrorIsTerminal);
                progress.Say("reading the image");
                var image = Load(session, session.Get(file));
                var words = policy.Words(session.Parsed);
                progress.Say($"asking what {image.Image.Name} would fire");
                if (session.Get(dryRun))
                {
                    var ahead = session.Get(within) ?? Duration.FromHours(1);
                    var forecast = await ForecastAsync(session, image.Bytes, words, ahead).ConfigureAwait(false);
                    progress.Clear();
                    return session.Show(forecast, WireJson.Page.ForecastInfo, f => WriteForecast(session, f, ahead, session.Get(limit)));
                }

                if (session.Get(within) is not null)
                {
                    throw new ToolException("--within is for --dry-run");
                }

                await TellAsync(session, image.Bytes, words, progress).ConfigureAwait(false);
                progress.Say($"restoring {image.Image.Name}");
                var restored = await session.Service.SendImageAsync(
                    PolicyQuery(Paths.Restore, words, ("as", session.Get(name))), image.Bytes, ControlJson.Default.NamespaceChange).ConfigureAwait(false);
                progress.Clear();
                return session.Show(restored, WireJson.Page.NamespaceChange, r => NamespaceReport.WriteOne(session.Output, r.Namespace, session.Surroundings.Width));
            },
            [file, name, .. policy.All, dryRun, within, limit]);
    }

    /// <summary>Here already it is looked into: a damaged image is told of without a service.</summary>
    private static (byte[] Bytes, NamespaceImage Image) Load(Session session, string file)
    {
        var bytes = file == StandardInput ? ReadInput(session) : InputFile.Read(file);
        return (bytes, InputFile.Decode(file == StandardInput ? "standard input" : file, bytes));
    }

    private static byte[] ReadInput(Session session)
    {
        using var input = session.Surroundings.Input();
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>How many timers will fire, before they do.</summary>
    private static async Task TellAsync(Session session, byte[] image, ThawRequest policy, Progress progress)
    {
        if (session.IsJson)
        {
            return;
        }

        var foretold = await ForecastAsync(session, image, policy, Duration.Zero).ConfigureAwait(false);
        progress.Clear();
        session.Output.WriteLine(foretold.Truncated ? $"this makes more than {foretold.Fires.Count} timers fire" : FiresReport.Count(foretold.Fires, foretold.Fires.Count));
        session.Output.Flush();
    }

    private static Task<ForecastInfo> ForecastAsync(Session session, byte[] image, ThawRequest policy, Duration within) =>
        session.Service.SendImageAsync(
            PolicyQuery(Paths.Forecast, policy, ("within", within == Duration.Zero ? null : $"{(long)within.ToInt128Nanoseconds()}ns")), image, ControlJson.Default.ForecastInfo);

    private static string PolicyQuery(string path, ThawRequest policy, (string Name, string? Value) more) => Paths.Query(
        path, more, ("clocks", policy.Clocks), ("realtime", policy.Realtime), ("monotonic", policy.Monotonic), ("boottime", policy.Boottime), ("missed", policy.Missed));

    private static void WriteForecast(Session session, ForecastInfo forecast, Duration within, int limit)
    {
        var width = session.Surroundings.Width;
        NamespaceReport.WriteClocks(session.Output, forecast.Clocks, forecast.Offsets, width, "would read");
        session.Output.WriteLine();
        var atOnce = forecast.Fires.Where(static f => f.InNs == 0).ToArray();
        var isCut = forecast.Truncated && atOnce.Length == forecast.Fires.Count;
        session.Output.WriteLine(isCut ? $"this makes more than {atOnce.Length} timers fire" : FiresReport.Count(atOnce, atOnce.Length));
        if (forecast.Fires.Count == 0)
        {
            session.Output.WriteLine($"nothing would fire within {DurationText.Format((long)within.ToInt128Nanoseconds())}");
            return;
        }

        FiresReport.WriteList(session.Output, forecast.Fires, forecast.Truncated ? null : forecast.Fires.Count, limit, width);
    }
}
