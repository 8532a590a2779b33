using System.Globalization;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>What a restore would fire, for people and for programs.</summary>
internal static class ForecastReport
{
    public static void WriteTables(TextWriter output, NamespaceImage image, Forecast forecast, NodaTime.Duration within, int limit, int? width)
    {
        var clocks = new Sheet(new("clock"), new("would read"), new("offset"));
        foreach (var clock in (ClockBase[])[ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime])
        {
            clocks.Row(clock.ToString().ToUpperInvariant(), Words.Point(clock, forecast.Readings[clock]), Words.Span(forecast.Offsets[clock]));
        }

        clocks.Write(output, width);
        output.WriteLine();
        var span = DurationText.Format(ClockTime.FromSinceZero(within).Nanoseconds);
        if (forecast.Fires.Count == 0)
        {
            output.WriteLine($"Nothing of {image.Name} would fire within {span}.");
            return;
        }

        WriteFires(output, image, forecast, limit, width);
        if (forecast.Fires.Count > limit)
        {
            output.WriteLine($"… and {forecast.Fires.Count - limit} more within {span}: --limit {forecast.Fires.Count} shows all of them, --json too");
        }
    }

    public static void WriteJson(TextWriter output, NamespaceImage image, Forecast forecast, NodaTime.Duration within)
    {
        using var text = new JsonText(output);
        var json = text.Json;
        json.WriteStartObject();
        json.WriteString("namespace", image.Name);
        json.WriteNumber("within_ns", ClockTime.FromSinceZero(within).Nanoseconds);
        JsonText.WriteClocks(json, "offsets", forecast.Offsets);
        JsonText.WriteClocks(json, "readings", forecast.Readings);
        json.WriteStartArray("fires");
        foreach (var fire in forecast.Fires)
        {
            json.WriteStartObject();
            json.WriteNumber("id", fire.TimerId);
            json.WriteString("name", fire.Name);
            json.WriteNumber("in_ns", (long)fire.In.ToInt128Nanoseconds());
            json.WriteNumber("deadline_ns", fire.Deadline.Nanoseconds);
            json.WriteNumber("expirations", fire.Expirations);
            json.WriteBoolean("canceled", fire.IsCanceled);
            json.WriteEndObject();
            text.Relieve();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFires(TextWriter output, NamespaceImage image, Forecast forecast, int limit, int? width)
    {
        var shown = forecast.Fires.Take(limit).ToArray();
        if (shown.Length == 0)
        {
            return;
        }

        var wanted = shown.Select(static f => f.TimerId).ToHashSet();
        var clockOf = image.EnumerateTimers().Where(t => wanted.Contains(t.Id)).ToDictionary(static t => t.Id, static t => t.Clock);
        var sheet = new Sheet(new("in"), new("id"), new("name"), new("clock", 1), new("deadline", 2), new("expirations"));
        foreach (var fire in shown)
        {
            var clock = clockOf[fire.TimerId];
            sheet.Row(
                fire.In == NodaTime.Duration.Zero ? "at once" : Words.Span((long)fire.In.ToInt128Nanoseconds()),
                fire.TimerId,
                fire.Name ?? "-",
                Words.Clock(clock.LinuxName()),
                fire.IsCanceled ? "-" : Words.Point(clock.Base(), fire.Deadline),
                fire.IsCanceled ? "canceled" : fire.Expirations.ToString(CultureInfo.InvariantCulture));
        }

        sheet.Write(output, width);
    }
}
