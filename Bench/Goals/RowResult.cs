namespace TimeNs.Bench.Goals;

/// <summary>A measured row.</summary>
/// <param name="Race">The race's id.</param>
/// <param name="Goal">What was asked.</param>
/// <param name="Unit">Of the figures.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Ours">The median of ours; null when it was not measured.</param>
/// <param name="Peer">The strongest peer that was measured; null when there is none.</param>
/// <param name="PeerFigure">Its median.</param>
/// <param name="Value">What was held against the limit: the median of the rounds, and its interval.</param>
/// <param name="Note">Why it failed or was not measured.</param>
internal sealed record RowResult(
    string Race, Goal Goal, Unit Unit, Verdict Verdict, double? Ours = null, string? Peer = null, double? PeerFigure = null,
    Samples? Value = null, string? Note = null)
{
    /// <summary>Judges a row by what was measured.</summary>
    /// <param name="race">The race.</param>
    /// <param name="goal">One of its rows.</param>
    /// <param name="figures">The figures of each contestant, a round each; none of one that was not measured.</param>
    public static RowResult Of(Race race, Goal goal, IReadOnlyDictionary<string, List<double>> figures)
    {
        var strongest = Strongest(race.Unit, goal.Peers.Where(figures.ContainsKey), figures);
        if (!figures.TryGetValue(goal.Ours, out var ours) || (strongest is null && goal.Peers.Count != 0 && goal.IsRatio))
        {
            var missing = race.Contestants.Where(c => c.Missing is not null && (c.Name == goal.Ours || goal.Peers.Contains(c.Name)));
            return new RowResult(race.Id, goal, race.Unit, Verdict.NotMeasured, Note: string.Join("; ", missing.Select(static c => c.Missing).Distinct()))
            {
                Ours = ours is null ? null : Samples.Of(ours).Median,
            };
        }

        var peers = strongest is null ? ours : figures[strongest];
        var value = Samples.Of([.. ours.Zip(peers, (a, b) => goal.Value(race.Unit, a, b))]);
        return new RowResult(
            race.Id, goal, race.Unit, goal.Judge(value), Samples.Of(ours).Median, strongest,
            strongest is null ? null : Samples.Of(peers).Median, value);
    }

    /// <summary>A row whose race went wrong.</summary>
    public static RowResult Failure(Race race, Goal goal, string why) => new(race.Id, goal, race.Unit, Verdict.Failed, Note: why);

    private static string? Strongest(Unit unit, IEnumerable<string> peers, IReadOnlyDictionary<string, List<double>> figures) =>
        peers.MinBy(p => Samples.Of(figures[p]).Median * (unit.MoreIsBetter() ? -1 : 1));
}
