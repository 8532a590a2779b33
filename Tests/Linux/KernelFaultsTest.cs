using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Linux;

/// <summary>
/// Where TimeNs differs from the kernel with intent: each test shows the kernel's fault, and TimeNs doing the exact thing. On a kernel
/// that has been mended the test is ignored and says so.
/// </summary>
[TestFixture, Platform("Linux"), NonParallelizable]
internal sealed class KernelFaultsTest
{
    private const long Second = 1_000_000_000;

    /// <summary>N3: a deadline before the host's zero is clamped to it, which loses its ticks and its phase.</summary>
    [Test]
    public void FaultA_PeriodicDeadlineBelowTheOffset_TimeNsCountsExactly()
    {
        const long Offset = 864_000 * Second;
        const long Interval = 7 * Second;
        KernelNeeds.TimeNamespaces();
        var kernel = NamespaceChild.Run("--monotonic", "864000", (int)ClockId.Monotonic, 1, (10, 0), (7, 0));
        var (host, uptimes) = (kernel.AfterNs - Offset, (First: kernel.BeforeNs - Offset, Last: kernel.AfterNs - Offset));

        var rig = new Rig(new ClockReadings(new(host), new(host), new(host)));
        var ns = rig.Create("a", monotonic: Offset);
        var timer = rig.Armed(ns, ClockId.Monotonic, 10 * Second, Interval, 1);
        rig.Settle();
        Assert.That(ns.Read(timer, rig.Host, out var read), Is.EqualTo(ReadStatus.Ticks));
        var exact = (ulong)((kernel.AfterNs - (10 * Second)) / Interval) + 1;
        Assert.That(read.Tick.Expirations, Is.EqualTo(exact));
        Assert.That((kernel.AfterNs + ns.GetTime(timer, rig.Host).ValueNs - (10 * Second)) % Interval, Is.Zero, "phase");

        Assert.That(kernel.Errno, Is.Zero);
        if (kernel.Ticks + 1 >= exact)
        {
            Assert.Ignore("this kernel counts exactly: fault A has been mended");
        }

        Assert.That(kernel.Ticks, Is.InRange((ulong)(uptimes.First / Interval) + 1, (ulong)(uptimes.Last / Interval) + 1), "counted from the host's zero");
    }

    /// <summary>N4: the sum of a late deadline and a negative offset wraps, and what should never fire fires at once.</summary>
    /// <remarks>
    /// The wrapped sum is the timer's soft expiry only; the hard one, by which a CPU orders its timers, saturates in
    /// <c>hrtimer_set_expires_range_ns</c>. So the fault shows while no other BOOTTIME timer is armed on that CPU.
    /// </remarks>
    [Test]
    public void FaultB_DeadlineNearNeverBehindANegativeOffset_TimeNsSaturates()
    {
        const long Offset = -100 * Second;
        const long Deadline = long.MaxValue - (50 * Second);
        KernelNeeds.TimeNamespaces();
        if (LinuxNative.ReadClock(LinuxNative.ClockBoottime) < 110 * Second)
        {
            Assert.Ignore("the machine is not up long enough to take 100 s from its BOOTTIME");
        }

        var kernel = NamespaceChild.Run("--boottime", "-100", (int)ClockId.Boottime, 1, (Deadline / Second, Deadline % Second), (0, 0));
        var host = kernel.AfterNs - Offset;
        var rig = new Rig(new ClockReadings(new(host), new(host), new(host)));
        var ns = rig.Create("a", boottime: Offset);
        var timer = rig.Armed(ns, ClockId.Boottime, Deadline, 0, 1);
        rig.Settle();
        Assert.That(rig.Read(ns, timer), Is.EqualTo("EAGAIN"));
        Assert.That(ns.GetTime(timer, rig.Host).ValueNs, Is.EqualTo(Deadline - kernel.AfterNs));

        Assert.That(kernel.Errno, Is.Zero);
        if (kernel.Ticks is null)
        {
            Assert.Ignore("did not fire: another BOOTTIME timer of this machine is ahead of it on its CPU, or fault B has been mended");
        }

        Assert.That(kernel.Ticks, Is.EqualTo(1));
    }

    /// <summary>N4': a disarmed alarm timer goes on counting down to a deadline that never comes.</summary>
    [TestCase(ClockId.RealtimeAlarm), TestCase(ClockId.BoottimeAlarm)]
    public void FaultC_DisarmedAlarmTimer_TimeNsShowsZero(ClockId clock)
    {
        var rig = new Rig();
        var ns = rig.Create("a");
        var disarmed = rig.Armed(ns, clock, 500 * Second);
        Assert.That(rig.Set(ns, disarmed, 0).Old.ValueNs, Is.EqualTo(500 * Second));
        Assert.That((ns.GetTime(disarmed, rig.Host).ValueNs, ns.Peek(disarmed, rig.Host).ValueNs), Is.EqualTo((0, 0)));
        Assert.That(rig.Set(ns, disarmed, 0).Old.ValueNs, Is.Zero);

        KernelNeeds.WakeAlarm();
        using var timer = KernelTimer.Create((int)clock, KernelTimer.NonBlock, out _)!;
        timer.SetTime(0, new Timespec(500, 0), default, out _);
        timer.SetTime(0, default, default, out _);
        timer.GetTime(out var value);
        if (value.ValueNs == 0)
        {
            Assert.Ignore("this kernel shows zero: fault C has been mended");
        }

        Assert.That(value.ValueNs, Is.InRange(1, 500 * Second));
        Assert.That(OracleAnswer.OfFdinfo(timer.Fdinfo()).ValueNs, Is.InRange(1, value.ValueNs));
        timer.SetTime(0, default, default, out var old);
        Assert.That(old.ValueNs, Is.InRange(1, value.ValueNs));
    }

    /// <summary>What fault C counts down to does not come.</summary>
    [Test]
    public void FaultC_DisarmedAlarmTimer_NeverFires()
    {
        KernelNeeds.WakeAlarm();
        using var timer = KernelTimer.Create((int)ClockId.BoottimeAlarm, KernelTimer.NonBlock, out _)!;
        timer.SetTime(0, new Timespec(0, 200_000_000), default, out var before);
        timer.SetTime(0, default, default, out _);
        Assert.That(before.ValueNs, Is.Zero);
        Assert.That(timer.IsReadable(timeoutMs: 250), Is.False);
    }
}
