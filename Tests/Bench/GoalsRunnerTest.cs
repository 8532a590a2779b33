using NUnit.Framework;
using TimeNs.Bench.Goals;
using TimeNs.Bench.Load;
using TimeNs.Bench.RealTime;

namespace TimeNs.Tests.Bench;

[TestFixture]
public sealed class GoalsRunnerTest
{
    /// <summary>Small, but enough for every check: some rows want 1 000 timers.</summary>
    private static readonly GoalScale Tiny = new()
    {
        Most = 2_000, Many = 1_500, Few = 1_000, LatenessTimers = 20, LatenessSeconds = 1, SaturationSeconds = 0.01,
    };

    /// <summary>Lateness has tests of its own.</summary>
    public static IEnumerable<string> Races() =>
        GoalList.All(Tiny).Select(static race => race.Id).Where(static id => !id.StartsWith("lateness", StringComparison.Ordinal));

    [TestCaseSource(nameof(Races))]
    public void Race_WithFewTimers_DoesItsWork(string id)
    {
        var rows = new GoalsRunner(1, TextWriter.Null).Run([.. GoalList.All(Tiny).Where(race => race.Id == id)]);
        Assert.That(rows.Where(static r => r.Verdict == Verdict.Failed).Select(static r => r.Note), Is.Empty);
        Assert.That(rows.Where(static r => r.Verdict != Verdict.NotMeasured).Select(static r => r.Ours), Is.All.GreaterThanOrEqualTo(0));
        if (rows.All(static r => r.Verdict == Verdict.NotMeasured))
        {
            Assert.Ignore(rows[0].Note!);
        }
    }

    [Test]
    public void Races_AreNamedOnceAndJudgeTheirOwnContestants()
    {
        var races = GoalList.All(new GoalScale());
        Assert.That(races.Select(static r => r.Id), Is.Unique);
        foreach (var race in races)
        {
            var names = race.Contestants.Select(static c => c.Name).ToArray();
            Assert.That(names, Is.Unique, race.Id);
            Assert.That(race.Goals.SelectMany(static g => g.Peers.Append(g.Ours)).Except(names, StringComparer.Ordinal), Is.Empty, race.Id);
        }
    }

    [Test]
    public void Run_TakesTurnsAfterOneWarmUp()
    {
        var turns = new List<string>();
        var race = Race([Of("a", turns), Of("b", turns)]);
        new GoalsRunner(2, TextWriter.Null).Run([race]);
        Assert.That(turns, Is.EqualTo(new[] { "a", "b", "a", "b", "a", "b", "end a", "end b" }));
    }

    [Test]
    public void Run_AContestantThatFailsItsCheck_FailsItsRowAndNoOther()
    {
        var bad = Race([new Contestant("a", static () => new Figure(static () => 1, static () => throw new InvalidOperationException("did nothing"))), Of("b", [])]);
        var rows = new GoalsRunner(1, TextWriter.Null).Run([bad, Race([Of("a", []), Of("b", [])])]);
        Assert.That(rows.Select(static r => r.Verdict), Is.EqualTo(new[] { Verdict.Failed, Verdict.Met }));
        Assert.That(rows[0].Note, Is.EqualTo("did nothing"));
        Assert.That(GoalsTable.ExitCode(rows), Is.EqualTo(1));
    }

    [Test]
    public void Run_WhatIsSharedFailsAtItsEnd_FailsARow()
    {
        var shared = new SharedSetup();
        shared.Get("a", static () => new Failing());
        var rows = new GoalsRunner(1, TextWriter.Null).Run([Race([Of("a", []), Of("b", [])]) with { Shared = shared }]);
        Assert.That(rows.Select(static r => r.Verdict), Does.Contain(Verdict.Failed));
    }

    [Test]
    public void ChangeLoad_ThatIgnoresChanges_Fails() =>
        Assert.That(static () => new IdleTimers().Begin(), Throws.InvalidOperationException);

    [Test]
    public void Tally_WhoseClockIsNotMoved_Fails()
    {
        var tally = new Tally(new PeriodicLoad(10));
        tally.Ask(5);
        Assert.That(tally.Verify, Throws.InvalidOperationException, "too few");
        tally.Count = 5;
        Assert.That(tally.Verify, Throws.InvalidOperationException, "not those of the time that has passed");
    }

    [Test]
    public void DeliveryCount_ThatMissesAnExpiration_Fails()
    {
        var count = new DeliveryCount();
        count.Add(3, 1_025);
        Assert.That(() => count.Verify(1_000, 10), Throws.Nothing);
        count.Add(1, 1_047);
        Assert.That(() => count.Verify(1_000, 10), Throws.InvalidOperationException);
    }

    [TestCase("--rounds", "0")]
    [TestCase("--rounds")]
    [TestCase("--rows", "no-such-race")]
    [TestCase("--no-such-option")]
    public void Command_WithWrongArguments_ReturnsTwoAndSaysWhatThereIs(params string[] args)
    {
        using var error = new StringWriter();
        Assert.That(GoalsCommand.Run(args, TextWriter.Null, error), Is.EqualTo(2));
        Assert.That(error.ToString(), Does.Contain("--rounds N"));
    }

    [Test]
    public void Command_List_NamesEveryRaceOfTheFilterAndRunsNone()
    {
        using var output = new StringWriter();
        Assert.That(GoalsCommand.Run(["--list", "--rows", "expiry,cancel"], output, TextWriter.Null), Is.Zero);
        Assert.That(output.ToString(), Does.Contain("expiry-100k").And.Contain("cancel-1M").And.Not.Contain("virtual"));
    }

    private static Race Race(Contestant[] contestants) =>
        new("race", Unit.Nanoseconds, contestants, [new Goal("row", "a", ["b"], GoalKind.TimesAtMost, 1)]);

    private static Contestant Of(string name, List<string> turns) => new(name, () => new Figure(
        () =>
        {
            turns.Add(name);
            return 1;
        },
        () => turns.Add($"end {name}")));

    private sealed class Failing : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException("did nothing");
    }

    private sealed class IdleTimers() : ChangeLoad(10)
    {
        public override void Set(int timer, int delay)
        {
            // What must be noticed.
        }

        public override void Cancel(int timer)
        {
            // As above.
        }

        public override void VerifyArmed(int expected) => Check.Equal(expected, 0, "armed timers");

        public override double? LeftMs(int timer) => 0;

        public override void Dispose()
        {
            // It holds nothing.
        }
    }
}
