using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Tests.Namespaces;

/// <summary>Which offsets a stopped namespace goes on with, clock by clock.</summary>
[TestFixture]
public sealed class RestorePolicyTest
{
    private static readonly ClockOffsets Offsets = new(1000, 200, 300);
    private static readonly ClockReadings Then = new(new(5000), new(700), new(800));
    private static readonly ClockReadings Standing = new(new(6000), new(900), new(1100));

    /// <summary>Another host, 60 later by its wall clock, just up.</summary>
    private static readonly ClockReadings Now = new(new(5060), new(7), new(9));

    [TestCase(ClockPolicy.Wall, ClockPolicy.Frozen, ClockPolicy.Frozen, 6060L, 900L, 1100L)]
    [TestCase(ClockPolicy.Wall, ClockPolicy.Frozen, ClockPolicy.Elapsed, 6060L, 900L, 1160L)]
    [TestCase(ClockPolicy.Wall, ClockPolicy.Elapsed, ClockPolicy.Frozen, 6060L, 960L, 1100L)]
    [TestCase(ClockPolicy.Frozen, ClockPolicy.Elapsed, ClockPolicy.Elapsed, 6000L, 960L, 1160L)]
    [TestCase(ClockPolicy.Frozen, ClockPolicy.Frozen, ClockPolicy.Frozen, 6000L, 900L, 1100L)]
    public void Resume_EachClockHasItsOwnPolicy(
        ClockPolicy realtime, ClockPolicy monotonic, ClockPolicy boottime, long wall, long mono, long boot)
    {
        var policy = new RestorePolicy { Realtime = realtime, Monotonic = monotonic, Boottime = boottime };
        Assert.That(ReadingsAfter(policy, Now), Is.EqualTo(new ClockReadings(new(wall), new(mono), new(boot))));
    }

    [Test]
    public void Presets_AreThoseOfTheScenarioFormat()
    {
        Assert.That(Triple(RestorePolicy.Suspend), Is.EqualTo((ClockPolicy.Wall, ClockPolicy.Frozen, ClockPolicy.Elapsed)));
        Assert.That(Triple(RestorePolicy.Criu), Is.EqualTo((ClockPolicy.Wall, ClockPolicy.Frozen, ClockPolicy.Frozen)));
        Assert.That(Triple(RestorePolicy.Gvisor), Is.EqualTo((ClockPolicy.Wall, ClockPolicy.Elapsed, ClockPolicy.Elapsed)));
        Assert.That(new RestorePolicy(), Is.EqualTo(RestorePolicy.Suspend), "suspend is the default");
        Assert.That(RestorePolicy.Gvisor.Missed, Is.EqualTo(MissedTicks.Count), "and nothing is dropped unless it is asked for");
    }

    [Test]
    public void Resume_AHostWhoseWallClockIsBehind_HasNoDowntime()
    {
        var behind = Now with { Realtime = new(10) };
        var readings = ReadingsAfter(RestorePolicy.Gvisor, behind);
        Assert.That((readings.Monotonic, readings.Boottime), Is.EqualTo((Standing.Monotonic, Standing.Boottime)), "never below zero");
        Assert.That(readings.Realtime.Nanoseconds, Is.EqualTo(1010), "wall keeps the offset all the same");
    }

    [Test]
    public void Resume_AtTheSameInstant_INV5_EveryPolicyKeepsTheOffsets()
    {
        foreach (var policy in new[] { RestorePolicy.Suspend, RestorePolicy.Criu, RestorePolicy.Gvisor, RestorePolicy.Suspend with { Realtime = ClockPolicy.Frozen } })
        {
            Assert.That(policy.Resume(Offsets, Offsets.ToNamespace(Then), Then, Then), Is.EqualTo(Offsets), $"{policy}");
        }
    }

    [Test]
    public void Policy_ValuesThatAClockCannotHave_AreRefused()
    {
        AssertRefused(() => new RestorePolicy { Realtime = ClockPolicy.Elapsed }, "Realtime");
        AssertRefused(() => new RestorePolicy { Monotonic = ClockPolicy.Wall }, "Monotonic");
        AssertRefused(() => new RestorePolicy { Boottime = ClockPolicy.Wall }, "Boottime");
        AssertRefused(() => RestorePolicy.Criu with { Boottime = (ClockPolicy)7 }, "Boottime");
        AssertRefused(() => RestorePolicy.Criu with { Realtime = (ClockPolicy)(-1) }, "Realtime");
        AssertRefused(() => RestorePolicy.Criu with { Missed = (MissedTicks)3 }, "Missed");
    }

    private static ClockReadings ReadingsAfter(RestorePolicy policy, ClockReadings now) =>
        policy.Resume(Offsets, Standing, Then, now).ToNamespace(now);

    private static (ClockPolicy, ClockPolicy, ClockPolicy) Triple(RestorePolicy p) => (p.Realtime, p.Monotonic, p.Boottime);

    private static void AssertRefused(Func<object> make, string parameter) =>
        Assert.That(() => make(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(parameter));
}
