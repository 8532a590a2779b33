using System.Globalization;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Reports;

/// <summary>What an action makes fire, for people.</summary>
internal static class FiresReport
{
    /// <summary>How many, in a line. What is cancelled comes first, so that a list that is cut has all of it, or nothing else.</summary>
    public static string Count(IReadOnlyList<Fire> fires, long count)
    {
        var cancelled = fires.Count(static f => f.Canceled);
        var least = count > fires.Count && cancelled == fires.Count ? "at least " : "";
        return count == 0 ? "this makes no timer fire"
            : $"this makes {Words.Count(count, "timer", "timers")} fire{(cancelled == 0 ? "" : $" ({least}{cancelled} cancelled)")}";
    }

    /// <summary>Which. <paramref name="count"/> says how many there are in all; null when that is not known.</summary>
    public static void WriteList(TextWriter output, IReadOnlyList<Fire> fires, long? count, int limit, int? width)
    {
        var sheet = new Sheet(new("in"), new("id", Right: true), new("name"), new("clock", 1), new("expirations"));
        foreach (var fire in fires.Take(limit))
        {
            sheet.Row(
                fire.InNs == 0 ? "at once" : Words.Span(fire.InNs), fire.Id, fire.Name ?? "-", Words.Clock(fire.Clock),
                fire.Canceled ? "canceled" : fire.Expirations.ToString(CultureInfo.InvariantCulture));
        }

        if (!sheet.IsEmpty)
        {
            sheet.Write(output, width);
        }

        if (fires.Count > limit || count is null || count > fires.Count)
        {
            var shown = Math.Min(limit, fires.Count);
            output.WriteLine($"… and {(count is null ? "more" : (count - shown).Value.ToString(CultureInfo.InvariantCulture) + " more")}{(fires.Count > limit ? $": --limit {fires.Count} shows {(count == fires.Count ? "all of them" : "more")}" : "")}");
        }
    }
}
