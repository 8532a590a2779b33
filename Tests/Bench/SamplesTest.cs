using NUnit.Framework;
using TimeNs.Bench.Goals;

namespace TimeNs.Tests.Bench;

[TestFixture]
public sealed class SamplesTest
{
    [TestCase(new[] { 3.0 }, 3.0)]
    [TestCase(new[] { 9.0, 1.0, 5.0 }, 5.0)]
    [TestCase(new[] { 4.0, 1.0, 2.0, 100.0 }, 3.0)]
    public void Median_IsTheMiddle(double[] values, double expected) => Assert.That(Samples.Of(values).Median, Is.EqualTo(expected));

    [TestCase(2, 1, 2, TestName = "Interval_OfTwo_IsAllThereIs")]
    [TestCase(5, 1, 5, TestName = "Interval_OfFive_IsFromTheLeastToTheGreatest")]
    [TestCase(7, 1, 7, TestName = "Interval_OfSeven_IsFromTheLeastToTheGreatest")]
    [TestCase(8, 2, 7, TestName = "Interval_OfEight_LeavesOneOutAtEitherEnd")]
    [TestCase(9, 2, 8, TestName = "Interval_OfNine_LeavesOneOutAtEitherEnd")]
    [TestCase(11, 3, 9, TestName = "Interval_OfEleven_LeavesTwoOutAtEitherEnd")]
    public void Interval_CoversNineTenths(int count, double low, double high)
    {
        var samples = Samples.Of([.. Enumerable.Range(1, count).Select(static i => (double)i)]);
        Assert.That((samples.Low, samples.High), Is.EqualTo((low, high)));
    }

    [Test]
    public void Noise_IsHalfOfTheIntervalAsAShareOfTheMedian() =>
        Assert.That(Samples.Of([8, 9, 10, 11, 14]).Noise, Is.EqualTo(0.3).Within(1e-12));

    [Test]
    public void Of_Nothing_Throws() => Assert.That(static () => Samples.Of([]), Throws.ArgumentException);

    [TestCase(0.5, 50)]
    [TestCase(0.99, 99)]
    [TestCase(0.991, 100)]
    [TestCase(1.0, 100)]
    [TestCase(0.0, 1)]
    public void Percentile_IsTheNearestRank(double share, long expected)
    {
        long[] sorted = [.. Enumerable.Range(1, 100).Select(static i => (long)i)];
        Assert.That(Samples.Percentile(sorted, share), Is.EqualTo(expected));
    }
}
