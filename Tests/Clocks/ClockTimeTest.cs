using CsCheck;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;

namespace TimeNs.Tests.Clocks;

/// <summary>Points on a clock: the arithmetic that saturates at both ends (INV-9).</summary>
[TestFixture]
public sealed class ClockTimeTest
{
    [TestCase(0L, 5L, 5L)]
    [TestCase(5L, -10L, -5L)]
    [TestCase(long.MaxValue - 1, 1L, long.MaxValue)]
    [TestCase(long.MaxValue - 1, long.MaxValue, long.MaxValue)]
    [TestCase(long.MinValue + 1, -2L, long.MinValue)]
    [TestCase(long.MinValue, long.MinValue, long.MinValue)]
    [TestCase(long.MinValue, long.MaxValue, -1L)]
    public void Plus_AtBothEnds_Saturates(long point, long by, long expected) =>
        Assert.That(new ClockTime(point).Plus(by).Nanoseconds, Is.EqualTo(expected));

    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase(1L)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public void Plus_OfNever_StaysNever(long by) => Assert.That(ClockTime.Never.Plus(by).IsNever);

    [TestCase(7L, 4L, 3L)]
    [TestCase(4L, 7L, -3L)]
    [TestCase(long.MaxValue, -1L, long.MaxValue)]
    [TestCase(long.MinValue, 1L, long.MinValue)]
    [TestCase(0L, long.MinValue, long.MaxValue)]
    [TestCase(-1L, long.MinValue, long.MaxValue)]
    public void Since_AtBothEnds_Saturates(long point, long earlier, long expected) =>
        Assert.That(new ClockTime(point).Since(new ClockTime(earlier)), Is.EqualTo(expected));

    [Test]
    public void PlusAndSince_AgreeWithWideArithmetic() => Gen.Select(Gen.Long, Gen.Long).Sample((a, b) =>
    {
        var sum = a == long.MaxValue ? a : (long)Int128.Clamp((Int128)a + b, long.MinValue, long.MaxValue);
        var difference = (long)Int128.Clamp((Int128)a - b, long.MinValue, long.MaxValue);
        return new ClockTime(a).Plus(b).Nanoseconds == sum && new ClockTime(a).Since(new ClockTime(b)) == difference;
    });

    [Test]
    public void FromSinceZero_BeyondTheRange_Saturates()
    {
        Assert.That(ClockTime.FromSinceZero(Duration.MaxValue), Is.EqualTo(ClockTime.Never));
        Assert.That(ClockTime.FromSinceZero(Duration.MinValue), Is.EqualTo(ClockTime.MinValue));
        Assert.That(ClockTime.FromSinceZero(Duration.FromNanoseconds(long.MaxValue)), Is.EqualTo(ClockTime.Never));
        Assert.That(ClockTime.FromSinceZero(Duration.Zero), Is.EqualTo(ClockTime.Zero));
    }

    [Test]
    public void FromInstant_ZeroIsTheUnixEpoch()
    {
        Assert.That(ClockTime.FromInstant(Instant.FromUnixTimeSeconds(0)), Is.EqualTo(ClockTime.Zero));
        Assert.That(ClockTime.FromInstant(Instant.FromUtc(2026, 1, 1, 0, 0)).ToTimespec(), Is.EqualTo(new Timespec(1_767_225_600, 0)));
        Assert.That(ClockTime.FromInstant(Instant.MaxValue).IsNever);
        Assert.That(ClockTime.FromInstant(Instant.MinValue), Is.EqualTo(ClockTime.MinValue));
    }

    [Test]
    public void ToInstantAndToDuration_RoundTrip() => Gen.Long.Sample(ns =>
        ClockTime.FromInstant(new ClockTime(ns).ToInstant()).Nanoseconds == ns
        && ClockTime.FromSinceZero(new ClockTime(ns).ToDuration()).Nanoseconds == ns);

    [Test]
    public void Comparison_OrdersByNanoseconds()
    {
        var (early, late) = (new ClockTime(-1), new ClockTime(1));
        Assert.That(early < late && late > early && early <= late && late >= early);
        var same = new ClockTime(-1);
        Assert.That(early < same || early > same, Is.False);
        Assert.That(early.CompareTo(late), Is.Negative);
        Assert.That(late, Is.LessThan(ClockTime.Never));
        Assert.That(early, Is.GreaterThan(ClockTime.MinValue));
    }

    [TestCase(0L, "0.000000000s")]
    [TestCase(1_500_000_000L, "1.500000000s")]
    [TestCase(-1L, "-0.000000001s")]
    [TestCase(long.MinValue, "-9223372036.854775808s")]
    [TestCase(long.MaxValue, "never")]
    public void ToString_IsSecondsWithNineDecimals(long ns, string expected) =>
        Assert.That(new ClockTime(ns).ToString(), Is.EqualTo(expected));
}
