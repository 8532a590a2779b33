using NUnit.Framework;
using TimeNs.Bench.Goals;

namespace TimeNs.Tests.Bench;

[TestFixture]
public sealed class GoalTest
{
    private const string Ours = "ours";
    private const string Slow = "slow";
    private const string Fast = "fast";

    [TestCase(6.0, 5.0, 7.0, nameof(Verdict.Met))]
    [TestCase(5.9, 5.0, 6.1, nameof(Verdict.WithinNoise))]
    [TestCase(5.0, 4.0, 5.9, nameof(Verdict.Missed))]
    public void Judge_TimesBetter(double median, double low, double high, string verdict) =>
        Assert.That(Of(GoalKind.TimesBetter, 6).Judge(new Samples(median, low, high)), Is.EqualTo(Enum.Parse<Verdict>(verdict)));

    [TestCase(1.05, 1.0, 1.1, nameof(Verdict.Met))]
    [TestCase(1.06, 1.05, 1.1, nameof(Verdict.WithinNoise))]
    [TestCase(1.10, 1.06, 1.2, nameof(Verdict.Missed))]
    public void Judge_TimesAtMost(double median, double low, double high, string verdict) =>
        Assert.That(Of(GoalKind.TimesAtMost, 1.05).Judge(new Samples(median, low, high)), Is.EqualTo(Enum.Parse<Verdict>(verdict)));

    [Test]
    public void Judge_WithoutGoal_SaysNothing() => Assert.That(Of(GoalKind.None, 0).Judge(new Samples(0, 0, 0)), Is.EqualTo(Verdict.None));

    [Test]
    public void Row_TakesTheStrongestPeerAndTheMedianOfTheRatiosOfEachRound()
    {
        var row = Row(Unit.Nanoseconds, new Goal("row", Ours, [Slow, Fast], GoalKind.TimesBetter, 3), new()
        {
            [Ours] = [10, 20, 10],
            [Slow] = [100, 100, 100],
            [Fast] = [40, 40, 50],
        });
        Assert.Multiple(() =>
        {
            Assert.That(row.Peer, Is.EqualTo(Fast));
            Assert.That((row.Ours, row.PeerFigure), Is.EqualTo((10.0, 40.0)));
            Assert.That(row.Value, Is.EqualTo(new Samples(4, 2, 5)));
            Assert.That(row.Verdict, Is.EqualTo(Verdict.Met));
        });
    }

    [Test]
    public void Row_OfARate_TheStrongestIsTheGreatest()
    {
        var row = Row(Unit.PerSecond, new Goal("row", Ours, [Slow, Fast], GoalKind.TimesBetter, 3), new()
        {
            [Ours] = [60], [Slow] = [10], [Fast] = [30],
        });
        Assert.That((row.Peer, row.Value!.Value.Median, row.Verdict), Is.EqualTo((Fast, 2.0, Verdict.Missed)));
    }

    [Test]
    public void Row_OfALimit_NeedsNoPeer()
    {
        var row = Row(Unit.Bytes, new Goal("row", Ours, [], GoalKind.AtMost, 20), new() { [Ours] = [21] });
        Assert.That((row.Peer, row.Verdict), Is.EqualTo(((string?)null, Verdict.Missed)));
    }

    [Test]
    public void Row_WhoseOnlyPeerIsMissing_IsNotMeasuredAndSaysWhy()
    {
        var race = new Race("race", Unit.Nanoseconds, [new Contestant(Fast, static () => throw new InvalidOperationException(), "not installed")], []);
        var row = RowResult.Of(race, new Goal("row", Ours, [Fast], GoalKind.TimesBetter, 3), new Dictionary<string, List<double>> { [Ours] = [1] });
        Assert.That((row.Verdict, row.Note, row.Ours), Is.EqualTo((Verdict.NotMeasured, "not installed", 1.0)));
    }

    private static Goal Of(GoalKind kind, double limit) => new("row", Ours, [], kind, limit);

    private static RowResult Row(Unit unit, Goal goal, Dictionary<string, List<double>> figures) =>
        RowResult.Of(new Race("race", unit, [], [goal]), goal, figures);
}
