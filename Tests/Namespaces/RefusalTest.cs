using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Tests.Namespaces;

/// <summary>What is refused leaves everything as it was: no half-made namespace, no queue, no wake-up (B3, B11).</summary>
[TestFixture]
public sealed class RefusalTest
{
    private static readonly RestorePolicy Gvisor = RestorePolicy.Gvisor;

    [Test]
    public void Restore_B11_TheNameIsTaken_LeavesNothing()
    {
        var (rig, ns, image) = Stopped();
        AssertRefused(rig, () => rig.Restore(image), Errno.EEXIST);
        AssertRefused(rig, () => rig.Restore(image, name: "host"), Errno.EEXIST);
        rig.Table.Remove(ns);
        Assert.That(() => rig.Restore(image, name: " "), Throws.ArgumentException);
        Assert.That(rig.Restore(image).Timers, Has.Count.EqualTo(3), "the image is good for a second try");
    }

    [Test]
    public void Restore_B3_AClockOutOfRange_LeavesNothing()
    {
        var (rig, ns, image) = Stopped();
        rig.Table.Remove(ns);
        rig.Host = rig.Host with { Realtime = new(4_611_686_018_999_999_999) };
        var before = rig.Describe();
        Assert.That(() => rig.Restore(image, Gvisor), Throws.InstanceOf<OffsetRangeException>());
        AssertUnchanged(rig, before);
        Assert.That(rig.Table.Find("a"), Is.Null);
        Assert.That(rig.NextIn(), Is.EqualTo(long.MaxValue), "no deadline of it is filed");
    }

    [Test]
    public void Restore_B11_AnImpossibleImage_LeavesNothing()
    {
        var (rig, ns, image) = Stopped();
        rig.Table.Remove(ns);
        var before = rig.Describe();
        Assert.That(() => rig.Restore(Images.With(image, image.Timers.Add(image.Timers[0]))), Throws.InstanceOf<ImageException>());
        AssertUnchanged(rig, before);
        Assert.That(rig.NextIn(), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Freeze_OfAFrozenNamespaceOrTheHost_ChangesNothing()
    {
        var (rig, ns, _) = Stopped();
        AssertRefused(rig, () => rig.Table.Host.Freeze(rig.Host), Errno.EINVAL);
        ns.Freeze(rig.Host);
        rig.Host = rig.Host.Plus(500);
        AssertRefused(rig, () => ns.Freeze(rig.Host), Errno.EINVAL);
        Assert.That(ns.ReadAt(rig.Host).Monotonic.Nanoseconds, Is.EqualTo(5_000), "where the first freeze left it");
    }

    [Test]
    public void Thaw_OfARunningNamespaceOrTheHost_ChangesNothing()
    {
        var (rig, ns, _) = Stopped();
        AssertRefused(rig, () => ns.Thaw(Gvisor, rig.Host), Errno.EINVAL);
        AssertRefused(rig, () => rig.Table.Host.Thaw(Gvisor, rig.Host), Errno.EINVAL);
    }

    [Test]
    public void Thaw_AClockOutOfRange_StaysFrozen()
    {
        var (rig, ns, _) = Stopped();
        ns.Freeze(rig.Host);
        rig.Host = rig.Host with { Realtime = new(4_611_686_018_999_999_999) };
        var before = rig.Describe();
        Assert.That(() => ns.Thaw(Gvisor with { Missed = MissedTicks.Skip }, rig.Host), Throws.InstanceOf<OffsetRangeException>());
        AssertUnchanged(rig, before);
        Assert.That(ns.IsFrozen);
        ns.Thaw(RestorePolicy.Criu with { Realtime = ClockPolicy.Frozen }, rig.Host);
        Assert.That(ns.ReadAt(rig.Host).Monotonic.Nanoseconds, Is.EqualTo(5_000));
    }

    [Test]
    public void Checkpoint_Refuse_NamesTheTimerAndChangesNothing()
    {
        var (rig, ns, _) = Stopped();
        AssertRefused(rig, () => rig.Checkpoint(ns, AbsoluteTimers.Refuse), Errno.EOPNOTSUPP);
        Assert.That(() => rig.Checkpoint(ns, AbsoluteTimers.Refuse), Throws.Exception.With.Message.Contains("'alarm'"));
        ns.Disarm(ns.FindTimer("alarm")!, rig.Host);
        Assert.That(rig.Checkpoint(ns, AbsoluteTimers.Refuse).Timers, Has.Length.EqualTo(3), "a disarmed one does not matter");
    }

    [Test]
    public void Checkpoint_OfTheHost_IsEINVAL()
    {
        var (rig, _, _) = Stopped();
        AssertRefused(rig, () => rig.Checkpoint(rig.Table.Host), Errno.EINVAL);
    }

    [Test]
    public void Create_TheNameIsTakenOrAClockIsOutOfRange_LeavesNothing()
    {
        var (rig, ns, _) = Stopped();
        AssertRefused(rig, () => rig.Create("a"), Errno.EEXIST);
        AssertRefused(rig, () => rig.Create("host"), Errno.EEXIST);
        AssertRefused(rig, () => ns.CreateTimer(ClockId.Monotonic, "alarm", rig.Host), Errno.EEXIST);
        var before = rig.Describe();
        Assert.That(() => rig.Create("b", -10_001), Throws.InstanceOf<OffsetRangeException>());
        Assert.That(() => ns.CreateTimer((ClockId)2, null, rig.Host), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ns.CreateTimer(ClockId.Monotonic, "", rig.Host), Throws.ArgumentException);
        AssertUnchanged(rig, before);
    }

    [Test]
    public void Create_ARefusedFirstTimer_DoesNotLockTheOffsets()
    {
        var rig = new Rig();
        var ns = rig.Create("a", 0, 100, 0);
        Assert.That(() => ns.CreateTimer((ClockId)3, null, rig.Host), Throws.InstanceOf<ArgumentException>());
        ns.SetOffsets(ClockOffsets.None, rig.Host);
        Assert.That(ns.HasHadTimers, Is.False);
    }

    [Test]
    public void SetTicks_I1_ZeroIsEINVAL_BeforeACancelIsReported()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Realtime, 20_000, flags: 3);
        rig.Jump(5, 0);
        var before = rig.Describe();
        Assert.That(() => ns.SetTicks(timer, 0, rig.Host), Throws.InstanceOf<ArgumentOutOfRangeException>());
        AssertUnchanged(rig, before);
        Assert.That(ns.SetTicks(timer, 9, rig.Host), Is.False, "ECANCELED is still there to report");
    }

    private static (Rig Rig, TimeNamespace Ns, NamespaceImage Image) Stopped()
    {
        var rig = new Rig();
        var ns = rig.Create("a", 100, 0, 0);
        rig.Armed(ns, ClockId.Monotonic, 10, 10);
        rig.Armed(ns, ClockId.Boottime, 25);
        rig.Armed(ns, ClockId.Realtime, 10_150, 7, flags: 3, name: "alarm");
        return (rig, ns, rig.Checkpoint(ns));
    }

    private static void AssertRefused(Rig rig, Action call, Errno errno)
    {
        var before = rig.Describe();
        Assert.That(Assert.Throws<TimeNamespaceException>(() => call())!.Errno, Is.EqualTo(errno));
        AssertUnchanged(rig, before);
    }

    private static void AssertUnchanged(Rig rig, string before)
    {
        Assert.That(rig.Describe(), Is.EqualTo(before));
        rig.Table.CheckInvariants();
    }
}
