using System.Globalization;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>What a restore would fire, for people and for programs.</summary>
internal static class ForecastReport
{
    public static void WriteTables(TextWriter output, NamespaceImage image, Forecast forecast, NodaTime.Duration within, int limit)
    {
        var clocks = Tables.Create("clock", "would read", "offset");
        foreach (var clock in (ClockBase[])[ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime])
        {
            Tables.Row(clocks, clock.ToString().ToUpperInvariant(), Tables.Point(clock, forecast.Readings[clock]), DurationText.Format(forecast.Offsets[clock]));
        }

        Tables.Write(output, clocks);
        output.WriteLine();
        var span = DurationText.Format(ClockTime.FromSinceZero(within).Nanoseconds);
        if (forecast.Fires.Count == 0)
        {
            output.WriteLine($"Nothing of {image.Name} would fire within {span}.");
            return;
        }

        WriteFires(output, image, forecast, limit);
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

    private static void WriteFires(TextWriter output, NamespaceImage image, Forecast forecast, int limit)
    {
        var shown = forecast.Fires.Take(limit).ToArray();
        if (shown.Length == 0)
        {
            return;
        }

        var wanted = shown.Select(static f => f.TimerId).ToHashSet();
        var clockOf = image.Timers.Where(t => wanted.Contains(t.Id)).ToDictionary(static t => t.Id, static t => t.Clock);
        var table = Tables.Create("in", "id", "name", "clock", "deadline", "expirations");
        foreach (var fire in shown)
        {
            var clock = clockOf[fire.TimerId];
            Tables.Row(table,
                fire.In == NodaTime.Duration.Zero ? "at once" : DurationText.Format((long)fire.In.ToInt128Nanoseconds()),
                fire.TimerId.ToString(CultureInfo.InvariantCulture),
                fire.Name ?? "-",
                clock.LinuxName(),
                fire.IsCanceled ? "-" : Tables.Point(clock.Base(), fire.Deadline),
                fire.IsCanceled ? "canceled" : fire.Expirations.ToString(CultureInfo.InvariantCulture));
        }

        Tables.Write(output, table);
    }
}
