using NodaTime;
using TimeNs.Clocks;
using TimeNs.Timers;
using TimeNs.Tool.Demo;

namespace TimeNs.Tests.Tool;

/// <summary>The demonstration's judge is worth something only if it can say LOST.</summary>
public class VerdictsTest
{
    private static readonly ClockTime s_deadline = new(5_000_000_000);
    private static readonly Duration s_second = Duration.FromSeconds(1);

    [Test]
    public void OneShot_OneTickAtItsDeadline_IsKept() => Assert.That(OneShot(Tick(1, 5.0, 5.1)).IsKept, Is.True);

    [Test]
    public void OneShot_NoTick_IsLost() => Assert.That(OneShot().IsKept, Is.False);

    [Test]
    public void OneShot_TwoTicks_IsLost() => Assert.That(OneShot(Tick(1, 5.0, 5.1), Tick(1, 5.0, 5.2)).IsKept, Is.False);

    [Test]
    public void OneShot_TwoExpirations_IsLost() => Assert.That(OneShot(Tick(2, 5.0, 5.1)).IsKept, Is.False);

    [Test]
    public void OneShot_LateByTheDowntime_IsLost() => Assert.That(OneShot(Tick(1, 8.0, 8.0)).IsKept, Is.False);

    [Test]
    public void OneShot_Early_IsLost() => Assert.That(OneShot(Tick(1, 5.0, 4.9)).IsKept, Is.False);

    [Test]
    public void OneShot_Cancelled_IsLost() => Assert.That(OneShot(Cancel()).IsKept, Is.False);

    [Test]
    public void Periodic_EveryPeriodCountedOnce_IsKept() => Assert.That(Periodic(Tick(1, 5.0, 5.1), Tick(3, 6.0, 8.9)).IsKept, Is.True);

    [Test]
    public void Periodic_OneExpirationMissing_IsLost() => Assert.That(Periodic(Tick(1, 5.0, 5.1), Tick(2, 6.0, 8.9)).IsKept, Is.False);

    [Test]
    public void Periodic_OneExpirationTooMany_IsLost() => Assert.That(Periodic(Tick(1, 5.0, 5.1), Tick(4, 6.0, 8.9)).IsKept, Is.False);

    [Test]
    public void Periodic_OutOfPhase_IsLost() => Assert.That(Periodic(Tick(1, 5.0, 5.1), Tick(3, 6.5, 8.9)).IsKept, Is.False);

    [Test]
    public void Periodic_NoTickAtAll_IsLost() => Assert.That(Periodic().IsKept, Is.False);

    [TestCase(2, ExpectedResult = true)]
    [TestCase(1, ExpectedResult = false)]
    [TestCase(3, ExpectedResult = false)]
    public bool CancelOnSet_ToldOncePerClockSet_IsKept(int told) =>
        Verdicts.CancelOnSet("t", "", 2, [.. Enumerable.Repeat(Cancel(), told)], "").IsKept;

    [Test]
    public void CancelOnSet_FiredAsWell_IsLost() =>
        Assert.That(Verdicts.CancelOnSet("t", "", 2, [Cancel(), Cancel(), Tick(1, 5.0, 5.0)], "").IsKept, Is.False);

    [TestCase(59.5, ExpectedResult = true)]
    [TestCase(61.0, ExpectedResult = false)]
    [TestCase(0.0, ExpectedResult = false)]
    public bool Untouched_RemainingAsItWas_IsKept(double seconds) =>
        Verdicts.Untouched("t", "", Duration.FromSeconds(seconds), s_second * 59, s_second * 60, []).IsKept;

    private static Row OneShot(params Tick[] ticks) => Verdicts.OneShot("t", "", s_deadline, ticks, "");

    private static Row Periodic(params Tick[] ticks) => Verdicts.Periodic("t", "", s_deadline, s_second, ticks, "");

    private static Tick Tick(ulong expirations, double due, double at) => new(expirations, Point(due), Point(at), ClockId.Monotonic);

    private static Tick Cancel() => new(0, Point(5), Point(5), ClockId.Realtime, IsCanceled: true);

    private static ClockTime Point(double seconds) => ClockTime.FromSinceZero(Duration.FromSeconds(seconds));
}
