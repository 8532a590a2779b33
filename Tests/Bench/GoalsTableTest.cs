using System.Text.Json;
using NUnit.Framework;
using TimeNs.Bench.Goals;

namespace TimeNs.Tests.Bench;

[TestFixture]
public sealed class GoalsTableTest
{
    private static readonly Machine Machine = new("a processor", 2, 8, "a system", "a runtime", "0.5", "2026-01-01 00:00 UTC", "1.0+abc");
    private static readonly Goal Ratio = new("expiry", "TimeNs", ["queue"], GoalKind.TimesBetter, 6);

    [Test]
    public void Line_OfARatio()
    {
        var row = new RowResult("race", Ratio, Unit.Nanoseconds, Verdict.Missed, 120, "queue", 480, new Samples(4, 3, 5));
        Assert.That(GoalsTable.Line(row), Is.EqualTo("| expiry | 120 ns | queue 480 ns | 4.00× ± 25 % | ≥ 6.00× | **no** |"));
    }

    [Test]
    public void Line_OfALimit_ShowsThePeerInBrackets()
    {
        var goal = new Goal("memory", "TimeNs", ["Timer"], GoalKind.AtMost, 140);
        var row = new RowResult("race", goal, Unit.Bytes, Verdict.Met, 112, "Timer", 168, new Samples(112, 112, 112));
        Assert.That(GoalsTable.Line(row), Is.EqualTo("| memory | 112 B | Timer 168 B | (1.50×) ± 0 % | ≤ 140 B | yes |"));
    }

    [Test]
    public void Markdown_IsATableWithTheMachineAndTheReasons()
    {
        var text = GoalsTable.Markdown([RowResult.Failure(Race, Ratio, "it did nothing")], Machine, 7);
        Assert.That(text, Does.StartWith("| row | TimeNs | strongest peer | ratio | goal | met |\n|---|"));
        Assert.That(text, Does.Contain("| expiry | – | – | – | ≥ 6.00× | **failed** |\n").And.Contain("7 rounds. a processor, 2 cores").And.Contain("- expiry: it did nothing\n"));
    }

    [Test]
    public void Json_HoldsTheFiguresInFull()
    {
        var row = new RowResult("race", Ratio, Unit.Nanoseconds, Verdict.Met, 66.125, "queue", 480.5, new Samples(7.25, 7, 8));
        using var json = JsonDocument.Parse(GoalsTable.Json([row], Machine, 7));
        var written = json.RootElement.GetProperty("rows")[0];
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.GetProperty("machine").GetProperty("Processor").GetString(), Is.EqualTo("a processor"));
            Assert.That(written.GetProperty("ours").GetDouble(), Is.EqualTo(66.125));
            Assert.That(written.GetProperty("value").GetDouble(), Is.EqualTo(7.25));
            Assert.That(written.GetProperty("verdict").GetString(), Is.EqualTo("Met"));
        });
    }

    [TestCase(new[] { nameof(Verdict.Met), nameof(Verdict.WithinNoise), nameof(Verdict.None), nameof(Verdict.NotMeasured) }, 0)]
    [TestCase(new[] { nameof(Verdict.Met), nameof(Verdict.Missed) }, 1)]
    [TestCase(new[] { nameof(Verdict.Failed), nameof(Verdict.Met) }, 1)]
    public void ExitCode_IsOneWhenARowIsMissedOrFailed(string[] verdicts, int expected) => Assert.That(
        GoalsTable.ExitCode(verdicts.Select(static v => new RowResult("race", Ratio, Unit.Nanoseconds, Enum.Parse<Verdict>(v)))), Is.EqualTo(expected));

    [TestCase(nameof(Unit.Nanoseconds), 67.26, "67.3 ns")]
    [TestCase(nameof(Unit.Nanoseconds), 20_500, "20.5 µs")]
    [TestCase(nameof(Unit.PerSecond), 25.3e6, "25.3 M/s")]
    [TestCase(nameof(Unit.Bytes), 0.0001, "0 B")]
    [TestCase(nameof(Unit.Bytes), 0.01, "0.010 B")]
    public void Format_GivesThreeDigits(string unit, double figure, string expected) =>
        Assert.That(Enum.Parse<Unit>(unit).Format(figure), Is.EqualTo(expected));

    private static Race Race => new("race", Unit.Nanoseconds, [], [Ratio]);
}
