using NUnit.Framework;
using TimeNs.Clocks;

namespace TimeNs.Tests.Namespaces;

/// <summary>Offsets change all at once or not at all, and what is refused is refused in the kernel's order (rule N5, INV-4).</summary>
[TestFixture]
public sealed class SetOffsetsTest
{
    private const long TooFar = 4_611_686_019_000_000_000;

    [TestCase(TooFar, 10L, 10L, ClockBase.Realtime)]
    [TestCase(10L, TooFar, 10L, ClockBase.Monotonic)]
    [TestCase(10L, 10L, TooFar, ClockBase.Boottime)]
    [TestCase(-10_001L, 10L, 10L, ClockBase.Realtime)]
    [TestCase(10L, 10L, -7_001L, ClockBase.Boottime)]
    public void SetOffsets_N5_OneClockOutOfRange_ChangesNone(long realtime, long monotonic, long boottime, ClockBase clock)
    {
        var rig = new Rig();
        var ns = rig.Create("a", 1, 2, 3);
        rig.Armed(ns, ClockId.Realtime, 10_005, flags: 3);
        var before = rig.Describe();
        var refused = Assert.Throws<OffsetRangeException>(() => ns.SetOffsets(new ClockOffsets(realtime, monotonic, boottime), rig.Host));
        Assert.That(refused!.Clock, Is.EqualTo(clock));
        AssertUnchanged(rig, before);
    }

    [TestCase(1, -1L, 0L)]
    [TestCase(0, 0L, -1L)]
    [TestCase(-1, 99L, -1L)]
    public void SetOffsets_INV4_BackwardsAfterATimer_ChangesNone(long realtime, long monotonic, long boottime)
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        ns.Remove(rig.Armed(ns, ClockId.Monotonic, 5));
        var before = rig.Describe();
        var refused = Assert.Throws<TimeNamespaceException>(() => ns.SetOffsets(new ClockOffsets(realtime, monotonic, boottime), rig.Host));
        Assert.That(refused!.Errno, Is.EqualTo(Errno.EACCES), "also when that timer is closed again");
        AssertUnchanged(rig, before);
    }

    [Test]
    public void SetOffsets_OutOfRangeAndBackwards_IsERANGE()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Monotonic, 5);
        Assert.That(() => ns.SetOffsets(new ClockOffsets(0, -5_001, 0), rig.Host), Throws.InstanceOf<OffsetRangeException>());
        Assert.That(() => ns.SetOffsets(new ClockOffsets(0, -5_000, 0), rig.Host), Throws.InstanceOf<TimeNamespaceException>());
    }

    [Test]
    public void SetOffsets_BeforeTheFirstTimer_MovesEitherWay()
    {
        var rig = new Rig();
        var ns = rig.Create("a", 0, 100, 100);
        ns.SetOffsets(new ClockOffsets(-10_000, -5_000, -7_000), rig.Host);
        Assert.That(ns.ReadAt(rig.Host), Is.EqualTo(default(ClockReadings)));
    }

    [Test]
    public void SetOffsets_RealtimeAlone_MovesEitherWayAtAnyTime()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, 5);
        ns.SetOffsets(new ClockOffsets(500, 0, 0), rig.Host);
        ns.SetOffsets(new ClockOffsets(-10_000, 0, 0), rig.Host);
        Assert.That(ns.ReadAt(rig.Host).Realtime, Is.EqualTo(ClockTime.Zero));
    }

    [Test]
    public void SetOffsets_OfTheHost_IsEACCES()
    {
        var rig = new Rig();
        foreach (var call in new Action[]
        {
            () => rig.Table.Host.SetOffsets(ClockOffsets.None, rig.Host),
            () => rig.Table.Host.SetOffsets(new ClockOffsets(TooFar, 0, 0), rig.Host),
            () => rig.Table.Host.SetRealtime(new(5), rig.Host),
        })
        {
            Assert.That(Assert.Throws<TimeNamespaceException>(() => call())!.Errno, Is.EqualTo(Errno.EACCES));
        }
    }

    [Test]
    public void SetOffsets_Frozen_TheStandingClocksMustStayInRangeToo()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        ns.Freeze(rig.Host);
        rig.Host = rig.Host.Plus(1_000);
        var before = rig.Describe();
        Assert.That(() => ns.SetOffsets(new ClockOffsets(-10_500, 0, 0), rig.Host), Throws.InstanceOf<OffsetRangeException>(), "it stands at 10000");
        AssertUnchanged(rig, before);
        ns.SetOffsets(new ClockOffsets(-10_000, 7, 0), rig.Host);
        Assert.That(ns.ReadAt(rig.Host), Is.EqualTo(new ClockReadings(new(0), new(5_007), new(7_000))));
    }

    [Test]
    public void SetRealtime_OutOfRange_ChangesNothing()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, 10_005, flags: 3);
        var before = rig.Describe();
        foreach (var reading in new[] { -1, TooFar, long.MaxValue, long.MinValue })
        {
            Assert.That(() => ns.SetRealtime(new(reading), rig.Host), Throws.InstanceOf<OffsetRangeException>(), $"{reading}");
        }

        AssertUnchanged(rig, before);
    }

    [Test]
    public void SetOffsets_INV7_NothingUsesTheOldOffset()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Monotonic, 5_100, flags: 1);
        Assert.That(rig.NextIn(), Is.EqualTo(100));
        ns.SetOffsets(new ClockOffsets(0, 60, 0), rig.Host);
        Assert.That(rig.NextIn(), Is.EqualTo(40));
        Assert.That(ns.GetTime(timer, rig.Host).ValueNs, Is.EqualTo(40));
        ns.SetOffsets(new ClockOffsets(0, 100, 0), rig.Host);
        Assert.That(rig.Table.ExpireDue(rig.Host), Is.EqualTo(1), "brought forward to now");
        Assert.That(rig.Read(ns, timer), Is.EqualTo("1 due 5100 at 5100"));
    }

    private static void AssertUnchanged(Rig rig, string before)
    {
        Assert.That(rig.Describe(), Is.EqualTo(before));
        rig.Table.CheckInvariants();
    }
}
