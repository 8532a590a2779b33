using NodaTime;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Engine;

/// <summary>The timers that keep the process itself going: on the host's clocks, and in nothing that is told of the host.</summary>
public class OwnTimersTest
{
    [Test]
    public void Own_RunsOnTheHostsClocks_AndIsInNoListOrCount()
    {
        var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var beats = 0;
        using var timer = runtime.Own.TimeProvider.CreateTimer(_ => Interlocked.Increment(ref beats), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        kernel.Advance(Duration.FromSeconds(10));
        kernel.SetRealtime(Instant.FromUtc(2030, 1, 1, 0, 0));
        kernel.Suspend(Duration.FromHours(1));
        Assert.That((beats, runtime.OwnExpirations), Is.EqualTo((10, 10L)));
        Assert.That(runtime.Own.ReadClocks(), Is.EqualTo(runtime.ReadClocks()));
        Assert.That(runtime.Namespaces, Is.EqualTo(new[] { runtime.Host }));
        Assert.That((runtime.Statistics.Namespaces, runtime.FindNamespace("host")), Is.EqualTo((1, runtime.Host)));
        var host = runtime.LookAtNamespaces().Single();
        Assert.That((host.Ephemeral, host.Expirations, host.Next), Is.EqualTo((0, 0L, (NextLook?)null)));
        runtime.CheckInvariants();
    }

    [Test]
    public void Own_EndsWithTheRuntime()
    {
        var runtime = TimeRuntime.Start(new SimulatedKernel());
        var own = runtime.Own;
        var time = own.TimeProvider;
        runtime.Dispose();
        Assert.That(own.IsClosed, Is.True);
        Assert.That(() => runtime.Own, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => time.GetTimestamp(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => time.CreateTimer(static _ => { }, null, TimeSpan.Zero, TimeSpan.Zero), Throws.InstanceOf<ObjectDisposedException>());
    }
}
