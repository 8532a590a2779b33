using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;

namespace TimeNs.Tests.Engine;

/// <summary>The faces read clocks without a lock: what comes between their two steps must not show.</summary>
internal sealed class FreezeReadingTest
{
    [Test]
    public void INV4_FreezeBetweenTheOffsetsAndTheClock_MonotonicDoesNotGoBack()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("ns");
        kernel.OnReadOne = () =>
        {
            kernel.OnReadOne = null;
            ns.Freeze();
            kernel.Now = kernel.Now.Plus(1_000_000);
        };
        var first = ns.TimeProvider.GetTimestamp();
        Assert.That(ns.TimeProvider.GetTimestamp(), Is.GreaterThanOrEqualTo(first));
    }

    [Test]
    public void INV7_SetOffsetsBetweenTheOffsetsAndTheClock_TheNewOnesAreUsed()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("ns");
        kernel.OnReadOne = () =>
        {
            kernel.OnReadOne = null;
            ns.SetOffsets(new ClockOffsets(0, 77, 0));
        };
        Assert.That(ns.TimeProvider.GetTimestamp(), Is.EqualTo(kernel.Now.Monotonic.Nanoseconds + 77));
    }

    [Test]
    public void Close_BetweenTheOffsetsAndTheClock_Throws()
    {
        var kernel = new ScriptedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var ns = runtime.CreateNamespace("ns");
        kernel.OnReadOne = () =>
        {
            kernel.OnReadOne = null;
            ns.Dispose();
        };
        Assert.That(() => ns.TimeProvider.GetTimestamp(), Throws.InstanceOf<ObjectDisposedException>());
    }
}
