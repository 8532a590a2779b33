using NodaTime;
using TimeNs.Control.Text;

namespace TimeNs.Tests.Control;

public class DurationTextTest
{
    [TestCase("0", 0)]
    [TestCase("0s", 0)]
    [TestCase("-0ns", 0)]
    [TestCase("1s", 1_000_000_000)]
    [TestCase("1.5s", 1_500_000_000)]
    [TestCase("-100s", -100_000_000_000)]
    [TestCase("3d", 259_200_000_000_000)]
    [TestCase("1h30m", 5_400_000_000_000)]
    [TestCase("-1h30m", -5_400_000_000_000)]
    [TestCase("20ms", 20_000_000)]
    [TestCase("7us", 7_000)]
    [TestCase("5ns", 5)]
    [TestCase("1d2h3m4s5ms6us7ns", 93_784_005_006_007)]
    [TestCase("29.999999999s", 29_999_999_999)]
    [TestCase("0.000000001s", 1)]
    [TestCase("1.0000000000s", 1_000_000_000)]
    [TestCase("0.5m0.5s", 30_500_000_000)]
    [TestCase("0.001us", 1)]
    [TestCase("007s", 7_000_000_000)]
    [TestCase("864000.5s", 864_000_500_000_000)]
    [TestCase("9223372036854775807ns", long.MaxValue)]
    [TestCase("-9223372036854775808ns", long.MinValue)]
    public void TryParse_Valid_IsExact(string text, long nanoseconds)
    {
        Assert.That(DurationText.TryParse(text, out var duration), text);
        Assert.That(duration, Is.EqualTo(Duration.FromNanoseconds(nanoseconds)));
    }

    [Test]
    public void TryParse_LongerThan292Years_IsStillADuration()
    {
        Assert.That(DurationText.TryParse("10000000000s", out var duration));
        Assert.That(duration, Is.EqualTo(Duration.FromSeconds(10_000_000_000)));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("5")]
    [TestCase("00")]
    [TestCase("-0")]
    [TestCase("s")]
    [TestCase("1 s")]
    [TestCase(" 1s")]
    [TestCase("1s ")]
    [TestCase("+1s")]
    [TestCase("--1s")]
    [TestCase("1h-30m")]
    [TestCase("1.s")]
    [TestCase(".5s")]
    [TestCase("1.5.5s")]
    [TestCase("1,5s")]
    [TestCase("1e3s")]
    [TestCase("1S")]
    [TestCase("1sec")]
    [TestCase("1w")]
    [TestCase("1y")]
    [TestCase("30m1h")]
    [TestCase("1s1s")]
    [TestCase("1h30")]
    [TestCase("PT1S")]
    [TestCase("٣s", Description = "a digit, but not 0..9")]
    [TestCase("1.5ns", Description = "finer than a nanosecond")]
    [TestCase("0.0000000001s")]
    [TestCase("0.0001us")]
    [TestCase("0.0000000000000000000001d")]
    [TestCase("99999999999d", Description = "longer than any duration")]
    [TestCase("999999999999999999999999999999999999999999999s")]
    [TestCase("16777215d86400s", Description = "in sum longer than any duration")]
    public void TryParse_Malformed_IsRefused(string text) => Assert.That(DurationText.TryParse(text, out _), Is.False);

    [TestCase(0, "0")]
    [TestCase(1, "1ns")]
    [TestCase(-1, "-1ns")]
    [TestCase(1_500, "1.5us")]
    [TestCase(500_000_000, "500ms")]
    [TestCase(1_500_000_000, "1.5s")]
    [TestCase(-100_000_000_000, "-1m40s")]
    [TestCase(60_000_000_001, "1m0.000000001s")]
    [TestCase(864_000_500_000_000, "10d0.5s")]
    [TestCase(5_400_000_000_000, "1h30m")]
    public void Format_IsShort(long nanoseconds, string text) => Assert.That(DurationText.Format(nanoseconds), Is.EqualTo(text));

    [Test]
    public void Format_ReadsBackToTheSame() => CsCheck.Check.Sample(CsCheck.Gen.Long, nanoseconds =>
        DurationText.TryParse(DurationText.Format(nanoseconds), out var back) && back == Duration.FromNanoseconds(nanoseconds));
}
