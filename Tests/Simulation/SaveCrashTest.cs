using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Images;

namespace TimeNs.Tests.Simulation;

/// <summary>One save, cut at every moment, with every choice of what the disk kept. Nothing is left to chance here.</summary>
[TestFixture]
public sealed class SaveCrashTest
{
    private static readonly NamespaceImage Old = ImageSamples.Periodic(3);
    private static readonly NamespaceImage New = ImageSamples.EveryField;

    /// <summary>Create, four pieces of writing, flush, rename, flush of the directory.</summary>
    private const int Moments = 8;

    private const int RenameMoment = 6;

    [Test]
    public void Save_CutAtAnyMoment_LeavesTheOldOrTheNewImageWhole()
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (moment, found) in Every(before: Old, after: false))
        {
            Assert.That(found, Is.EqualTo("old").Or.EqualTo("new"), $"cut at moment {moment}");
            Assert.That(found == "new" && moment <= RenameMoment, Is.False, $"new before it was renamed: moment {moment}");
            outcomes.Add($"{moment} {found}");
        }

        Assert.That(outcomes, Has.Count.EqualTo(Moments + 1), "every moment was cut, and after the rename both are possible");
    }

    [Test]
    public void Save_ToANewPath_CutAtAnyMoment_LeavesNoneOrAWholeOne()
    {
        var found = Every(before: null, after: false).Select(static e => e.Found).Distinct().Order(StringComparer.Ordinal);
        Assert.That(found, Is.EqualTo(new[] { "new", "none" }));
    }

    [Test]
    public void Save_ThatReturned_IsThereAfterAnyCut()
    {
        var cuts = Every(before: Old, after: true).ToList();
        Assert.That(cuts, Is.Not.Empty);
        Assert.That(cuts.Select(static e => e.Found), Is.All.EqualTo("new"));
    }

    /// <summary>A cut that only takes the process leaves one temporary file, with a name that says whose it is.</summary>
    [Test]
    public void Save_CutBeforeTheRename_LeavesNothingButATemporary()
    {
        var disk = new SimulatedDisk();
        ImageFile.Save(Old, disk.PathOf("web.tns"), disk);
        (disk.Moments, disk.CutAt) = (0, RenameMoment);
        Assert.Throws<PowerCutException>(() => ImageFile.Save(New, disk.PathOf("web.tns"), disk));
        disk.Recover(static _ => 0);
        var others = disk.Names.Where(n => n != disk.PathOf("web.tns")).Select(Path.GetFileName).ToList();
        Assert.That(others, Has.Count.EqualTo(1));
        Assert.That(others[0], Does.Match(@"^\.timens-.*\.tmp$"));
    }

    /// <summary>Every cut and every choice after it, and what is there then.</summary>
    private static IEnumerable<(int Moment, string Found)> Every(NamespaceImage? before, bool after)
    {
        for (var moment = after ? Moments : 0; moment < Moments + (after ? 1 : 0); moment++)
        {
            foreach (var choices in new EveryChoice())
            {
                var disk = new SimulatedDisk();
                var path = disk.PathOf("web.tns");
                if (before is not null)
                {
                    ImageFile.Save(before, path, disk);
                }

                (disk.Moments, disk.CutAt) = (0, moment);
                Assert.That(() => ImageFile.Save(New, path, disk), after ? Throws.Nothing : Throws.InstanceOf<PowerCutException>());
                disk.Recover(choices);
                yield return (moment, Found(disk, path));
            }
        }
    }

    private static string Found(SimulatedDisk disk, string path)
    {
        if (!disk.Has(path))
        {
            return "none";
        }

        ImageFile.Load(path, disk);
        var bytes = disk.ReadAll(path);
        return bytes.AsSpan().SequenceEqual(ImageFormat.Encode(Old)) ? "old" : bytes.AsSpan().SequenceEqual(ImageFormat.Encode(New)) ? "new" : "a mixture";
    }

    /// <summary>All ways through a sequence of choices, as an odometer counts.</summary>
    private sealed class EveryChoice : IEnumerable<Func<int, int>>
    {
        public IEnumerator<Func<int, int>> GetEnumerator()
        {
            var path = new List<(int Chosen, int Of)>();
            do
            {
                var place = 0;
                yield return ways =>
                {
                    if (place == path.Count)
                    {
                        path.Add((0, ways));
                    }

                    return path[place++].Chosen;
                };
                while (path.Count != 0 && path[^1].Chosen + 1 == path[^1].Of)
                {
                    path.RemoveAt(path.Count - 1);
                }

                if (path.Count != 0)
                {
                    path[^1] = (path[^1].Chosen + 1, path[^1].Of);
                }
            }
            while (path.Count != 0);
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
