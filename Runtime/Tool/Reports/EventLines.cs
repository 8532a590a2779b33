using System.Buffers;
using System.Text;
using System.Text.Json;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>An event of the service as a line.</summary>
internal static class EventLines
{
    /// <summary>For people: what kind, of whom, and the rest in words. A kind that is not known is shown as it came.</summary>
    public static string Text(string kind, string data) => kind switch
    {
        "tick" => Tick(Read(data, ControlJson.Default.TickEvent)),
        "change" => Change(Read(data, ControlJson.Default.ChangeEvent)),
        "created" or "closed" => Life(kind, Read(data, ControlJson.Default.LifeEvent)),
        "dropped" => Dropped(Read(data, ControlJson.Default.DroppedEvent)),
        _ => $"{kind,-8} {data}",
    };

    /// <summary>For programs: the data, with the kind in front of it.</summary>
    public static string Json(string kind, string data)
    {
        using var document = JsonDocument.Parse(data);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Scenarios.Json.Compact);
        json.WriteStartObject();
        json.WriteString("event", kind);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Tick(TickEvent tick)
    {
        var timer = Words.Timer(tick.Namespace, tick.Timer, tick.Name);
        return tick.Canceled
            ? $"canceled {timer}  the wall clock was set (ECANCELED), seen at {Words.Point(tick.Clock, tick.AtNs).Text}"
            : $"tick     {timer}  {tick.Expirations}x, due {Words.Point(tick.Clock, tick.DueNs).Text}, late {Words.Span(tick.LatenessNs).Short}";
    }

    private static string Change(ChangeEvent change)
    {
        var moved = string.Join(", ", new[]
        {
            Moved("REALTIME", change.OldOffsets.RealtimeNs, change.NewOffsets.RealtimeNs),
            Moved("MONOTONIC", change.OldOffsets.MonotonicNs, change.NewOffsets.MonotonicNs),
            Moved("BOOTTIME", change.OldOffsets.BoottimeNs, change.NewOffsets.BoottimeNs),
        }.OfType<string>());
        return $"change   {change.Namespace}  {change.Reason} at {Words.Wall(change.At.RealtimeNs).Text}{(moved.Length == 0 ? "" : $", offset {moved}")}";
    }

    private static string? Moved(string clock, long before, long after) =>
        before == after ? null : $"{clock} {Words.Offset(before).Text} → {Words.Offset(after).Text}";

    private static string Life(string kind, LifeEvent life) =>
        $"{kind,-8} {(life.Timer is { } timer ? Words.Timer(life.Namespace, timer, life.Name) : life.Namespace)}";

    private static string Dropped(DroppedEvent dropped) =>
        $"dropped  {Words.Count(dropped.Count, "event", "events")} that came too fast ({dropped.Expirations} expirations in them), {Words.Count(dropped.Conflated, "tick", "ticks")} summed into others";

    private static T Read<T>(string data, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(data, type) ?? throw new JsonException("null");
}
