using NUnit.Framework;
using TimeNs.Clocks;

namespace TimeNs.Tests.Clocks;

/// <summary>Three clocks read at one moment, and which of them each clock number means (rule C1).</summary>
[TestFixture]
public sealed class ClockReadingsTest
{
    private static readonly ClockReadings Readings = new(new(100), new(40), new(55));

    [TestCase(ClockId.Realtime, 100L)]
    [TestCase(ClockId.RealtimeAlarm, 100L)]
    [TestCase(ClockId.Monotonic, 40L)]
    [TestCase(ClockId.Boottime, 55L)]
    [TestCase(ClockId.BoottimeAlarm, 55L)]
    public void Indexer_ReadsTheBaseOfEachClock(ClockId clock, long expected)
    {
        Assert.That(Readings[clock].Nanoseconds, Is.EqualTo(expected));
        Assert.That(Readings[clock.Base()].Nanoseconds, Is.EqualTo(expected));
    }

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(10)]
    [TestCase(11)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    public void TimerClocks_C1_EveryOtherNumberIsRefused(int number)
    {
        Assert.That(ClockIds.IsTimerClock((ClockId)number), Is.False);
        Assert.That(() => Readings[(ClockId)number], Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(((ClockId)number).LinuxName(), Is.EqualTo($"{number}"));
    }

    [Test]
    public void TimerClocks_C1_AreFive()
    {
        Assert.That(ClockIds.All.Select(static c => (int)c), Is.EqualTo(new[] { 0, 1, 7, 8, 9 }));
        Assert.That(ClockIds.All.All(ClockIds.IsTimerClock));
        Assert.That(ClockIds.All.Where(static c => c.IsAlarm()), Is.EqualTo(new[] { ClockId.RealtimeAlarm, ClockId.BoottimeAlarm }));
        Assert.That(ClockIds.All.Select(static c => c.LinuxName()), Is.EqualTo(new[]
        {
            "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_BOOTTIME", "CLOCK_REALTIME_ALARM", "CLOCK_BOOTTIME_ALARM",
        }));
    }

    [Test]
    public void QueueBase_OnlyARelativeRealtimeTimerLeavesItsClock()
    {
        foreach (var clock in ClockIds.All)
        {
            Assert.That(clock.QueueBase(absolute: true), Is.EqualTo(clock.Base()), $"{clock}");
            Assert.That(clock.QueueBase(absolute: false), Is.EqualTo(clock == ClockId.Realtime ? ClockBase.Monotonic : clock.Base()), $"{clock}");
        }
    }

    [Test]
    public void WallOffset_X1_IsRealtimeLessMonotonic()
    {
        Assert.That(Readings.WallOffset, Is.EqualTo(60));
        Assert.That(Readings.SuspendedTime, Is.EqualTo(15));
        Assert.That(Readings.Plus(1000).WallOffset, Is.EqualTo(60), "the passage of time does not change it");
    }

    [Test]
    public void Plus_MovesAllThree_Saturating()
    {
        Assert.That(Readings.Plus(5), Is.EqualTo(new ClockReadings(new(105), new(45), new(60))));
        Assert.That(Readings.Plus(long.MaxValue), Is.EqualTo(new ClockReadings(ClockTime.Never, ClockTime.Never, ClockTime.Never)));
    }

    [Test]
    public void With_ReplacesOneClock()
    {
        Assert.That(Readings.With(ClockBase.Realtime, new(1)), Is.EqualTo(Readings with { Realtime = new(1) }));
        Assert.That(Readings.With(ClockBase.Monotonic, new(1)), Is.EqualTo(Readings with { Monotonic = new(1) }));
        Assert.That(Readings.With(ClockBase.Boottime, new(1)), Is.EqualTo(Readings with { Boottime = new(1) }));
    }
}
