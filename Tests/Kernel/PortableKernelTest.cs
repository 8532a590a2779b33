using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Kernel;

internal sealed class PortableKernelContractTest : KernelContract
{
    protected override IKernel Create() => new PortableKernel();
}

/// <summary>How clock sets are found where no system tells of them: on clocks that the test sets.</summary>
internal sealed class PortableKernelTest
{
    private const long SecondNs = 1_000_000_000;

    private long _monotonicNs;
    private long _realtimeNs;
    private PortableKernel _kernel = null!;
    private EngineThread _engine = null!;

    [SetUp]
    public void Start()
    {
        (_monotonicNs, _realtimeNs) = (1000 * SecondNs, 1_700_000_000 * SecondNs);
        _kernel = new PortableKernel(() => Volatile.Read(ref _monotonicNs), () => Volatile.Read(ref _realtimeNs), recheckMs: 1);
        _engine = new EngineThread(_kernel);
    }

    [TearDown]
    public void Stop()
    {
        _kernel.Dispose();
        _engine.Dispose();
    }

    [Test]
    public void Wait_WallClockSetWhileItWaits_ReturnsTrue([Values(SecondNs, -SecondNs, 10 * SecondNs / 999)] long step)
    {
        var wait = _engine.StartWait();
        Interlocked.Add(ref _realtimeNs, step);
        Assert.That(EngineThread.Result(wait), Is.True);
        Assert.That(_kernel.Read().WallOffset, Is.EqualTo(1_699_999_000 * SecondNs + step));
    }

    [Test]
    public void Read_WallClockSet_NextWaitReturnsTrueOnce()
    {
        Interlocked.Add(ref _realtimeNs, -SecondNs);
        Assert.That(_kernel.Read().Realtime.Nanoseconds, Is.EqualTo(1_699_999_999 * SecondNs));
        Assert.That(_engine.Wait(), Is.True);
        _kernel.Interrupt();
        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void Read_OneRealtimeReading_FindsAClockSet()
    {
        Interlocked.Add(ref _realtimeNs, SecondNs);
        Assert.That(_kernel.Read(ClockBase.Realtime).Nanoseconds, Is.EqualTo(1_700_000_001 * SecondNs));
        Assert.That(_engine.Wait(), Is.True);
    }

    [Test]
    public void Read_WallClockSlewed_KeepsTheDifferenceUpToTheTolerance()
    {
        var first = _kernel.Read();
        for (var i = 0; i < 100; i++)
        {
            Interlocked.Add(ref _monotonicNs, SecondNs);
            Interlocked.Add(ref _realtimeNs, SecondNs + 100_000);
            Assert.That(_kernel.Read().WallOffset, Is.EqualTo(first.WallOffset));
        }

        _kernel.Interrupt();
        Assert.That(_engine.Wait(), Is.False);
        Interlocked.Add(ref _realtimeNs, 1);
        Assert.That(_kernel.Read().WallOffset, Is.EqualTo(first.WallOffset + 10_000_001));
        Assert.That(_engine.Wait(), Is.True);
    }

    [Test]
    public void Wait_WallClockSetPastAnAlarm_IsServedInTheSameReturn()
    {
        _kernel.SetAlarm(ClockBase.Realtime, new ClockTime(1_700_000_001 * SecondNs));
        var wait = _engine.StartWait();
        Interlocked.Add(ref _realtimeNs, 2 * SecondNs);
        Assert.That(EngineThread.Result(wait), Is.True);
        _kernel.Interrupt();
        Assert.That(_engine.Wait(), Is.False);
    }

    [Test]
    public void Wait_ClockStandsShortOfTheDeadline_DoesNotReturn()
    {
        var deadline = new ClockTime(_monotonicNs + 1);
        _kernel.SetAlarm(ClockBase.Monotonic, deadline);
        var wait = _engine.StartWait();
        Assert.That(wait.IsCompleted, Is.False);
        Interlocked.Increment(ref _monotonicNs);
        Interlocked.Increment(ref _realtimeNs);
        Assert.That(EngineThread.Result(wait), Is.False);
        Assert.That(_kernel.Read(ClockBase.Monotonic), Is.EqualTo(deadline));
    }

    [Test]
    public void Read_Boottime_IsMonotonic()
    {
        var now = _kernel.Read();
        Assert.That(now.Boottime, Is.EqualTo(now.Monotonic));
        Assert.That(_kernel.Read(ClockBase.Boottime), Is.EqualTo(_kernel.Read(ClockBase.Monotonic)));
    }

    [Test]
    public void Dispose_EngineWaits_Throws()
    {
        var wait = _engine.StartWait();
        _kernel.Dispose();
        Assert.That(() => EngineThread.Result(wait), Throws.InstanceOf<ObjectDisposedException>());
    }
}
