using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tests.Control;

public class InstantTextTest
{
    [TestCase("1970-01-01T00:00:00Z", 0)]
    [TestCase("2026-01-01T00:00:00Z", 1_767_225_600_000_000_000)]
    [TestCase("2026-01-01T00:00:00.000000001Z", 1_767_225_600_000_000_001)]
    [TestCase("2026-01-01T00:00:00.5Z", 1_767_225_600_500_000_000)]
    [TestCase("2026-01-01T00:00:00.500000000Z", 1_767_225_600_500_000_000)]
    [TestCase("1969-12-31T23:59:59.999999999Z", -1)]
    [TestCase("2028-02-29T12:34:56Z", 1_835_440_496_000_000_000)]
    public void TryParse_Valid_IsExact(string text, long nanoseconds)
    {
        Assert.That(InstantText.TryParse(text, out var instant), text);
        Assert.That(instant, Is.EqualTo(NodaConstants.UnixEpoch + Duration.FromNanoseconds(nanoseconds)));
    }

    [TestCase("")]
    [TestCase("now")]
    [TestCase("2026-01-01")]
    [TestCase("2026-01-01T00:00Z")]
    [TestCase("2026-01-01T00:00:00")]
    [TestCase("2026-01-01 00:00:00Z")]
    [TestCase("2026-01-01t00:00:00z")]
    [TestCase("2026-01-01T00:00:00+00:00")]
    [TestCase("2026-01-01T00:00:00+02:00")]
    [TestCase("2026-01-01T00:00:00.Z")]
    [TestCase("2026-01-01T00:00:00,5Z")]
    [TestCase("2026-01-01T00:00:00.0000000001Z")]
    [TestCase("2026-02-29T00:00:00Z")]
    [TestCase("2026-13-01T00:00:00Z")]
    [TestCase("2026-01-01T24:00:00Z")]
    [TestCase("2026-01-01T00:00:60Z")]
    [TestCase("26-01-01T00:00:00Z")]
    [TestCase("-2026-01-01T00:00:00Z")]
    [TestCase("+2026-01-01T00:00:00Z")]
    [TestCase("2026-1-1T0:0:0Z")]
    [TestCase(" 2026-01-01T00:00:00Z")]
    [TestCase("2026-01-01T00:00:00Z ")]
    [TestCase("1767225600")]
    public void TryParse_Malformed_IsRefused(string text) => Assert.That(InstantText.TryParse(text, out _), Is.False);

    [TestCase(0, "1970-01-01T00:00:00Z")]
    [TestCase(1_767_225_600_500_000_000, "2026-01-01T00:00:00.5Z")]
    [TestCase(long.MaxValue, "never")]
    public void Format_IsShort(long nanoseconds, string text) => Assert.That(InstantText.Format(new ClockTime(nanoseconds)), Is.EqualTo(text));

    [Test]
    public void Format_ReadsBackToTheSame() => CsCheck.Check.Sample(CsCheck.Gen.Long[long.MinValue, long.MaxValue - 1], nanoseconds =>
        InstantText.TryParse(InstantText.Format(new ClockTime(nanoseconds)), out var back) && ClockTime.FromInstant(back).Nanoseconds == nanoseconds);
}
