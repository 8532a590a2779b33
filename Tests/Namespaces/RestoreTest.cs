using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Tests.Namespaces;

/// <summary>Restores and forecasts: cases that were found by the model, told plainly.</summary>
[TestFixture]
public sealed class RestoreTest
{
    [TestCase(0L, TestName = "Restore_Relative_AnExpiredOneShot_IsAsOverdueAsItWas")]
    [TestCase(500L, TestName = "Restore_Relative_AnExpiredPeriodic_IsAsOverdueAsItWas")]
    public void Restore_Relative(long interval)
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, 10_010, interval, flags: 1);
        rig.Pass(30);
        var image = rig.Checkpoint(ns, AbsoluteTimers.Relative);
        rig.Table.Remove(ns);
        rig.Host = rig.Host.Plus(1_000);
        ns = rig.Restore(image);
        Assert.That(rig.Read(ns, ns.FindTimer(1)!), Is.EqualTo("1 due 11010 at 11030"), "20 late, then and now");
    }

    [Test]
    public void Forecast_ACancelledTimer_IsToldOnceAndThenFiresOnce()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, 10_100, flags: 3);
        var image = rig.Checkpoint(ns);
        rig.Host = rig.Host.Plus(40);
        Assert.That(rig.Forecast(image, RestorePolicy.Suspend, 60), Is.EqualTo("1 in 0 x0 due 10040 canceled; 1 in 60 x1 due 10100"));
        ns.SetTicks(ns.FindTimer(1)!, 7, rig.Host);
        Assert.That(rig.Forecast(rig.Checkpoint(ns), RestorePolicy.Suspend, 60), Is.EqualTo("1 in 0 x7 due 10040; 1 in 60 x1 due 10100"), "nothing is counted twice");
    }

    [Test]
    public void ClockSet_Host_CancelsInTheOrderOfArming_WhicheverTheNamespace()
    {
        var rig = new Rig();
        var (a, b) = (rig.Create("a"), rig.Create("b"));
        foreach (var ns in new[] { b, a, b, a })
        {
            ns.Watch(rig.Armed(ns, ClockId.Realtime, 20_000, flags: 3), true);
        }

        rig.Jump(5, 0);
        var order = rig.Settle().Split("; ").Select(static d => d[..d.LastIndexOf(':')]);
        Assert.That(string.Join(' ', order), Is.EqualTo("0: b.1 a.1 b.2 a.2"));
    }

    [Test]
    public void ClockSet_NeverArmed_CancelsInTheOrderOfCreation_AlsoAfterARestore()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var (first, second) = (ns.CreateTimer(ClockId.Realtime, null, rig.Host), ns.CreateTimer(ClockId.Realtime, null, rig.Host));
        rig.Set(ns, second, 0, flags: 3);
        rig.Set(ns, first, 0, flags: 3);
        Assert.That(Cancels(rig, ns), Is.EqualTo("0: a.1: ECANCELED at 10005; a.2: ECANCELED at 10005"));
        var image = rig.Checkpoint(ns);
        rig.Table.Remove(ns);
        Assert.That(Cancels(rig, rig.Restore(image)), Is.EqualTo("0: a.1: ECANCELED at 10010; a.2: ECANCELED at 10010"));
    }

    [Test]
    public void Thaw_ClockBehind_EqualDeadlinesKeepTheOrderOfArming()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var (first, second) = (ns.CreateTimer(ClockId.Realtime, null, rig.Host), ns.CreateTimer(ClockId.Realtime, null, rig.Host));
        rig.Set(ns, second, 10_010, 10, flags: 1);
        rig.Set(ns, first, 10_010, 10, flags: 1);
        rig.Pass(10);
        ns.Freeze(rig.Host);
        rig.Jump(-100, 0);
        ns.Thaw(RestorePolicy.Suspend, rig.Host);
        ns.GetTime(first, rig.Host);
        Assert.That((first.Ticks, second.Ticks), Is.EqualTo((1UL, 1UL)), "what was unread is kept");
        Assert.That(second.Sequence, Is.LessThan(first.Sequence));
    }

    [Test]
    public void Thaw_Skip_ATimerSetToNever_KeepsItsPlace()
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, long.MaxValue, flags: 3);
        rig.Armed(ns, ClockId.Realtime, 20_000, flags: 3);
        ns.Freeze(rig.Host);
        ns.Thaw(RestorePolicy.Suspend with { Missed = MissedTicks.Skip }, rig.Host);
        Assert.That(Cancels(rig, ns), Is.EqualTo("0: a.1: ECANCELED at 10005; a.2: ECANCELED at 10005"));
    }

    [TestCase(100L, 10_110L)]
    [TestCase(long.MaxValue, long.MaxValue)]
    public void Restore_Skip_AnExpiryThatTheClockTookBack_LeavesNothing(long interval, long next)
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        rig.Armed(ns, ClockId.Realtime, 10_010, interval, flags: 1);
        rig.Pass(10);
        rig.Jump(-5, 0);
        var image = rig.Checkpoint(ns);
        rig.Table.Remove(ns);
        rig.Host = rig.Host.Plus(10);
        ns = rig.Restore(image, RestorePolicy.Suspend with { Missed = MissedTicks.Skip });
        var timer = ns.FindTimer(1)!;
        Assert.That((timer.IsReadable, timer.IsArmed, timer.Deadline), Is.EqualTo((false, true, next)));
        ImageRules.Check(rig.Checkpoint(ns));
    }

    private static string Cancels(Rig rig, TimeNamespace ns)
    {
        foreach (var timer in ns.Timers)
        {
            ns.Watch(timer, true);
        }

        rig.Jump(5, 0);
        return rig.Settle();
    }
}
