using System.Text;
using System.Text.Json;

namespace TimeNs.Bench.Goals;

/// <summary>The rows as people and programs read them.</summary>
internal static class GoalsTable
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>The table's heading in Markdown, two lines.</summary>
    private const string Heading = """
        | row | TimeNs | strongest peer | ratio | goal | met |
        |---|--:|--:|--:|--:|---|
        """;

    /// <summary>A row, as a line of the table.</summary>
    public static string Line(RowResult row) =>
        $"| {row.Goal.Row} | {Ours(row)} | {Peer(row)} | {Ratio(row)} | {row.Goal.Text(row.Unit)} | {Met(row)} |";

    public static string Markdown(IReadOnlyList<RowResult> rows, Machine machine, int rounds)
    {
        var text = new StringBuilder($"{Heading.ReplaceLineEndings("\n")}\n");
        foreach (var row in rows)
        {
            text.Append(Line(row)).Append('\n');
        }

        text.Append($"\n{rounds} rounds. {machine.Text}.\n");
        foreach (var row in rows.Where(static r => r.Note is not null))
        {
            text.Append($"\n- {row.Goal.Row}: {row.Note}");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    public static string Json(IReadOnlyList<RowResult> rows, Machine machine, int rounds) => JsonSerializer.Serialize(
        new
        {
            machine,
            rounds,
            rows = rows.Select(static r => new
            {
                race = r.Race,
                row = r.Goal.Row,
                unit = r.Unit.ToString(),
                contestant = r.Goal.Ours,
                ours = r.Ours,
                peer = r.Peer,
                peerFigure = r.PeerFigure,
                value = r.Value?.Median,
                low = r.Value?.Low,
                high = r.Value?.High,
                goal = r.Goal.Kind == GoalKind.None ? null : r.Goal.Text(r.Unit),
                verdict = r.Verdict.ToString(),
                note = r.Note,
            }),
        },
        s_json);

    /// <returns>0; 1 when a row falls short by more than its noise, or a contestant did not do its work.</returns>
    public static int ExitCode(IEnumerable<RowResult> rows) =>
        rows.Any(static r => r.Verdict is Verdict.Missed or Verdict.Failed) ? 1 : 0;

    private static string Ours(RowResult row) => row.Ours is { } figure ? row.Unit.Format(figure) : "–";

    private static string Peer(RowResult row) =>
        row is { Peer: { } peer, PeerFigure: { } figure } ? $"{peer} {row.Unit.Format(figure)}" : "–";

    /// <summary>As the goal counts it; how many times better than the peer where the goal is no ratio.</summary>
    private static string Ratio(RowResult row) => row switch
    {
        { Value: { } value } when row.Goal.IsRatio => $"{Units.Digits(value.Median)}× ± {value.Noise * 100:0} %",
        { Value: { } value, Ours: { } ours, PeerFigure: { } peer } =>
            $"({Units.Digits(row.Unit.MoreIsBetter() ? ours / peer : peer / ours)}×) ± {value.Noise * 100:0} %",
        { Value: { } value } => $"± {value.Noise * 100:0} %",
        _ => "–",
    };

    private static string Met(RowResult row) => row.Verdict switch
    {
        Verdict.Met => "yes",
        Verdict.WithinNoise => "within noise",
        Verdict.Missed => "**no**",
        Verdict.Failed => "**failed**",
        Verdict.NotMeasured => "not measured here",
        _ => "",
    };
}
