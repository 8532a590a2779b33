using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Tests.Namespaces;

namespace TimeNs.Tests.Timers;

/// <summary>Rule F7: the kernel's counter wraps; this one is full and says so, on every way that ticks are added.</summary>
[TestFixture]
public sealed class CounterTest
{
    private const ulong Full = ulong.MaxValue;

    [TestCase(Full)]
    [TestCase(Full - 1)]
    public void Expiry_F7_Saturates(ulong ticks)
    {
        var (rig, ns, timer) = Armed(ClockId.Monotonic, 10, 0, 0, ticks);
        rig.Pass(10);
        Assert.That(rig.Read(ns, timer), Is.EqualTo($"{Full} due 5010 at 5010"));
    }

    [TestCase(Full)]
    [TestCase(Full - 1)]
    [TestCase(Full - 5)]
    public void Read_F7_TheForwardSaturates(ulong ticks)
    {
        var (rig, ns, timer) = Armed(ClockId.Monotonic, 10, 10, 0, ticks);
        rig.Pass(10);
        rig.Host = rig.Host.Plus(50);
        Assert.That(rig.Read(ns, timer), Does.StartWith($"{Full} due 5010"));
        Assert.That(timer.IsArmed, "and the timer goes on");
    }

    [Test]
    public void GetTime_F7_TheForwardSaturates()
    {
        var (rig, ns, timer) = Armed(ClockId.Monotonic, 10, 10, 0, Full - 3);
        rig.Pass(10);
        rig.Host = rig.Host.Plus(1_000_000);
        ns.GetTime(timer, rig.Host);
        ns.GetTime(timer, rig.Host);
        Assert.That(timer.Ticks, Is.EqualTo(Full));
    }

    [Test]
    public void ClockSet_F7_TheCancelsTickSaturates()
    {
        var (rig, ns, timer) = Armed(ClockId.Realtime, 20_000, 0, 3, Full);
        rig.Jump(5, 0);
        Assert.That(timer.Ticks, Is.EqualTo(Full));
        Assert.That(rig.Read(ns, timer), Does.StartWith("ECANCELED"));
        Assert.That(rig.Read(ns, timer), Is.EqualTo("EAGAIN"));
    }

    [Test]
    public void Unread_F7_WhatIsGivenBackSaturates()
    {
        var (rig, ns, timer) = Armed(ClockId.Monotonic, 10, 0, 0, Full);
        ns.Read(timer, rig.Host, out var read);
        ns.SetTicks(timer, 3, rig.Host);
        ns.Unread(timer, read);
        Assert.That(timer.Ticks, Is.EqualTo(Full));
    }

    [Test]
    public void SteppedBack_F6_TheExpiryIsTakenBackAndComesAgain()
    {
        var (rig, ns, timer) = Armed(ClockId.Realtime, 10_010, 10, 1, 0);
        rig.Pass(10);
        rig.Jump(-100, 0);
        Assert.That(timer.IsReadable, "until someone looks");
        Assert.That(rig.Read(ns, timer), Is.EqualTo("SteppedBack"));
        Assert.That(timer.IsReadable, Is.False);
        rig.Pass(100);
        Assert.That(rig.Read(ns, timer), Is.EqualTo("1 due 10010 at 10010"));
    }

    private static (Rig Rig, TimeNamespace Ns, TimeNs.Timers.TimerState Timer) Armed(ClockId clock, long value, long interval, int flags, ulong ticks)
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var timer = rig.Armed(ns, clock, value, interval, flags);
        if (ticks != 0)
        {
            ns.SetTicks(timer, ticks, rig.Host);
        }

        return (rig, ns, timer);
    }
}
