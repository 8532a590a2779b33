using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Tests.Namespaces;
using TimeNs.Timers;

namespace TimeNs.Tests.Images;

/// <summary>What an image takes in memory while it is made, written, read and restored: bytes a timer, and never an object.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ImageAllocationTest
{
    private const int Many = 20_000;

    /// <summary>An object takes at least so much, and the reference to it.</summary>
    private const int AnObject = 24 + 8;

    /// <summary>Header, its JSON, exceptions to none: whatever does not grow with the timers.</summary>
    private const int Constant = 100_000;

    private readonly Rig _rig = new(ImageSamples.Host);
    private readonly TimeNamespace _ns;

    public ImageAllocationTest()
    {
        _ns = _rig.Create("many");
        var random = new Random(1);
        for (var i = 0; i < Many; i++)
        {
            _rig.Armed(_ns, ClockId.Monotonic, random.NextInt64(1, 1_000_000_000), random.NextInt64(1, 1_000_000_000));
        }
    }

    [Test]
    public void Checkpoint_InOrderOfArming_TakesItsRecordsAndLittleMore()
    {
        var image = _rig.Checkpoint(_ns);
        Assert.That(Allocated(() => image = _rig.Checkpoint(_ns)), Is.LessThan(image.Records.Length * 5L / 4 + Constant));
    }

    /// <summary>Records twice; of each timer when it was armed, its id and where its record is; two words to sort by, and its place.</summary>
    [Test]
    public void Checkpoint_InAnotherOrder_TakesAFewWordsATimerBeside()
    {
        _rig.Set(_ns, _rig.Timer("many", 1), 1_000_000_000, 5);
        var image = _rig.Checkpoint(_ns);
        image.Arrange();
        var words = (3 + 2) * sizeof(long) + sizeof(int);
        Assert.That(Allocated(() => _rig.Checkpoint(_ns).Arrange()), Is.LessThan(image.Records.Length * 5L / 2 + words * (long)Many + Constant));
    }

    [Test]
    public void Encode_TakesTheFileAlone()
    {
        var image = _rig.Checkpoint(_ns);
        image.Arrange();
        var file = ImageFormat.Encode(image);
        Assert.That(Allocated(() => ImageFormat.Encode(image)), Is.LessThan(file.Length + Constant));
    }

    [Test]
    public void Decode_TakesTheRecordsAndABitATimer()
    {
        var file = ImageFormat.Encode(_rig.Checkpoint(_ns));
        _ = ImageFormat.Decode(file);
        Assert.That(Allocated(() => ImageFormat.Decode(file)), Is.LessThan(file.Length + Many / 8 + Constant));
        Assert.That(Allocated(() => ImageFormat.DecodeOwned(file)), Is.LessThan(Many / 8 + Constant), "of a file that is its own already");
    }

    [Test]
    public void EnumerateTimers_UnpacksAFewAtATime()
    {
        var image = ImageFormat.Decode(ImageFormat.Encode(_rig.Checkpoint(_ns)));
        Assert.That(Allocated(() => Assert.That(image.EnumerateTimers().Count(static t => t.IsArmed), Is.EqualTo(Many))), Is.LessThan(Constant));
    }

    /// <summary>Where there is room for the nodes, a restored timer takes its place among the ids and nothing else.</summary>
    [Test]
    public void Restore_WhereThereIsRoom_LeavesNoObjectATimer()
    {
        var image = ImageFormat.Decode(ImageFormat.Encode(_rig.Checkpoint(_ns)));
        _rig.Table.Remove(_rig.Restore(image, name: "first"));
        Assert.That(Allocated(() => _rig.Restore(image, name: "second")), Is.LessThan(sizeof(int) * (long)Many * 3 / 2 + Constant).And.LessThan(AnObject * (long)Many));
    }

    private static long Allocated(Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
