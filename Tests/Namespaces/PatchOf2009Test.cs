using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Namespaces;

/// <summary>The faults of the 2009 checkpoint patch that a scenario cannot show; the others are among the scenarios.</summary>
[TestFixture]
public sealed class PatchOf2009Test
{
    [TestCase(0L, "1 due 1 at 1")]
    [TestCase(10L, "2 due 1 at 11")]
    [TestCase(95L, "10 due 1 at 96")]
    public void Restore_B5_OneNanosecondRemaining_TheTickIsThereAndItGoesOn(long late, string read)
    {
        var rig = new Rig(default);
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Monotonic, 1, 10);
        var image = rig.Checkpoint(ns);
        rig.Table.Remove(ns);
        ns = rig.Restore(image, RestorePolicy.Criu);
        rig.Pass(1);
        rig.Host = rig.Host.Plus(late);
        var timer = ns.FindTimer(1)!;
        Assert.That(rig.Read(ns, timer), Is.EqualTo(read));
        Assert.That(timer.IsArmed);
        rig.Pass(10);
        Assert.That(rig.Read(ns, timer), Does.StartWith("1 due"));
    }

    [Test]
    public void Restore_B6_DueBeforeItsCallbackRan_FiresAtOnceAndKeepsItsPhase()
    {
        var rig = new Rig(default);
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Monotonic, 50, 10);
        rig.Host = rig.Host.Plus(50);
        var image = rig.Checkpoint(ns);
        Assert.That(image.Timers[0].IsArmed, "nothing had expired it");
        rig.Table.Remove(ns);
        rig.Host = rig.Host.Plus(1000);
        ns = rig.Restore(image, RestorePolicy.Criu with { Missed = MissedTicks.Skip });
        rig.Settle();
        Assert.That(rig.Read(ns, ns.FindTimer(1)!), Is.EqualTo("1 due 50 at 50"), "due at the checkpoint is not missed");
        Assert.That(rig.NextIn(), Is.EqualTo(10));
    }

    /// <summary>One field at fault in each; counted, since a name made of the record would ask it for the base of clock 2.</summary>
    private static readonly (string Field, TimerImage Timer)[] Impossible =
    [
        ("ticks", Expired() with { Ticks = 0, FirstDue = null }),
        ("state", Expired() with { IsArmed = true }),
        ("interval", Expired() with { IntervalNs = -1 }),
        ("clock", Expired() with { Clock = (ClockId)2 }),
        ("id", Expired() with { Id = 0 }),
        ("id", Expired() with { Id = 2 }),
        ("name", Expired() with { Name = "" }),
        ("flags", Expired() with { Flags = (SettimeFlags)4 }),
        ("deadline", Expired() with { Deadline = new(-1) }),
        ("deadline", Expired() with { Deadline = new(5_001) }),
        ("first_due", Expired() with { FirstDue = new(4_991) }),
        ("first_due", Expired() with { IsExpired = false, Deadline = default, Ticks = 0 }),
        ("cancel", Expired() with { IsCancelPending = true }),
        ("cancel", Expired() with { Clock = ClockId.Realtime, MightCancel = true }),
        ("absolute", Expired() with { IsAbsolute = true }),
    ];

    [Test]
    public void Restore_B9_INV8_AnImpossibleTimer_IsRefusedWithItsField([Range(0, 14)] int number)
    {
        var (field, timer) = Impossible[number];
        var rig = new Rig();
        var image = Images.With(Sample(rig), timer);
        var refused = Assert.Throws<ImageException>(() => rig.Restore(image));
        Assert.That(refused!.Field, Is.EqualTo($"timers[0].{field}"));
        Assert.That(refused.Reason, Is.Not.Empty);
        Assert.That(rig.Table.Namespaces, Has.Count.EqualTo(1));
    }

    [Test]
    public void Restore_B9_AFullCounter_Saturates()
    {
        var rig = new Rig();
        var image = Images.With(Sample(rig), Expired() with { Ticks = ulong.MaxValue });
        rig.Host = rig.Host.Plus(100);
        var ns = rig.Restore(image, RestorePolicy.Gvisor);
        Assert.That(rig.Read(ns, ns.FindTimer(1)!), Does.StartWith($"{ulong.MaxValue} due 4990"));
    }

    [Test]
    public void Restore_AnImageWithoutTimersAtAll_IsAnEmptyNamespace()
    {
        var rig = new Rig();
        Assert.That(rig.Restore(Images.With(Sample(rig), default(System.Collections.Immutable.ImmutableArray<TimerImage>))).Timers, Is.Empty);
    }

    private static NamespaceImage Sample(Rig rig)
    {
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Monotonic, 10, 10);
        var image = rig.Checkpoint(ns);
        rig.Table.Remove(ns);
        return image;
    }

    /// <summary>Relative 10/10, expired at 4990 on a clock that reads 5000.</summary>
    private static TimerImage Expired() => new()
    {
        Id = 1,
        Clock = ClockId.Monotonic,
        IsExpired = true,
        Deadline = new(4_990),
        IntervalNs = 10,
        Ticks = 1,
        FirstDue = new(4_990),
    };
}
