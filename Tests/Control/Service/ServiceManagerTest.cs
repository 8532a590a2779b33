using Microsoft.Extensions.DependencyInjection.Extensions;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control;
using TimeNs.Control.Service;
using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Service;

/// <summary>What a service manager is told, and that its watchdog is fed by the engine and by nothing else.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class ServiceManagerTest
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Manager_IsToldOfReadyReloadingAndStopping_AtAPathAndAnAbstractName(bool isAbstract)
    {
        using var manager = new ManagerStub(isAbstract ? $"@timens-test-{Guid.NewGuid():N}" : _folder.File("notify"));
        var rig = await ServiceRig.StartAsync(_folder, "{}", change: o => o with { Variable = manager.Variables() });
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("READY=1"));
        await rig.ReloadAsync("""{"namespaces":[{"name":"web"}]}""");
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("RELOADING=1 MONOTONIC_USEC"));
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("READY=1"));
        await rig.ReloadAsync("{");
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("RELOADING=1 MONOTONIC_USEC"));
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("READY=1"), "a refused file ends the reload too");
        await rig.DisposeAsync();
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("STOPPING=1"));
    }

    [Test]
    public async Task Watchdog_IsFedTwiceInItsTime_InTheTimeOfTheEngine()
    {
        using var manager = new ManagerStub(_folder.File("notify"));
        await using var rig = await ServiceRig.StartAsync(_folder, change: o => o with { Variable = manager.Variables("20000000", $"{Environment.ProcessId}") });
        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("READY=1"));
        Assert.That(rig.Get<ServiceManager>().WatchdogPeriod, Is.EqualTo(TimeSpan.FromSeconds(10)));
        rig.Kernel.Advance(Duration.FromSeconds(20));
        Assert.That((await manager.ReceiveAsync(), await manager.ReceiveAsync()), Is.EqualTo(("WATCHDOG=1", "WATCHDOG=1")));
    }

    /// <summary>On the machine's clocks: while an observer keeps the engine's thread, fifty pings stay away but for what was on its way.</summary>
    [Test]
    public async Task Watchdog_AnEngineThatIsStuck_IsSilent_AndPingsAgainWhenItGoesOn()
    {
        using var manager = new ManagerStub(_folder.File("notify"));
        await using var rig = await ServiceRig.StartAsync(_folder, services: static b => b.Services.RemoveAll<IKernel>(), change: o => o with { Variable = manager.Variables("20000") });
        List<string> told = [];
        while (!told.Contains("READY=1") || told.Count(static t => t == "WATCHDOG=1") < 2)
        {
            told.Add(await manager.ReceiveAsync());
        }

        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        using var subscription = Stick(rig.Runtime, entered, release);
        try
        {
            await entered.Task;
            while (await manager.CountAsync(TimeSpan.FromMilliseconds(50)) > 1)
            {
                // What was sent before.
            }

            Assert.That(await manager.CountAsync(TimeSpan.FromMilliseconds(500)), Is.LessThan(10));
        }
        finally
        {
            release.Set();
        }

        Assert.That(await manager.ReceiveAsync(), Is.EqualTo("WATCHDOG=1"));
    }

    [TestCase(null, null)]
    [TestCase("0", null)]
    [TestCase("soon", null)]
    [TestCase("20000000", "1")]
    public async Task Watchdog_ThatIsNotSet_OrIsForAnotherProcess_IsNotFed(string? us, string? pid)
    {
        using var manager = new ManagerStub(_folder.File("notify"));
        await using var rig = await ServiceRig.StartAsync(_folder, change: o => o with { Variable = manager.Variables(us, pid) });
        Assert.That(rig.Get<ServiceManager>().WatchdogPeriod, Is.Null);
    }

    [Test]
    public async Task Manager_ThatIsGone_DoesNotHarmTheService()
    {
        await using var none = await ServiceRig.StartAsync(_folder, change: o => o with { Variable = static name => name == "NOTIFY_SOCKET" ? "/no/such/socket" : null });
        Assert.That((await none.SendAsync("GET", "/healthz")).Has(200).Text, Is.EqualTo("""{"status":"ok"}"""));
    }

    [Test]
    public async Task Health_AnEngineWhoseBeatIsLate_IsStuck()
    {
        await using var rig = await ServiceRig.StartAsync(_folder);
        rig.Kernel.Advance(Duration.FromSeconds(100));
        var (heart, now) = (rig.Get<EngineHeart>(), rig.Runtime.ReadClocks().Monotonic);
        Assert.That(heart.IsStuck, Is.False, "its beats are timers of the engine, and came");
        Assert.That((heart.IsStuckAt(new ClockTime(now.Nanoseconds + 15_000_000_000)), heart.IsStuckAt(new ClockTime(now.Nanoseconds + 15_000_000_001))), Is.EqualTo((false, true)));
        rig.Get<ControlService>().IsStuck = static () => true;
        (await rig.SendAsync("GET", "/healthz")).IsProblem(503, "stopping");
    }

    /// <summary>Whoever looks at the host sees what is the host's, not what keeps the service going.</summary>
    [Test]
    public async Task Beats_AndPolls_AreInNoNamespaceThatAnybodySees()
    {
        await using var rig = await ServiceRig.StartAsync(_folder, "{}", state: true);
        rig.Kernel.Advance(Duration.FromSeconds(20));
        Assert.That(rig.Runtime.OwnExpirations, Is.GreaterThanOrEqualTo(20), "they are there");
        var host = (await rig.SendAsync("GET", "/v1/namespaces/host")).Has(200).As(ControlJson.Default.NamespaceInfo);
        Assert.That((host.Next, host.EphemeralTimers, host.Expirations), Is.EqualTo(((NextExpiration?)null, 0, 0L)));
        var service = (await rig.SendAsync("GET", "/v1")).Has(200).As(ControlJson.Default.ServiceInfo);
        Assert.That((service.Namespaces, service.Statistics.Expirations, service.Statistics.Deliveries), Is.EqualTo((1, 0L, 0L)));
    }

    private static IDisposable Stick(TimeRuntime runtime, TaskCompletionSource entered, ManualResetEventSlim release)
    {
        var timer = runtime.CreateNamespace("stuck").CreateTimer(ClockId.Monotonic);
        var subscription = timer.Ticks.Subscribe(_ =>
        {
            entered.TrySetResult();
            release.Wait();
        });
        timer.Set(TimerSetting.After(Duration.FromMilliseconds(1)));
        return subscription;
    }
}
