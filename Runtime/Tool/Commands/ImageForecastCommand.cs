using System.CommandLine;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tool.Reports;
using TimeNs.Tool.Scenarios;
using TimeNs.Tool.Scenarios.Verbs;

namespace TimeNs.Tool.Commands;

/// <summary>
/// <c>timens image forecast FILE</c>: what a restore on this host would fire, now or at a given time. Nothing is restored.
/// </summary>
internal static class ImageForecastCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = CommonOptions.File<string>("A checkpoint image.", ArgumentArity.ExactlyOne);
        var within = CommonOptions.Span("--within", "How far to look ahead (default 1h).");
        var at = CommonOptions.Instant("--at", "Forecast a restore at the moment when this host's wall clock reads INSTANT, instead of now.");
        var policy = new PolicyOptions();
        var limit = CommonOptions.Limit();
        var json = CommonOptions.Json();
        var command = new ExampleCommand("forecast", "Show what a restore on this host would fire, and when. Nothing is restored.",
            "timens image forecast web.image --within 1d",
            "timens image forecast web.image --clocks criu --missed one  # as after a restore with that policy",
            "timens image forecast web.image --at 2026-01-01T06:00:00Z --json")
        {
            file,
            within,
            at,
            limit,
            json,
        };
        foreach (var option in policy.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            var image = InputFile.LoadImage(parsed.GetValue(file)!);
            var span = parsed.GetValue(within) ?? Duration.FromHours(1);
            var forecast = Forecast(parsed.GetValue(file)!, image, span, policy.Read(parsed), parsed.GetValue(at));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                ForecastReport.WriteJson(output, image, forecast, span);
            }
            else
            {
                ForecastReport.WriteTables(output, image, forecast, span, parsed.GetValue(limit), surroundings.Width);
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static Forecast Forecast(string file, NamespaceImage image, Duration within, RestorePolicy policy, Instant? at)
    {
        using var runtime = at is { } moment ? StartAt(moment) : TimeRuntime.Start();
        try
        {
            return runtime.Forecast(image, within, policy);
        }
        catch (OffsetRangeException e)
        {
            throw new ToolException($"{file}: cannot be restored on this host: {Errors.MessageOf(e)}");
        }
    }

    /// <summary>This host as it will be, or was, at that moment, if it does not sleep and its wall clock is not set.</summary>
    private static TimeRuntime StartAt(Instant moment)
    {
        if (!HostVerbs.IsInRange(moment - NodaConstants.UnixEpoch))
        {
            throw new ToolException($"--at: no clock can read {InstantText.Format(moment)}; it must lie within 1970 and 2116");
        }

        ClockReadings now;
        using (var host = TimeRuntime.Start())
        {
            now = host.ReadClocks();
        }

        var then = ClockTime.FromInstant(moment);
        var passed = then.Since(now.Realtime);
        return TimeRuntime.Start(new SimulatedKernel(new ClockReadings(then, NotNegative(now.Monotonic.Plus(passed)), NotNegative(now.Boottime.Plus(passed)))));
    }

    private static ClockTime NotNegative(ClockTime reading) => reading < ClockTime.Zero ? ClockTime.Zero : reading;
}
