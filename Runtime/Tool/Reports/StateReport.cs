using System.Text.Json;
using TimeNs.Control.State;

namespace TimeNs.Tool.Reports;

/// <summary>What a service keeps of its namespaces, for people.</summary>
internal static class StateReport
{
    public static StateJson Page { get; } = new(new JsonSerializerOptions(StateJson.Default.Options) { Encoder = Scenarios.Json.Compact.Encoder, WriteIndented = true });

    public static void Write(TextWriter output, StateInfo state, int? width)
    {
        output.WriteLine($"directory  {(state.Directory is null ? "none: nothing outlives the service" : $"{state.Directory}, written every {Words.Span(state.IntervalNs).Text}")}");
        if (state.Before is not null)
        {
            output.WriteLine($"before     {Before(state)}");
        }

        if (state.Config is { } config)
        {
            output.WriteLine($"config     {config.File}, {(config.Applied is { } applied ? $"applied {applied}" : "not applied")}");
            foreach (var fault in config.Faults)
            {
                output.WriteLine($"           refused: {fault}");
            }
        }

        foreach (var reason in state.Degraded)
        {
            output.WriteLine($"degraded   {reason}");
        }

        foreach (var refused in state.Refused)
        {
            output.WriteLine($"set aside  {refused.File}: {refused.Reason}");
        }

        if (state.SaveFault is { } unsaved)
        {
            output.WriteLine($"not saved  {unsaved}");
        }

        WriteNamespaces(output, state, width);
    }

    private static void WriteNamespaces(TextWriter output, StateInfo state, int? width)
    {
        var names = state.Saved.Select(static s => s.Namespace).Union(state.Restored.Select(static r => r.Namespace), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            return;
        }

        var sheet = new Sheet(new("namespace"), new("saved"), new("timers", 2, true), new("restored from", 1), new("may miss"));
        foreach (var name in names)
        {
            var saved = state.Saved.FirstOrDefault(s => string.Equals(s.Namespace, name, StringComparison.Ordinal));
            var restored = state.Restored.FirstOrDefault(r => string.Equals(r.Namespace, name, StringComparison.Ordinal));
            sheet.Row(name, Taken(saved?.Taken, "closed"), saved?.Timers ?? 0, Taken(restored?.Taken, "-"), Missed(restored));
        }

        output.WriteLine();
        sheet.Write(output, width);
    }

    /// <summary>An instant with nine decimals; without them where there is no room.</summary>
    private static Cell Taken(string? instant, string absent) => instant is null ? absent : new Cell(instant, $"{instant.Split('.')[0]}Z");

    private static string Before(StateInfo state) => state.Before switch
    {
        "none" => "no service has used it before",
        "clean" => "stopped cleanly",
        "killed" => $"did not stop cleanly; last alive {state.LastAlive}",
        _ => "not known how it ended",
    };

    private static Cell Missed(RestoredInfo? restored) => restored is not { MayMiss: true } ? "nothing"
        : new Cell($"{Words.Span(restored.MissesAtLeastNs).Text} to {Words.Span(restored.MissesAtMostNs).Text}", $"{Words.Span(restored.MissesAtLeastNs).Short} to {Words.Span(restored.MissesAtMostNs).Short}");
}
