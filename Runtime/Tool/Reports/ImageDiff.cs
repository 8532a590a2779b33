using System.Text.Json;
using System.Text.Json.Nodes;
using TimeNs.Images;

namespace TimeNs.Tool.Reports;

/// <summary>A value that is not the same in both images, as their JSON has it.</summary>
internal sealed record FieldChange(string Field, JsonNode? Before, JsonNode? After);

/// <summary>A timer that is in both images and not the same.</summary>
internal sealed record TimerChange(long Id, string? Name, IReadOnlyList<FieldChange> Fields);

/// <summary>
/// What differs between two images: fields of the header, and timers, which are the same timer when they have the same id. The fields are
/// those of <c>image show --json</c>, so that nothing that an image holds is left out.
/// </summary>
internal sealed record ImageDiff
{
    /// <summary>Said when the timers that both have were armed in another order, which decides who is first at equal deadlines.</summary>
    public const string OrderField = "order_of_arming";

    public required IReadOnlyList<FieldChange> Header { get; init; }

    public required IReadOnlyList<(NamespaceImage Image, TimerImage Timer)> Removed { get; init; }

    public required IReadOnlyList<(NamespaceImage Image, TimerImage Timer)> Added { get; init; }

    public required IReadOnlyList<TimerChange> Changed { get; init; }

    public bool IsEmpty => Header.Count == 0 && Removed.Count == 0 && Added.Count == 0 && Changed.Count == 0;

    public static ImageDiff Between(NamespaceImage before, NamespaceImage after)
    {
        var (old, present) = (ById(before), ById(after));
        var header = Fields("", ImageJson.Header(before), ImageJson.Header(after)).ToList();
        if (!Common(before, present).SequenceEqual(Common(after, old)))
        {
            header.Add(new FieldChange(OrderField, "before", "differs"));
        }

        return new ImageDiff
        {
            Header = header,
            Removed = [.. before.Timers.Where(t => !present.ContainsKey(t.Id)).Select(t => (before, t))],
            Added = [.. after.Timers.Where(t => !old.ContainsKey(t.Id)).Select(t => (after, t))],
            Changed = [.. before.Timers.Where(t => present.ContainsKey(t.Id)).OrderBy(static t => t.Id)
                .Select(t => Compare(before, t, after, present[t.Id])).OfType<TimerChange>()],
        };
    }

    private static Dictionary<long, TimerImage> ById(NamespaceImage image) => image.Timers.ToDictionary(static t => t.Id);

    private static IEnumerable<long> Common(NamespaceImage image, Dictionary<long, TimerImage> other) =>
        image.Timers.Select(static t => t.Id).Where(other.ContainsKey);

    /// <summary>What stands in the file decides; what follows from it and the clocks (unread, remaining) is shown with it, and alone is no change.</summary>
    private static TimerChange? Compare(NamespaceImage before, in TimerImage old, NamespaceImage after, in TimerImage present) =>
        old == present ? null
            : new TimerChange(present.Id, present.Name ?? old.Name, [.. Fields("", ImageJson.Timer(before, old), ImageJson.Timer(after, present))]);

    private static IEnumerable<FieldChange> Fields(string prefix, JsonObject before, JsonObject after)
    {
        foreach (var (name, value) in before)
        {
            var other = after[name];
            if (value is JsonObject inner && other is JsonObject otherInner)
            {
                foreach (var change in Fields($"{prefix}{name}.", inner, otherInner))
                {
                    yield return change;
                }
            }
            else if (!JsonNode.DeepEquals(value, other))
            {
                yield return new FieldChange(prefix + name, value, other);
            }
        }
    }
}
