using CsCheck;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;

namespace TimeNs.Tests.Clocks;

/// <summary>Seconds and nanoseconds as a caller writes them: rules S2 and S8.</summary>
[TestFixture]
public sealed class TimespecTest
{
    [TestCase(0L, 0L, true)]
    [TestCase(0L, 999_999_999L, true)]
    [TestCase(long.MaxValue, 999_999_999L, true)]
    [TestCase(-1L, 0L, false)]
    [TestCase(long.MinValue, 0L, false)]
    [TestCase(0L, -1L, false)]
    [TestCase(0L, 1_000_000_000L, false)]
    [TestCase(0L, long.MaxValue, false)]
    [TestCase(0L, long.MinValue, false)]
    public void IsValid_S2_SecondsNotNegativeAndNanosecondsBelowABillion(long seconds, long nanoseconds, bool expected)
    {
        var value = new Timespec(seconds, nanoseconds);
        Assert.That(value.IsValid, Is.EqualTo(expected));
        Assert.That(() => value.ToNanoseconds(), expected ? Throws.Nothing : Throws.ArgumentException);
    }

    [TestCase(0L, 1L, 1L)]
    [TestCase(1L, 5L, 1_000_000_005L)]
    [TestCase(9_223_372_035L, 999_999_999L, 9_223_372_035_999_999_999L)]
    [TestCase(9_223_372_036L, 0L, long.MaxValue)]
    [TestCase(9_223_372_036L, 999_999_999L, long.MaxValue)]
    [TestCase(long.MaxValue, 999_999_999L, long.MaxValue)]
    public void ToNanoseconds_S8_SaturatesFromTheLastWholeSecond(long seconds, long nanoseconds, long expected) =>
        Assert.That(new Timespec(seconds, nanoseconds).ToNanoseconds(), Is.EqualTo(expected));

    [Test]
    public void SaturatingSeconds_IsKtimeSecMax() => Assert.That(Timespec.SaturatingSeconds, Is.EqualTo(9_223_372_036L));

    [TestCase(0L, 0L, 0L)]
    [TestCase(-1L, -1L, 999_999_999L)]
    [TestCase(-500_000_000L, -1L, 500_000_000L)]
    [TestCase(-1_000_000_000L, -1L, 0L)]
    [TestCase(long.MaxValue, 9_223_372_036L, 854_775_807L)]
    [TestCase(long.MinValue, -9_223_372_037L, 145_224_192L)]
    public void FromNanoseconds_NanosecondsAreNeverNegative(long ns, long seconds, long nanoseconds) =>
        Assert.That(Timespec.FromNanoseconds(ns), Is.EqualTo(new Timespec(seconds, nanoseconds)));

    [Test]
    public void FromNanoseconds_RoundTripsBelowTheSaturation() => Gen.Long[0, 9_223_372_035_999_999_999].Sample(ns =>
        Timespec.FromNanoseconds(ns) is { IsValid: true } value && value.ToNanoseconds() == ns);

    [Test]
    public void FromDuration_BeyondTheRange_Saturates()
    {
        Assert.That(Timespec.FromDuration(Duration.MaxValue), Is.EqualTo(Timespec.FromNanoseconds(long.MaxValue)));
        Assert.That(Timespec.FromDuration(Duration.FromMilliseconds(-500)), Is.EqualTo(new Timespec(-1, 500_000_000)));
    }

    [Test]
    public void ToString_IsTheListOfAScenario() => Assert.That(new Timespec(-1, 5).ToString(), Is.EqualTo("[-1, 5]"));
}
