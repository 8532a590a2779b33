using System.Numerics;
using CsCheck;
using NUnit.Framework;
using TimeNs.Timers;

namespace TimeNs.Tests.Timers;

/// <summary>Rule F3: a deadline moved past now by whole intervals.</summary>
[TestFixture]
public sealed class ForwardTest
{
    [TestCase(100L, 10L, 99L, 0UL, 100L, TestName = "Forward_BeforeTheDeadline_ReturnsZero")]
    [TestCase(100L, 10L, 100L, 1UL, 110L, TestName = "Forward_AtTheDeadline_ReturnsOne")]
    [TestCase(100L, 10L, 109L, 1UL, 110L, TestName = "Forward_OneNanosecondBeforeTheNext_ReturnsOne")]
    [TestCase(100L, 10L, 110L, 2UL, 120L, TestName = "Forward_AtTheNext_ReturnsTwo")]
    [TestCase(100L, 10L, 125L, 3UL, 130L, TestName = "Forward_ThreePeriodsLate_ReturnsThree")]
    [TestCase(100L, 1L, 100L, 1UL, 101L, TestName = "Forward_OneNanosecondInterval_OnTime")]
    [TestCase(0L, 1L, long.MaxValue - 1, (ulong)long.MaxValue, long.MaxValue, TestName = "Forward_OneNanosecondInterval_TwoHundredNinetyYearsLate")]
    [TestCase(long.MinValue, 1L, long.MaxValue - 1, ulong.MaxValue, long.MaxValue, TestName = "Forward_WholeRangeLate_StillCountsExactly")]
    [TestCase(-50L, 7L, 0L, 8UL, 6L, TestName = "Forward_BelowZero_KeepsPhase")]
    [TestCase(10L, long.MaxValue, 10L, 1UL, long.MaxValue, TestName = "Forward_INV9_SumSaturatesToNever")]
    [TestCase(long.MaxValue - 5, 10L, long.MaxValue - 1, 1UL, long.MaxValue, TestName = "Forward_INV9_NearNever_BecomesNever")]
    public void Forward_F3(long deadline, long interval, long now, ulong overruns, long next)
    {
        Assert.That(Forward.Count(deadline, interval, now, out var after), Is.EqualTo(overruns));
        Assert.That(after, Is.EqualTo(next));
    }

    [Test]
    public void Forward_N3_TheCaseThatTheKernelClamps()
    {
        const long Second = 1_000_000_000;
        const long Now = 865_358_500_000_000; // the namespace's clock, 864000.5 s ahead of a host that is 1358 s up
        var overruns = Forward.Count(10 * Second, 7 * Second, Now, out var next);
        Assert.That(overruns, Is.EqualTo(123_622UL));
        Assert.That(next, Is.EqualTo(865_364 * Second));
    }

    [Test]
    public void Forward_AgreesWithArithmeticOfAnyWidth()
    {
        var point = Gen.Frequency((3, Gen.Long[-100, 100]), (1, Gen.Long), (1, Gen.Long[long.MaxValue - 100, long.MaxValue - 1]));
        var interval = Gen.Frequency((3, Gen.Long[1, 20]), (1, Gen.Long[1, long.MaxValue]));
        Gen.Select(point, interval, point).Sample((deadline, every, now) =>
        {
            var count = Forward.Count(deadline, every, now, out var next);
            var expected = now < deadline ? BigInteger.Zero : ((new BigInteger(now) - deadline) / every) + 1;
            var exact = deadline + (expected * every);
            Assert.That(new BigInteger(count), Is.EqualTo(expected));
            Assert.That(new BigInteger(next), Is.EqualTo(BigInteger.Min(exact, long.MaxValue)));
            Assert.That(next > now || next == long.MaxValue);
        }, iter: 2000);
    }

    [Test]
    public void Forward_TwoSteps_CountAsOne()
    {
        var step = Gen.Long[0, 1000];
        Gen.Select(Gen.Long[1, 50], step, step, step).Sample((every, deadline, first, second) =>
        {
            var at = deadline + first;
            var inOne = Forward.Count(deadline, every, at + second, out var next);
            var inTwo = Forward.Count(deadline, every, at, out var between) + Forward.Count(between, every, at + second, out var last);
            return inOne == inTwo && next == last;
        });
    }
}
