namespace TimeNs.Bench.Goals;

/// <summary>Whether a goal was reached.</summary>
internal enum Verdict
{
    /// <summary>There is no goal: a figure beside the others.</summary>
    None,

    /// <summary>A contestant is not to be had here.</summary>
    NotMeasured,

    /// <summary>Reached.</summary>
    Met,

    /// <summary>The median falls short, but the goal lies within the noise.</summary>
    WithinNoise,

    /// <summary>Falls short by more than the noise.</summary>
    Missed,

    /// <summary>A contestant did not do its work.</summary>
    Failed,
}

/// <summary>What a row is judged by.</summary>
internal enum GoalKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer's figure is at least so many times ours; for a rate, ours the peer's.</summary>
    TimesBetter,

    /// <summary>Our figure is at most so many times the peer's.</summary>
    TimesAtMost,

    /// <summary>Our figure is at most this.</summary>
    AtMost,

    /// <summary>Our figure is at least this.</summary>
    AtLeast,
}

/// <summary>A row of the table: one contestant against others of the same race, or against a limit.</summary>
/// <param name="Row">What is compared, in words.</param>
/// <param name="Ours">The contestant that is judged.</param>
/// <param name="Peers">Whom it is compared with: the strongest of them counts. May be empty where a limit alone is the goal.</param>
/// <param name="Kind">How it is judged.</param>
/// <param name="Limit">By what number.</param>
internal sealed record Goal(string Row, string Ours, IReadOnlyList<string> Peers, GoalKind Kind, double Limit)
{
    public bool IsAtLeast => Kind is GoalKind.TimesBetter or GoalKind.AtLeast;

    public bool IsRatio => Kind is GoalKind.TimesBetter or GoalKind.TimesAtMost or GoalKind.None;

    public string Text(Unit unit) => Kind switch
    {
        GoalKind.None => "",
        GoalKind.TimesBetter => $"≥ {Units.Digits(Limit)}×",
        GoalKind.TimesAtMost => $"≤ {Units.Digits(Limit)}×",
        GoalKind.AtMost => $"≤ {unit.Format(Limit)}",
        _ => $"≥ {unit.Format(Limit)}",
    };

    /// <summary>What is held against the limit, in one round.</summary>
    public double Value(Unit unit, double ours, double peer) => Kind switch
    {
        GoalKind.TimesAtMost => ours / peer,
        GoalKind.AtMost or GoalKind.AtLeast => ours,
        _ => unit.MoreIsBetter() ? ours / peer : peer / ours,
    };

    public Verdict Judge(Samples value) => Kind switch
    {
        GoalKind.None => Verdict.None,
        _ when Reaches(value.Median) => Verdict.Met,
        _ when Reaches(IsAtLeast ? value.High : value.Low) => Verdict.WithinNoise,
        _ => Verdict.Missed,
    };

    private bool Reaches(double value) => IsAtLeast ? value >= Limit : value <= Limit;
}
