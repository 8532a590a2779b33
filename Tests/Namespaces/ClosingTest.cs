using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Timers;

namespace TimeNs.Tests.Namespaces;

/// <summary>What is closed is out of every list: no deadline, no wake-up and no cancel comes from it any more.</summary>
[TestFixture]
public sealed class ClosingTest
{
    [Test]
    public void Remove_AnArmedTimer_FiresNoMore()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var first = rig.Armed(ns, ClockId.Monotonic, 10, name: "t");
        rig.Armed(ns, ClockId.Monotonic, 20);
        ns.Remove(first);
        Assert.That(rig.NextIn(), Is.EqualTo(20), "the head is the next one");
        Assert.That(first.IsClosed && ns.FindTimer("t").IsNull && ns.FindTimer(1).IsNull);
        Assert.That(rig.Pass(10), Is.EqualTo("0: "));
        Assert.That(ns.CreateTimer(ClockId.Realtime, "t", rig.Host).Id, Is.EqualTo(3), "the name is free, the id is not");
        rig.Table.CheckInvariants();
    }

    [Test]
    public void Remove_AWokenTimer_IsNotDelivered()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Monotonic, 10);
        ns.Watch(timer, true);
        rig.Host = rig.Host.Plus(10);
        rig.Table.ExpireDue(rig.Host);
        ns.Remove(timer);
        Assert.That(rig.Settle(), Is.EqualTo("0: "));
        Assert.That(rig.Table.HasWakeups, Is.False);
    }

    [Test]
    public void Remove_ACancelOnSetTimer_IsOffTheList()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Realtime, 20_000, flags: 3);
        ns.Remove(timer);
        rig.Jump(5, 0);
        Assert.That(timer.IsReadable || timer.IsCancelPending, Is.False);
        rig.Table.CheckInvariants();
    }

    [Test]
    public void RemoveNamespace_ClosesItsTimersAndFreesItsName()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Monotonic, 10);
        var watched = rig.Armed(ns, ClockId.Boottime, 5);
        ns.Watch(watched, true);
        rig.Host = rig.Host.Plus(5);
        rig.Table.ExpireDue(rig.Host);
        rig.Table.Remove(ns);
        Assert.That(timer.IsClosed && watched.IsClosed && ns.IsClosed);
        Assert.That(rig.Pass(100), Is.EqualTo("0: "));
        Assert.That(rig.NextIn(), Is.EqualTo(long.MaxValue));
        Assert.That(rig.Create("a").Timers, Is.Empty);
        rig.Table.CheckInvariants();
    }

    [Test]
    public void RemoveNamespace_OfTheHost_IsEBUSY()
    {
        var rig = new Rig();
        rig.Armed(rig.Table.Host, ClockId.Monotonic, 10);
        Assert.That(Assert.Throws<TimeNamespaceException>(() => rig.Table.Remove(rig.Table.Host))!.Errno, Is.EqualTo(Errno.EBUSY));
        Assert.That(rig.Pass(10), Is.EqualTo("1: "));
    }

    [Test]
    public void RemoveNamespace_Frozen_LeavesNoWakeUpBehind()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Monotonic, 10);
        ns.Watch(timer, true);
        ns.SetTicks(timer, 3, rig.Host);
        ns.Freeze(rig.Host);
        Assert.That(rig.Settle(), Is.EqualTo("0: "), "told after the thaw");
        rig.Table.Remove(ns);
        rig.Table.CheckInvariants();
        Assert.That(rig.Settle(), Is.EqualTo("0: "));
    }

    [Test]
    public void Ephemeral_IsCountedInAnImageButNotInIt()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        ns.ArmAt(ns.CreateEphemeral(ClockId.Monotonic, rig.Host), new ClockTime(5_010), 0, rig.Host);
        var idle = ns.CreateEphemeral(ClockId.Realtime, rig.Host);
        var image = rig.Checkpoint(ns);
        Assert.That((image.EphemeralTimers, image.Timers.Length), Is.EqualTo((1, 0)));
        rig.Table.Remove(ns);
        Assert.That(idle.IsArmed, Is.False);
        Assert.That(rig.Restore(image).Timers, Is.Empty);
    }

    [Test]
    public void Epoch_CountsSettingsAndClosing()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, ClockId.Monotonic, 10);
        var epoch = timer.Epoch;
        rig.Set(ns, timer, 20);
        Assert.That(timer.Epoch, Is.Not.EqualTo(epoch), "a delivery read before is void");
        epoch = timer.Epoch;
        rig.Pass(20);
        ns.Read(timer, rig.Host, out _);
        Assert.That(timer.Epoch, Is.EqualTo(epoch), "a read is not a setting");
        ns.Remove(timer);
        Assert.That(timer.Epoch, Is.Not.EqualTo(epoch));
    }
}
