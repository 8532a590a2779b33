using NodaTime;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>What timers and namespaces say of themselves, and what they refuse.</summary>
internal sealed class TimerTest : EngineTest
{
    [Test]
    public void P1_DescribeFd_IsExactlyWhatFdinfoSays()
    {
        var timer = NewTimer(ClockId.Realtime);
        Assert.That(timer.DescribeFd(), Is.EqualTo("clockid: 0\nticks: 0\nsettime flags: 00\nit_value: (0, 0)\nit_interval: (0, 0)\n"));
        timer.Set(TimerSetting.At(Ns.Clock.GetCurrentInstant() + Ms(1500), Ms(250), cancelOnSet: true));
        Assert.That(timer.DescribeFd(), Is.EqualTo("clockid: 0\nticks: 0\nsettime flags: 03\nit_value: (1, 500000000)\nit_interval: (0, 250000000)\n"));
        Advance(Ms(2000));
        Assert.That(timer.DescribeFd(), Is.EqualTo("clockid: 0\nticks: 1\nsettime flags: 03\nit_value: (0, 0)\nit_interval: (0, 250000000)\n"), "not forwarded");
        Assert.That(timer.Read().Expirations, Is.EqualTo(3));
        Assert.That(timer.DescribeFd(), Does.Contain("it_value: (0, 250000000)"));
    }

    [TestCase(ClockId.Monotonic, 1)]
    [TestCase(ClockId.Boottime, 7)]
    [TestCase(ClockId.RealtimeAlarm, 8)]
    [TestCase(ClockId.BoottimeAlarm, 9)]
    public void P1_DescribeFd_HasTheClocksNumber(ClockId clock, int number)
    {
        var timer = NewTimer(clock);
        timer.SetTicks(ulong.MaxValue);
        timer.Set(TimerSetting.At(ClockTime.Never));
        timer.SetTicks(ulong.MaxValue);
        Assert.That(timer.DescribeFd(), Is.EqualTo(
            $"clockid: {number}\nticks: 18446744073709551615\nsettime flags: 01\nit_value: {Remaining(timer)}\nit_interval: (0, 0)\n"));

        static string Remaining(NamespaceTimer timer) => $"({timer.Get().ValueNs / 1_000_000_000}, {timer.Get().ValueNs % 1_000_000_000})";
    }

    [Test]
    public void I1_SetTicks_IsReadAndWakesAnObserver()
    {
        var timer = NewTimer();
        Assert.That(timer.SetTicks(7));
        Assert.That(timer.Read().Expirations, Is.EqualTo(7));
        var recorder = Observe(timer);
        timer.SetTicks(9);
        Settle();
        Assert.That(recorder.Values.Select(static t => (t.Expirations, t.LatenessNs)), Is.EqualTo(new[] { (9UL, 0L) }));
        Assert.That(() => timer.SetTicks(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void I1_SetTicks_PendingCancel_IsFalseOnce()
    {
        var timer = NewTimer(ClockId.Realtime);
        timer.Set(TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true));
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Assert.That((timer.SetTicks(5), timer.SetTicks(5)), Is.EqualTo((false, true)));
    }

    [Test]
    public void X3_Set_PendingCancel_IsToldAndArmed()
    {
        var timer = NewTimer(ClockId.Realtime);
        var setting = TimerSetting.At(Instant.FromUtc(2040, 1, 1, 0, 0), Duration.Zero, cancelOnSet: true);
        timer.Set(setting);
        Ns.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        Assert.That((timer.Set(setting).Canceled, timer.Set(setting).Canceled), Is.EqualTo((true, false)));
        Assert.That(timer.Get().ValueNs, Is.Positive);
    }

    [Test]
    public void Find_ByIdAndName_TheSameObject()
    {
        var timer = NewTimer(name: "t");
        Assert.That((Ns.FindTimer("t"), Ns.FindTimer(timer.Id)), Is.EqualTo((timer, timer)));
        Assert.That((Ns.FindTimer("u"), Ns.FindTimer(99)), Is.EqualTo(((NamespaceTimer?)null, (NamespaceTimer?)null)));
        Assert.That(Runtime.FindNamespace("ns"), Is.SameAs(Ns));
        Assert.That(Runtime.Namespaces, Is.EqualTo(new[] { Runtime.Host, Ns }));
        Assert.That(timer.ToString(), Is.EqualTo("ns/t (CLOCK_MONOTONIC)"));
        timer.Dispose();
        Assert.That(NewTimer(name: "t").Id, Is.EqualTo(2), "the name is free, the id is not");
    }

    [Test]
    public void Timers_HasNoneOfTheFaces()
    {
        using var callback = Ns.TimeProvider.CreateTimer(static _ => { }, null, TimeSpan.FromHours(1), TimeSpan.Zero);
        var timer = NewTimer();
        Assert.That(Ns.Timers, Is.EqualTo(new[] { timer }));
        Assert.That(Ns.Checkpoint().EphemeralTimers, Is.EqualTo(1));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("a\nb")]
    public void Name_Impossible_Throws(string name)
    {
        Assert.That(() => Runtime.CreateNamespace(name), Throws.ArgumentException);
        Assert.That(() => Ns.CreateTimer(ClockId.Monotonic, name), Throws.ArgumentException);
        Assert.That(() => Runtime.CreateNamespace("\ud800"), Throws.ArgumentException, "half a surrogate pair");
        Assert.That(() => Runtime.CreateNamespace(new string('a', 129)), Throws.ArgumentException);
        Assert.That(() => Runtime.CreateNamespace(new string('a', 128)), Throws.Nothing);
    }

    [Test]
    public void Name_Null_Throws()
    {
        Assert.That(() => Runtime.CreateNamespace(null!), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Runtime.FindNamespace(null!), Throws.ArgumentNullException);
        Assert.That(() => Ns.FindTimer(null!), Throws.ArgumentNullException);
        Assert.That(() => Runtime.Restore(null!), Throws.ArgumentNullException);
        Assert.That(() => TimeRuntime.Start((TimeRuntimeOptions)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Argument_OutOfRange_Throws()
    {
        Assert.That(() => Ns.CreateTimer((ClockId)2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Ns.Read((ClockId)5), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Ns.Checkpoint((AbsoluteTimers)9), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Runtime.Forecast(Ns.Checkpoint(), -Ms(1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Errno_IsTheKernels()
    {
        NewTimer(name: "t").Set(TimerSetting.At(ClockTime.Never));
        var image = Ns.Checkpoint();
        AssertErrno(Errno.EEXIST, () => Runtime.CreateNamespace("ns"));
        AssertErrno(Errno.EEXIST, () => Runtime.CreateNamespace("host"));
        AssertErrno(Errno.EEXIST, () => Ns.CreateTimer(ClockId.Monotonic, "t"));
        AssertErrno(Errno.EEXIST, () => Runtime.Restore(image));
        AssertErrno(Errno.EBUSY, Runtime.Host.Dispose);
        AssertErrno(Errno.EACCES, () => Runtime.Host.SetOffsets(Ahead));
        AssertErrno(Errno.EACCES, () => Runtime.Host.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0)));
        AssertErrno(Errno.EACCES, () => Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs - 1 }));
        AssertErrno(Errno.EINVAL, Runtime.Host.Freeze);
        AssertErrno(Errno.EINVAL, () => Runtime.Host.Checkpoint());
        AssertErrno(Errno.EINVAL, () => Ns.Thaw());
        AssertErrno(Errno.EOPNOTSUPP, () => Ns.Checkpoint(AbsoluteTimers.Refuse, stop: true));
        Assert.That(Ns.IsClosed, Is.False, "nothing has changed");
        Ns.Freeze();
        AssertErrno(Errno.EINVAL, Ns.Freeze);
        Assert.That(() => Runtime.CreateNamespace("x", new ClockOffsets(0, long.MinValue / 4, 0)), Throws.InstanceOf<OffsetRangeException>());
        Assert.That(() => Ns.SetRealtime(Instant.FromUnixTimeSeconds(-1)), Throws.InstanceOf<OffsetRangeException>());
    }

    [Test]
    public void RefusedChange_LeavesTheFacesReading()
    {
        var before = Ns.Clock.GetCurrentInstant();
        Assert.That(() => Ns.SetOffsets(new ClockOffsets(long.MinValue / 2, 0, 0)), Throws.InstanceOf<OffsetRangeException>());
        Assert.That(Ns.Clock.GetCurrentInstant(), Is.EqualTo(before));
    }

    [Test]
    public void SetOffsets_FrozenNamespace_MovesTheStandingClocks()
    {
        Ns.Freeze();
        var standing = Ns.ReadClocks();
        Ns.SetOffsets(Ahead with { MonotonicNs = Ahead.MonotonicNs + 5 });
        Assert.That((Ns.Read(ClockId.Monotonic), Ns.TimeProvider.GetTimestamp()),
            Is.EqualTo((standing.Monotonic.Plus(5), standing.Monotonic.Nanoseconds + 5)));
    }

    private static void AssertErrno(Errno errno, Action action) => Assert.That(
        () => action(), Throws.InstanceOf<TimeNamespaceException>().With.Property(nameof(TimeNamespaceException.Errno)).EqualTo(errno));
}
