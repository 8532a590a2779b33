using NUnit.Framework;
using TimeNs.Bench.RealTime;

namespace TimeNs.Tests.Bench;

/// <summary>In real time, with few timers: that every deadline is accounted for. Nothing is said of how late it is.</summary>
[TestFixture]
public sealed class LatenessTest
{
    private const long IntervalNs = 50_000_000;

    public static IEnumerable<string> Sources() => LatenessSources.All().Select(static s => s.Name);

    [TestCaseSource(nameof(Sources))]
    public void Source_AccountsForItsDeadlines(string name)
    {
        var source = LatenessSources.All().Single(s => s.Name == name);
        if (source.Missing is { } why)
        {
            Assert.Ignore(why);
        }

        var samples = source.Run(new LatenessPlan(5, 0.1, IntervalNs));
        Assert.That(samples, Is.Ordered);
        Assert.That(samples, Is.Not.Empty);
    }

    [Test]
    public void Recorder_KeepsOneSampleADeadline_WithoutTheWarmUp()
    {
        var recorder = new LatenessRecorder(new LatenessPlan(1, 0.1, IntervalNs));
        var timer = new LatenessTimer(recorder);
        timer.Begin(0);
        timer.Fired(1);
        Assert.That(recorder.Missing, Is.EqualTo(2), "the first is the warm-up");
        timer.Fired(3);
        Assert.That(recorder.Missing, Is.Zero);
        Assert.That(recorder.Sorted(), Has.Length.EqualTo(2));
        Assert.That(recorder.Sorted()[1] - recorder.Sorted()[0], Is.EqualTo(IntervalNs), "two deadlines told at once");
    }
}
