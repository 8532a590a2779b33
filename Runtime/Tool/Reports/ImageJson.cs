using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Images;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Reports;

/// <summary>An image for programs: everything that is in it, all times in nanoseconds. Members are added, never renamed.</summary>
internal static class ImageJson
{
    /// <param name="output">Where to.</param>
    /// <param name="image">The image.</param>
    /// <param name="told">Told of each timer that was written, and how many there were before it.</param>
    public static void Write(TextWriter output, NamespaceImage image, Action<int>? told = null)
    {
        using var text = new JsonText(output);
        var json = text.Json;
        json.WriteStartObject();
        WriteHeader(json, image);
        json.WriteStartArray("timers");
        foreach (var (place, timer) in image.EnumerateTimers().Index())
        {
            WriteTimer(json, image, timer);
            text.Relieve();
            told?.Invoke(place);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Everything but the timers.</summary>
    public static JsonObject Header(NamespaceImage image) => Read(json =>
    {
        json.WriteStartObject();
        WriteHeader(json, image);
        json.WriteEndObject();
    });

    /// <summary>One timer.</summary>
    public static JsonObject Timer(NamespaceImage image, TimerImage timer) => Read(json => WriteTimer(json, image, timer));

    private static JsonObject Read(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }

    private static void WriteHeader(Utf8JsonWriter json, NamespaceImage image)
    {
        json.WriteString("namespace", image.Name);
        json.WriteString("host_name", image.HostName);
        json.WriteString("taken_at", InstantText.Format(image.TakenAt));
        json.WriteBoolean("was_frozen", image.WasFrozen);
        json.WriteString("absolute", image.Absolute == AbsoluteTimers.Relative ? "relative" : "keep");
        json.WriteBoolean("had_timers", image.HasHadTimers);
        json.WriteNumber("next_timer_id", image.NextTimerId);
        json.WriteNumber("ephemeral_timers", image.EphemeralTimers);
        JsonText.WriteClocks(json, "offsets", image.Offsets);
        JsonText.WriteClocks(json, "readings", image.Readings);
        JsonText.WriteClocks(json, "host_readings", image.Host);
    }

    public static void WriteTimer(Utf8JsonWriter json, NamespaceImage image, in TimerImage timer)
    {
        json.WriteStartObject();
        json.WriteNumber("id", timer.Id);
        json.WriteString("name", timer.Name);
        json.WriteString("clock", timer.Clock.LinuxName());
        json.WriteString("base", $"CLOCK_{timer.Base.ToString().ToUpperInvariant()}");
        json.WriteBoolean("absolute", timer.IsAbsolute);
        json.WriteNumber("flags", (int)timer.Flags);
        json.WriteString("state", TimerStates.Of(timer));
        json.WriteBoolean("armed", timer.IsArmed);
        json.WriteBoolean("expired", timer.IsExpired);
        json.WriteNumber("deadline_ns", timer.Deadline.Nanoseconds);
        json.WriteNumber("interval_ns", timer.IntervalNs);
        json.WriteNumber("ticks", timer.Ticks);
        json.WriteNumber("unread", image.Unread(timer));
        json.WriteNumber("remaining_ns", (long)image.Remaining(timer).ToInt128Nanoseconds());
        if (timer.FirstDue is { } due)
        {
            json.WriteNumber("first_due_ns", due.Nanoseconds);
        }
        else
        {
            json.WriteNull("first_due_ns");
        }

        json.WriteBoolean("might_cancel", timer.MightCancel);
        json.WriteBoolean("cancel_pending", timer.IsCancelPending);
        json.WriteNumber("remembered_wall_offset_ns", timer.RememberedWallOffsetNs);
        json.WriteEndObject();
    }
}
