using CsCheck;
using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Properties;

/// <summary>What must hold of checkpoint and restore: INV-5, INV-8, B10.</summary>
[TestFixture]
public sealed class ImageInvariantTest
{
    private static readonly Gen<Op[]> Sequences = Op.Any.Array[1, 40];

    /// <summary>Two hosts do the same; on one of them a namespace is written down and restored in the middle.</summary>
    [Test]
    public void INV5_CheckpointAndRestoreAtOneInstant_ChangesNothingThatCanBeObserved() => Gen.Select(
        Sequences, Op.Of(Gen.Const(Verb.Restore)), Sequences).Sample(static (before, replace, after) =>
        {
            var (pair, twin) = (new Pair(), new Pair());
            foreach (var op in before)
            {
                pair.Step(op);
                twin.Step(op);
            }

            pair.Step(replace with { Verb = Verb.Settle });
            if (!twin.Replace(replace.Who % 2 == 0 ? "a" : "b", replace))
            {
                return;
            }

            foreach (var op in after.Prepend(replace with { Verb = Verb.Settle }))
            {
                DisagreementException.Check(Grouped(twin.Step(op)), Grouped(pair.Step(op)));
                DisagreementException.Check(twin.Product.Describe(), pair.Product.Describe());
            }
        }, iter: 300);

    [Test]
    public void B10_ACheckpoint_LeavesTheLiveNamespaceAsItWas() => Gen.Select(Sequences, Op.Of(Gen.Const(Verb.Checkpoint)), Sequences).Sample(
        static (before, checkpoint, after) =>
        {
            var (pair, twin) = (new Pair(), new Pair());
            foreach (var op in before)
            {
                pair.Step(op);
                twin.Step(op);
            }

            foreach (var ns in twin.Product.Table.Namespaces.Where(n => !twin.Product.Table.IsHost(n)))
            {
                Rig.Answer(() => { twin.Product.Checkpoint(ns, (AbsoluteTimers)(checkpoint.Flags % 3)); return null; });
            }

            foreach (var op in after)
            {
                DisagreementException.Check(twin.Step(op), pair.Step(op));
            }
        }, iter: 300);

    [Test]
    public void INV8_WhatACheckpointWrote_IsAccepted() => Sequences.Sample(static ops => Pair.Run(ops, static pair =>
    {
        foreach (var image in Images(pair.Product))
        {
            ImageRules.Check(image);
        }
    }), iter: 200, print: Pair.Shortest);

    /// <summary>A field is changed: the image is refused whole, with the field, or it restores to a namespace that runs.</summary>
    [Test]
    public void INV8_AChangedImage_IsRefusedWholeOrRuns() => Gen.Select(Sequences, Gen.Int[0, 20], Gen.OneOf(Gen.Long, Gen.Long[-3, 12])).Sample(
        static (ops, field, value) =>
        {
            var pair = new Pair();
            foreach (var op in ops)
            {
                pair.Step(op);
            }

            var rig = pair.Product;
            foreach (var image in Images(rig))
            {
                var changed = Changed(image, field, value);
                var state = rig.Describe();
                try
                {
                    ImageRules.Check(changed);
                }
                catch (ImageException refused)
                {
                    InvariantTest.Require(refused.Field.Length > 0 && refused.Reason.Length > 0, "field and reason");
                    InvariantTest.Require(Rig.Answer(() => rig.Restore(changed, name: "new")).StartsWith("image", StringComparison.Ordinal), "refused");
                    DisagreementException.Check(rig.Describe(), state);
                    continue;
                }

                if (Rig.Answer(() => rig.Restore(changed, RestorePolicy.Gvisor, "new")) == "")
                {
                    rig.Advance(50);
                    rig.Table.CheckInvariants();
                    rig.Table.Remove(rig.Table.Find("new")!);
                }
            }
        }, iter: 200);

    private static List<NamespaceImage> Images(Rig rig) => rig.Table.Namespaces
        .Where(n => !rig.Table.IsHost(n) && ImageRules.ReadingsFault(n.ReadAt(rig.Host)) is null)
        .Select(n => rig.Checkpoint(n)).ToList();

    private static NamespaceImage Changed(NamespaceImage image, int field, long value)
    {
        if (image.Timers.IsEmpty)
        {
            return image;
        }

        var place = (int)((ulong)value % (ulong)image.Timers.Length);
        var timer = image.Timers[place];
        return TimeNs.Tests.Namespaces.Images.With(image, image.Timers.SetItem(place, field switch
        {
            0 => timer with { Id = value },
            1 => timer with { Name = value % 2 == 0 ? "" : "a\n" },
            2 => timer with { Clock = (ClockId)value },
            3 => timer with { IsAbsolute = !timer.IsAbsolute },
            4 => timer with { Flags = (SettimeFlags)value },
            5 => timer with { IsArmed = !timer.IsArmed },
            6 => timer with { IsExpired = !timer.IsExpired },
            7 or 8 or 9 => timer with { Deadline = new(value) },
            10 or 11 => timer with { IntervalNs = value },
            12 or 13 => timer with { Ticks = (ulong)value },
            14 or 15 => timer with { FirstDue = new(value) },
            16 => timer with { FirstDue = null },
            17 => timer with { MightCancel = !timer.MightCancel },
            18 => timer with { IsCancelPending = !timer.IsCancelPending },
            19 => timer with { RememberedWallOffsetNs = value },
            _ => timer with { Ticks = 0, IsExpired = true, IsArmed = false },
        }));
    }

    /// <summary>The order of delivery is kept within each namespace; a restore arms anew, behind other namespaces' equal deadlines.</summary>
    private static string Grouped(string answer) => string.Join('\n', answer.Split('\n').Select(static line =>
        string.Join("; ", line[(line.IndexOf(": ", StringComparison.Ordinal) is var i && i >= 0 ? i + 2 : 0)..].Split("; ").OrderBy(static d => d.Split('.')[0], StringComparer.Ordinal))));
}
