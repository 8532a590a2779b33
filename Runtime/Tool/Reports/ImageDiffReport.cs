using System.Text.Json.Nodes;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;

namespace TimeNs.Tool.Reports;

/// <summary>What differs between two images, for people and for programs.</summary>
internal static class ImageDiffReport
{
    public static void WriteTables(TextWriter output, ImageDiff diff, int limit, int? width)
    {
        if (diff.IsEmpty)
        {
            output.WriteLine("the images are the same");
            return;
        }

        if (diff.Header.Count != 0)
        {
            WriteHeader(output, diff.Header, width);
        }

        var count = diff.Removed.Count + diff.Added.Count + diff.Changed.Count;
        if (count == 0)
        {
            return;
        }

        if (diff.Header.Count != 0)
        {
            output.WriteLine();
        }

        output.WriteLine($"timers: {diff.Removed.Count} removed, {diff.Added.Count} added, {diff.Changed.Count} changed");
        WriteTimers(output, diff, limit, width);
        if (count > limit)
        {
            output.WriteLine($"… and {count - limit} more timers: --limit {count} shows all of them, --json too");
        }
    }

    public static void WriteJson(TextWriter output, ImageDiff diff)
    {
        using var text = new JsonText(output);
        var json = text.Json;
        json.WriteStartObject();
        json.WriteBoolean("same", diff.IsEmpty);
        json.WritePropertyName("header");
        Fields(diff.Header).WriteTo(json);
        WriteTimers("removed", diff.Removed);
        WriteTimers("added", diff.Added);
        json.WriteStartArray("changed");
        foreach (var timer in diff.Changed)
        {
            new JsonObject { ["id"] = timer.Id, ["name"] = timer.Name, ["fields"] = Fields(timer.Fields) }.WriteTo(json);
            text.Relieve();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void WriteTimers(string name, IReadOnlyList<(NamespaceImage Image, TimerImage Timer)> timers)
        {
            json.WriteStartArray(name);
            foreach (var (image, timer) in timers)
            {
                ImageJson.WriteTimer(json, image, timer);
                text.Relieve();
            }

            json.WriteEndArray();
        }
    }

    private static JsonArray Fields(IReadOnlyList<FieldChange> fields) =>
        [.. fields.Select(static f => new JsonObject { ["field"] = f.Field, ["before"] = f.Before?.DeepClone(), ["after"] = f.After?.DeepClone() })];

    private static void WriteHeader(TextWriter output, IReadOnlyList<FieldChange> fields, int? width)
    {
        var sheet = new Sheet(new("field"), new("before"), new("after"));
        foreach (var field in fields)
        {
            var (before, after) = Values(field);
            sheet.Row(field.Field, before, after);
        }

        sheet.Write(output, width);
    }

    private static void WriteTimers(TextWriter output, ImageDiff diff, int limit, int? width)
    {
        var sheet = new Sheet(new(""), new("id", Right: true), new("name"), new("field"), new("before"), new("after"));
        foreach (var (_, timer) in diff.Removed.Take(limit))
        {
            sheet.Row("-", timer.Id, timer.Name ?? "-", TimerStates.Of(timer), "", "");
        }

        limit = Math.Max(0, limit - diff.Removed.Count);
        foreach (var (_, timer) in diff.Added.Take(limit))
        {
            sheet.Row("+", timer.Id, timer.Name ?? "-", TimerStates.Of(timer), "", "");
        }

        limit = Math.Max(0, limit - diff.Added.Count);
        foreach (var timer in diff.Changed.Take(limit))
        {
            foreach (var field in timer.Fields)
            {
                var (before, after) = Values(field);
                sheet.Row("~", timer.Id, timer.Name ?? "-", field.Field, before, after);
            }
        }

        if (!sheet.IsEmpty)
        {
            sheet.Write(output, width);
        }
    }

    /// <summary>Two values that differ never look the same, however little room there is.</summary>
    private static (Cell Before, Cell After) Values(FieldChange field)
    {
        var (before, after) = (Value(field.Field, field.Before), Value(field.Field, field.After));
        return before.Short == after.Short ? (before.Text, after.Text) : (before, after);
    }

    /// <summary>Nanoseconds as people read them: an instant of the wall clock, a span of the rest.</summary>
    private static Cell Value(string field, JsonNode? value)
    {
        if (value is null)
        {
            return "-";
        }

        if (value is not JsonValue number || !number.TryGetValue<long>(out var nanoseconds) || !field.EndsWith("_ns", StringComparison.Ordinal))
        {
            var text = value.ToString();
            return InstantText.TryParse(text, out var instant) ? Words.Wall(ClockTime.FromInstant(instant).Nanoseconds) : text;
        }

        return field is "readings.realtime_ns" or "host_readings.realtime_ns" ? Words.Wall(nanoseconds)
            : field == "deadline_ns" && new ClockTime(nanoseconds).IsNever ? "never"
            : Words.Span(nanoseconds);
    }
}
