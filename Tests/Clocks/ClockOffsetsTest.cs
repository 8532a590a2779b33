using CsCheck;
using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;

namespace TimeNs.Tests.Clocks;

/// <summary>The sum that is a namespace's time (INV-1), its inverse, and the range of rule N5.</summary>
[TestFixture]
public sealed class ClockOffsetsTest
{
    private const long Second = 1_000_000_000;
    private static readonly ClockBase[] Bases = [ClockBase.Realtime, ClockBase.Monotonic, ClockBase.Boottime];

    [Test]
    public void ToNamespace_EachClockHasItsOwnOffset()
    {
        var offsets = new ClockOffsets(1, -2, 3);
        var inside = offsets.ToNamespace(new ClockReadings(new(10), new(20), new(30)));
        Assert.That(inside, Is.EqualTo(new ClockReadings(new(11), new(18), new(33))));
        Assert.That(Bases.Select(c => offsets[c]), Is.EqualTo(new[] { 1L, -2L, 3L }));
        Assert.That(Bases.Select(c => offsets.ToNamespace(c, new(100)).Nanoseconds), Is.EqualTo(new[] { 101L, 98L, 103L }));
    }

    [Test]
    public void ToHost_IsTheInverseOfToNamespace()
    {
        var far = Gen.Long[-4_000_000_000 * Second, 4_000_000_000 * Second];
        Gen.Select(far, far, Gen.Int[0, 2]).Sample((offset, point, clock) =>
        {
            var offsets = ClockOffsets.None.With(Bases[clock], offset);
            return offsets.ToHost(Bases[clock], offsets.ToNamespace(Bases[clock], new(point))).Nanoseconds == point
                && offsets.ToNamespace(Bases[clock], offsets.ToHost(Bases[clock], new(point))).Nanoseconds == point;
        });
    }

    [TestCase(0L)]
    [TestCase(-100 * Second)]
    [TestCase(100 * Second)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public void ToHost_N4_NeverStaysNever(long offset) =>
        Assert.That(new ClockOffsets(0, 0, offset).ToHost(ClockBase.Boottime, ClockTime.Never), Is.EqualTo(ClockTime.Never));

    [TestCase(long.MaxValue - 1, -100 * Second)]
    [TestCase(long.MaxValue - 50 * Second, -100 * Second)]
    [TestCase(0L, long.MinValue)]
    public void ToHost_N4_WithinAnOffsetOfNever_IsLateButNotNever(long deadline, long offset)
    {
        var host = new ClockOffsets(0, 0, offset).ToHost(ClockBase.Boottime, new(deadline));
        Assert.That(host.Nanoseconds, Is.EqualTo(long.MaxValue - 1));
    }

    [Test]
    public void ToHost_BelowTheRange_SaturatesAtTheEarliestPoint() =>
        Assert.That(new ClockOffsets(0, long.MaxValue, 0).ToHost(ClockBase.Monotonic, new(-2)), Is.EqualTo(ClockTime.MinValue));

    [TestCase(0L, 0L, true)]
    [TestCase(Second, -Second, true)]
    [TestCase(Second, -Second - 1, false)]
    [TestCase(0L, 4_611_686_018 * Second, true)]
    [TestCase(0L, (4_611_686_018 * Second) + 1, false)]
    [TestCase(0L, 4_611_686_019 * Second, false)]
    [TestCase(Second, 4_611_686_018 * Second, false)]
    [TestCase(long.MaxValue, long.MaxValue, false)]
    [TestCase(long.MinValue, long.MinValue, false)]
    public void CheckRange_N5_ReadingsStayWithinZeroAndTheLimit(long host, long offset, bool allowed)
    {
        foreach (var clock in Bases)
        {
            var offsets = ClockOffsets.None.With(clock, offset);
            var readings = new ClockReadings(default, default, default).With(clock, new ClockTime(host));
            if (allowed)
            {
                Assert.That(() => offsets.CheckRange(readings), Throws.Nothing, $"{clock}");
            }
            else
            {
                var refused = Assert.Throws<OffsetRangeException>(() => offsets.CheckRange(readings));
                Assert.That(refused!.Clock, Is.EqualTo(clock));
                Assert.That(refused.ParamName, Is.EqualTo(clock.ToString().ToLowerInvariant()));
            }
        }
    }

    [Test]
    public void Of_TakesDurationsExactly()
    {
        var offsets = ClockOffsets.Of(Duration.FromHours(1), Duration.FromNanoseconds(-1), Duration.FromNanoseconds(long.MinValue));
        Assert.That(offsets, Is.EqualTo(new ClockOffsets(3600 * Second, -1, long.MinValue)));
        Assert.That(ClockOffsets.Of(), Is.EqualTo(ClockOffsets.None));
    }

    [Test]
    public void Of_BeyondSixtyFourBits_IsRefused()
    {
        var tooMuch = Duration.FromNanoseconds(long.MaxValue) + Duration.Epsilon;
        Assert.That(Assert.Throws<OffsetRangeException>(() => ClockOffsets.Of(tooMuch))!.Clock, Is.EqualTo(ClockBase.Realtime));
        Assert.That(Assert.Throws<OffsetRangeException>(() => ClockOffsets.Of(boottime: -tooMuch - tooMuch))!.Clock, Is.EqualTo(ClockBase.Boottime));
    }
}
