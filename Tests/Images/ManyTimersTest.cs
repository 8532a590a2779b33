using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Images;

/// <summary>
/// Images of namespaces with as many timers as a wheel is made for, in every state: the short way through plain timers gives what the
/// long one gives.
/// </summary>
[TestFixture]
public sealed class ManyTimersTest
{
    private const int Many = 3 * TimerQueue.LargeFrom;
    private const long Second = 1_000_000_000;

    /// <summary>How the timers of a namespace came to be as they are.</summary>
    public enum History
    {
        ArmedInOrder,
        ArmedAgain,
        MostlyClosed,
        Mixed,

        /// <summary>Under timers that remember the wall clock from before.</summary>
        MixedAndWallClockSet,
    }

    [Test]
    public void Checkpoint_GivesTheBytes_OfTheSameTimersByHand([Values] History history, [Values(1, 2)] int seed)
    {
        var (rig, ns) = Made(history, seed);
        var image = rig.Checkpoint(ns);
        var byHand = TimeNs.Tests.Namespaces.Images.With(image, [.. ns.Timers.OrderBy(static t => t.Sequence).Select(static t => t.Save())]);
        Assert.That(image.TimerCount, Is.EqualTo(byHand.TimerCount));
        Assert.That(ImageFormat.Encode(image).AsSpan().SequenceEqual(ImageFormat.Encode(byHand)), $"seed {seed}");
        Assert.That(image.EnumerateTimers().SequenceEqual(byHand.Timers), $"seed {seed}: one by one");
        Assert.That(image.Timers.SequenceEqual(byHand.Timers), $"seed {seed}: all at once");
    }

    [Test]
    public void Restore_OfManyTimers_TellsWhatTheNamespaceWouldHave([Values] History history, [Values(0, 1, 20)] int secondsLater)
    {
        var (rig, ns) = Made(history, seed: 3);
        var bytes = ImageFormat.Encode(rig.Checkpoint(ns));
        var policy = RestorePolicy.Gvisor;
        var elsewhere = new Rig(rig.Host.Plus(secondsLater * Second));
        var again = elsewhere.Restore(ImageFormat.Decode(bytes), policy);
        rig.Host = elsewhere.Host;
        elsewhere.Table.CheckInvariants();
        Assert.That(elsewhere.Describe(again), Is.EqualTo(rig.Describe(ns)), "before any is due");
        foreach (var timer in ns.Timers.Concat(again.Timers))
        {
            timer.Namespace.Watch(timer, watched: true);
        }

        // Readable timers are told in the order in which they were watched; from then on in that of deadlines and arming.
        Assert.That(Told(elsewhere.Settle()), Is.EquivalentTo(Told(rig.Settle())));
        for (var i = 0; i < 5; i++)
        {
            Assert.That(elsewhere.Pass(Second / 3), Is.EqualTo(rig.Pass(Second / 3)), $"step {i}");
        }

        elsewhere.Table.CheckInvariants();
    }

    [TestCase(MissedTicks.One), TestCase(MissedTicks.Skip)]
    public void Restore_OfManyTimers_AppliesThePolicyToEach(MissedTicks missed)
    {
        var (rig, ns) = Made(History.ArmedAgain, seed: 4);
        var image = rig.Checkpoint(ns);
        rig.Host = rig.Host.Plus(3 * Second);
        var policy = RestorePolicy.Gvisor with { Missed = missed };
        var whole = rig.Restore(image, policy, "whole");
        foreach (var timer in image.Timers.Where(static (_, i) => i % 97 == 0))
        {
            var named = timer with { Name = "one with a name is not plain" };
            var alone = rig.Restore(TimeNs.Tests.Namespaces.Images.With(image, named), policy, "alone");
            Assert.That(rig.Describe(whole).Contains(rig.Describe(alone).Last()), $"timer {timer.Id} as it is restored alone");
            rig.Table.Remove(alone);
        }
    }

    [Test]
    public void Checkpoint_OfATimerThatBreaksARule_IsRefusedWhenItIsWritten()
    {
        var (rig, ns) = Made(History.ArmedInOrder, seed: 5);
        ns.ArmAt(rig.Timer("many", 7), new ClockTime(rig.Host.Monotonic.Nanoseconds + 1), 0, rig.Host); // absolute, and the flags say otherwise
        var image = rig.Checkpoint(ns);
        var wrong = Assert.Throws<ImageException>(() => ImageFormat.Encode(image))!;
        Assert.That((wrong.Field, image.TimerCount), Is.EqualTo(($"timers[{Many - 1}].absolute", Many)));
    }

    /// <summary>The two ways to say where a timer's deadline belongs are one.</summary>
    [Test]
    public void BaseOf_EveryKind_IsTheBaseOfItsQueue([Values] ClockId clock, [Values] bool absolute) => Assert.That(
        TimerRecord.BaseOf(TimerRecord.IndexOf(clock) | (absolute ? TimerRecord.Absolute : 0)), Is.EqualTo(clock.QueueBase(absolute)));

    private static string[] Told(string deliveries) => deliveries.Split(": ", 2)[1].Split("; ");

    private static (Rig Rig, TimeNamespace Ns) Made(History history, int seed)
    {
        var rig = new Rig(ImageSamples.Host);
        var ns = rig.Create("many", 5 * Second, 7 * Second, 9 * Second);
        var random = new Random(seed);
        var timers = Enumerable.Range(0, Many).Select(i => Plain(rig, ns, random, i % 50 == 0 && history >= History.Mixed ? $"timer {i}" : null)).ToArray();
        switch (history)
        {
            case History.ArmedAgain:
                random.Shuffle(timers);
                Array.ForEach(timers, t => rig.Set(ns, t, random.NextInt64(1, Second), Second));
                break;
            case History.MostlyClosed:
                Array.ForEach(timers[..^(Many / 20)], ns.Remove);
                break;
            case History.Mixed or History.MixedAndWallClockSet:
                Array.ForEach(timers, t => Change(rig, ns, t, random));
                rig.Host = rig.Host.Plus(Second / 10);
                rig.Table.ExpireDue(rig.Host);
                rig.Jump(history == History.Mixed ? 0 : Second, 0);
                break;
        }

        return (rig, ns);
    }

    private static TimerState Plain(Rig rig, TimeNamespace ns, Random random, string? name)
    {
        var clock = ClockIds.All[random.Next(5)];
        var flags = random.Next(2);
        var value = random.NextInt64(Second / 5, 2 * Second) + (flags == 0 ? 0 : ns.ReadAt(rig.Host)[clock].Nanoseconds);
        return rig.Armed(ns, clock, value, random.NextInt64(Second / 2, 3 * Second), flags, name);
    }

    /// <summary>A few of each thing that can be with a timer.</summary>
    private static void Change(Rig rig, TimeNamespace ns, TimerState timer, Random random)
    {
        var now = ns.ReadAt(rig.Host)[timer.Clock].Nanoseconds;
        switch (random.Next(40))
        {
            case 0:
                rig.Set(ns, timer, 0);
                break;
            case 1:
                rig.Set(ns, timer, now + random.NextInt64(Second), 0, 3);
                break;
            case 2:
                rig.Set(ns, timer, random.NextInt64(1, Second / 20), Second);
                break;
            case 3:
                ns.SetTicks(timer, 1 + (ulong)random.Next(1000), rig.Host);
                break;
            case 4:
                rig.Set(ns, timer, long.MaxValue, 0, 1);
                break;
            case 5:
                ns.Remove(timer);
                break;
        }
    }
}
