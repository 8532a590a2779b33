using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

/// <summary>How a clock set is told from the noise of reading one clock after the other, on clocks that the test moves.</summary>
internal sealed class ClockReaderTest
{
    private const long CallNs = 20;
    private const long WallNs = 1_700_000_000_000_000_007;
    private const long SecondNs = 1_000_000_000;

    /// <summary>A machine whose clocks move on by what each reading costs.</summary>
    private sealed class Machine
    {
        public long Monotonic = 5_000_000_000_003;
        public long Wall = WallNs;
        public long Suspended;
        public bool Exact = true;
        public Action? BeforeWall;
        public Func<long> Cost = () => CallNs;
    }

    private readonly struct Source(Machine machine) : IClockSource
    {
        public long MonotonicNs() => machine.Monotonic += machine.Cost();

        public long RealtimeNs()
        {
            machine.BeforeWall?.Invoke();
            return MonotonicNs() + machine.Wall;
        }

        public long BoottimeNs() => MonotonicNs() + machine.Suspended;

        public bool TryWallOffset(out long wallOffsetNs)
        {
            wallOffsetNs = machine.Wall;
            return machine.Exact;
        }
    }

    private Machine _machine = null!;

    [SetUp]
    public void Start() => _machine = new Machine();

    [Test]
    public void Read_ExactOffsetKnown_IsTaken()
    {
        var reader = Reader();
        Assert.That(reader.Read(out var set).WallOffset, Is.EqualTo(WallNs));
        Assert.That(set, Is.False);
    }

    [Test]
    public void Read_OffsetOnlyBracketed_IsNeverAhead()
    {
        _machine.Exact = false;
        _machine.Suspended = SecondNs;
        var now = Reader().Read(out _);
        Assert.That(now.WallOffset, Is.InRange(WallNs - (2 * CallNs), WallNs));
        Assert.That(now.SuspendedTime, Is.InRange(SecondNs - (2 * CallNs), SecondNs));
    }

    [Test]
    public void Read_NoSuspendYet_BoottimeIsMonotonic()
    {
        var now = Reader().Read(out _);
        Assert.That(now.SuspendedTime, Is.Zero);
    }

    [Test]
    public void Read_NoiseOfReading_IsNoClockSet([Values] bool exact)
    {
        var random = new Random(1);
        _machine.Exact = exact;
        _machine.Cost = () => random.Next(100) == 0 ? random.Next(1_000_000) : random.Next(1, 60);
        var reader = Reader();
        var first = reader.Read(out _);
        for (var i = 0; i < 100_000; i++)
        {
            var now = reader.Read(out var set);
            Assert.That((set, now.WallOffset, now.SuspendedTime), Is.EqualTo((false, first.WallOffset, first.SuspendedTime)));
        }
    }

    [TestCase(SecondNs)]
    [TestCase(-SecondNs)]
    [TestCase(5_000L)]
    [TestCase(-5_000L)]
    public void Read_ClockSet_IsToldOnceWithTheNewOffset(long step)
    {
        var reader = Reader();
        _machine.Wall += step;
        Assert.That(reader.Read(out var set).WallOffset, Is.EqualTo(WallNs + step));
        Assert.That(set, Is.True);
        reader.Read(out set);
        Assert.That(set, Is.False);
    }

    [Test]
    public void Read_ClockSetAndOffsetOnlyBracketed_IsToldOnce([Values(SecondNs, -SecondNs)] long step)
    {
        _machine.Exact = false;
        var reader = Reader();
        _machine.Wall += step;
        Assert.That(reader.Read(out var set).WallOffset, Is.InRange(WallNs + step - (2 * CallNs), WallNs + step));
        Assert.That(set, Is.True);
        reader.Read(out set);
        Assert.That(set, Is.False);
    }

    [Test]
    public void Read_Suspended_BothDifferencesGrow()
    {
        var reader = Reader();
        _machine.Wall += SecondNs;
        _machine.Suspended += SecondNs;
        var now = reader.Read(out var set);
        Assert.That(set, Is.True);
        Assert.That(now.WallOffset, Is.EqualTo(WallNs + SecondNs));
        Assert.That(now.SuspendedTime, Is.InRange(SecondNs - (2 * CallNs), SecondNs));
        Assert.That(reader.ReadBoottime() >= now.Boottime, "BOOTTIME never goes back (INV-4)");
    }

    [Test]
    public void Read_WallClockSet_BoottimeStays()
    {
        _machine.Suspended = SecondNs;
        var reader = Reader();
        var before = reader.Read(out _).SuspendedTime;
        for (var i = 1; i <= 100; i++)
        {
            _machine.Wall += i % 2 == 0 ? -SecondNs : SecondNs;
            Assert.That(reader.Read(out _).SuspendedTime, Is.EqualTo(before));
        }
    }

    [Test]
    public void Read_ClockSetWhileItIsMeasured_GivesTheLastOffset()
    {
        var reader = Reader();
        _machine.Wall += SecondNs;
        var readings = 0;
        _machine.BeforeWall = () => _machine.Wall += ++readings == 5 ? SecondNs : 0;
        Assert.That(reader.Read(out var set).WallOffset, Is.EqualTo(WallNs + (2 * SecondNs)));
        Assert.That(set, Is.True);
    }

    [Test]
    public void Remeasure_MachineSaysSet_IsToldEvenWhenNothingMoved() => Assert.That(Reader().Remeasure(), Is.True);

    [Test]
    public void Remeasure_StepBelowTolerance_IsTaken()
    {
        var reader = Reader();
        _machine.Wall += 100;
        reader.Read(out var set);
        Assert.That(set, Is.False);
        Assert.That(reader.Remeasure(), Is.True);
        Assert.That(reader.Read(out _).WallOffset, Is.EqualTo(WallNs + 100));
    }

    [Test]
    public void Remeasure_SetThatAReadingFound_IsNotToldAgain()
    {
        var reader = Reader();
        _machine.Wall += SecondNs;
        reader.Read(out var set);
        Assert.That(set, Is.True);
        Assert.That(reader.Remeasure(), Is.False);
        Assert.That(reader.Remeasure(), Is.True, "the next set is another");
    }

    [Test]
    public void Remeasure_NothingMovedAndOffsetOnlyBracketed_KeepsTheDifference()
    {
        var random = new Random(2);
        _machine.Exact = false;
        _machine.Suspended = SecondNs;
        _machine.Cost = () => random.Next(1, 60);
        var reader = Reader();
        var first = reader.Read(out _);
        for (var i = 0; i < 1000; i++)
        {
            reader.Remeasure();
            var now = reader.Read(out _);
            Assert.That((now.WallOffset, now.SuspendedTime), Is.EqualTo((first.WallOffset, first.SuspendedTime)));
        }
    }

    private ClockReader<Source> Reader() => new(new Source(_machine), toleranceNs: 1_000);
}
