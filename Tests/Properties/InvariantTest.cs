using CsCheck;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Properties;

/// <summary>The invariants of the design that a pure core can show, each over random sequences. INV-6 is the engine's.</summary>
[TestFixture]
public sealed class InvariantTest
{
    private static readonly Gen<Op[]> Sequences = Op.Any.Array[1, 50];

    /// <summary>No verb but those that make time pass, or change it without taking a clock back.</summary>
    private static readonly Gen<Op[]> Forwards = Op.Of(Gen.OneOf(
        Gen.Const(Verb.Advance), Gen.Const(Verb.Jump), Gen.Const(Verb.Suspend), Gen.Const(Verb.SetOffsets), Gen.Const(Verb.Read), Gen.Const(Verb.Get),
        Gen.Const(Verb.Watch), Gen.Const(Verb.Freeze), Gen.Const(Verb.Thaw), Gen.Const(Verb.Migrate), Gen.Const(Verb.Settle))).Array[1, 40];

    [Test]
    public void INV1_NamespaceTimeIsHostTimePlusOffset() => Sequences.Sample(static ops => Pair.Run(ops, static pair =>
    {
        foreach (var ns in pair.Product.Table.Namespaces.Where(static n => !n.IsFrozen))
        {
            foreach (var clock in Rig.Bases)
            {
                Require((Int128)pair.Product.Host[clock].Nanoseconds + ns.Offsets[clock] == ns.ReadAt(pair.Product.Host)[clock].Nanoseconds, ns.Name);
            }
        }
    }), iter: 200, print: Pair.Shortest);

    [Test]
    public void INV2_NeverEarly_AndNeverForgotten() => Sequences.Sample(static ops => Pair.Run(ops, static pair =>
    {
        var rig = pair.Product;
        var armed = rig.Table.Namespaces.SelectMany(static n => n.Timers).Where(static t => t.IsArmed)
            .Select(t => (Timer: t, Due: !t.Namespace.IsFrozen && t.Deadline != long.MaxValue && t.Deadline <= t.Namespace.ReadAt(rig.Host)[t.Base].Nanoseconds))
            .ToList();
        pair.Step(new Op { Verb = Verb.Settle });
        foreach (var (timer, due) in armed.Where(static e => !e.Timer.IsWatched))
        {
            Require(timer.IsExpired == due && timer.IsArmed == !due, $"{timer.Namespace.Name}.{timer.Id} due {due}");
        }
    }), iter: 200, print: Pair.Shortest);

    [Test]
    public void INV2_ADeliveryIsNeverBeforeItsDeadline() => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Long[1, 60], Gen.Long[0, 20], Forwards).Sample(
        static (clock, flags, value, interval, ops) =>
        {
            var walk = new Walk((int)ClockIds.All[clock], flags, value, interval);
            foreach (var op in ops)
            {
                walk.Step(op);
            }

            Require(walk.Earliest >= 0, $"{walk.Earliest} ns before its deadline");
        }, iter: 600);

    [Test]
    public void INV3_ExpirationsReadAndUnread_AreThoseOfOneForward() => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 1], Gen.Long[1, 60], Gen.Long[0, 20], Forwards).Sample(
        static (clock, flags, value, interval, ops) =>
        {
            var walk = new Walk((int)ClockIds.All[clock], flags, value, interval);
            foreach (var op in ops)
            {
                walk.Step(op);
                Require(walk.Read + walk.Unread == walk.Expected, $"{op}: {walk.Read} read and {walk.Unread} unread of {walk.Expected}");
            }
        }, iter: 1500);

    [Test]
    public void INV4_MonotonicAndBoottimeNeverGoBack() => Sequences.Sample(static ops =>
    {
        var last = new Dictionary<TimeNamespace, ClockReadings>();
        Pair.Run(ops, pair =>
        {
            foreach (var ns in pair.Product.Table.Namespaces)
            {
                var now = ns.ReadAt(pair.Product.Host);
                if (ns.HasHadTimers && last.TryGetValue(ns, out var before))
                {
                    Require(now.Monotonic >= before.Monotonic && now.Boottime >= before.Boottime, ns.Name);
                }

                last[ns] = now;
            }
        });
    }, iter: 200, print: Pair.Shortest);

    [Test]
    public void INV7_AfterSetOffsets_NothingUsesTheOldOffset() => Gen.Select(Sequences, Op.Of(Gen.Const(Verb.SetOffsets))).Sample(static (ops, set) =>
    {
        var pair = new Pair();
        foreach (var op in ops)
        {
            pair.Step(op);
        }

        pair.Step(set);
        var rig = pair.Product;
        foreach (var clock in Rig.Bases)
        {
            var next = rig.Table.Namespaces.Where(static n => !n.IsFrozen).SelectMany(static n => n.Timers)
                .Where(t => t.IsArmed && t.Base == clock && t.Deadline != long.MaxValue)
                .Select(t => Int128.Min((Int128)t.Deadline - t.Namespace.Offsets[clock], long.MaxValue - 1)).DefaultIfEmpty(long.MaxValue).Min();
            Require(rig.Table.NextDeadline(clock).Nanoseconds == next, $"{clock}");
        }
    }, iter: 200);

    [Test]
    public void INV9_NothingWraps_AndNeverStaysNever()
    {
        var any = Gen.Frequency((2, Gen.Long[0, long.MaxValue]), (1, Gen.Long[long.MaxValue - 2_000_000_000, long.MaxValue]), (1, Gen.Long[0, 100]));
        var offset = Gen.Frequency((1, Gen.Long[-1_000_000, 4_000_000_000_000_000_000]), (1, Gen.Long[-1_000_000, 100]));
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], any, any, offset, Gen.Long[0, 500_000_000_000_000_000]).Sample((clock, flags, value, interval, ahead, by) =>
        {
            var rig = new Rig(new ClockReadings(new(1_000_000), new(1_000_000), new(1_000_000)));
            var ns = rig.Create("a", ahead, ahead, ahead);
            var timer = rig.Armed(ns, ClockIds.All[clock], value, interval, flags);
            var start = ns.ReadAt(rig.Host)[timer.Base].Nanoseconds;
            var saturated = value / 1_000_000_000 >= 9_223_372_036 ? (Int128)long.MaxValue : value;
            var deadline = Int128.Min((flags & 1) != 0 ? saturated : start + saturated, long.MaxValue);
            rig.Pass(by);
            var now = ns.ReadAt(rig.Host)[timer.Base].Nanoseconds;
            var never = deadline == long.MaxValue || value == 0;
            Require(timer.IsExpired == (!never && deadline <= now), $"deadline {deadline}, now {now}");
            Require(ns.GetTime(timer, rig.Host).ValueNs >= 0, "G1");
            Require(!timer.IsArmed || timer.Deadline > now, "the next one is after now");
            rig.Table.CheckInvariants();
        }, iter: 3000);
    }

    internal static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new DisagreementException(what);
        }
    }
}
