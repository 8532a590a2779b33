using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NodaTime;
using TimeNs.Control;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Control;

/// <summary>Time namespaces as services of a host application.</summary>
[CancelAfter(60_000)]
public class HostingTest
{
    [Test]
    public async Task Services_OfAConfiguredNamespace_AreFoundByItsName()
    {
        using var host = Host(static o => o.Namespaces["code"] = new NamespaceOptions { Realtime = "2030-01-01T00:00:00Z" }, ("TimeNs:Namespaces:file:Realtime", "+1h"));
        await host.StartAsync();
        var services = host.Services;
        Assert.Multiple(() =>
        {
            Assert.That(services.GetRequiredKeyedService<TimeProvider>("file").GetUtcNow(), Is.EqualTo(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero)));
            Assert.That(services.GetRequiredKeyedService<IClock>("code").GetCurrentInstant(), Is.EqualTo(Instant.FromUtc(2030, 1, 1, 0, 0)));
            Assert.That(services.GetRequiredKeyedService<RuntimeNamespace>("code").Name, Is.EqualTo("code"));
            Assert.That(services.GetRequiredKeyedService<TimeProvider>("code"), Is.SameAs(services.GetRequiredKeyedService<RuntimeNamespace>("code").TimeProvider));
            Assert.That(services.GetService<TimeProvider>(), Is.Null, "the application's own TimeProvider is not replaced");
            Assert.That(services.GetService<IClock>(), Is.Null);
        });
        await host.StopAsync();
        Assert.That(() => services.GetRequiredService<TimeRuntime>().ReadClocks(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Services_OfANamespaceThatComesLater_AreFound_AndThoseOfNoneAreNot()
    {
        using var host = Host(static _ => { });
        var runtime = host.Services.GetRequiredService<TimeRuntime>();
        Assert.That(host.Services.GetKeyedService<TimeProvider>("later"), Is.Null);
        var first = runtime.CreateNamespace("later");
        Assert.That(host.Services.GetRequiredKeyedService<TimeProvider>("later"), Is.SameAs(first.TimeProvider));
        first.Dispose();
        var second = runtime.CreateNamespace("later");
        Assert.That(host.Services.GetRequiredKeyedService<IClock>("later"), Is.SameAs(second.Clock));
        Assert.That(() => host.Services.GetRequiredKeyedService<RuntimeNamespace>("none"), Throws.InvalidOperationException);
        Assert.That(host.Services.GetKeyedService<TimeProvider>(42), Is.Null);
    }

    [TestCase("TimeNs:Limits:JsonBytes", "1")]
    [TestCase("TimeNs:Limits:RequestsPerSecond", "0")]
    [TestCase("TimeNs:Namespaces:x:Realtime", "soon")]
    [TestCase("TimeNs:Namespaces:x:Monotonic", "2030-01-01T00:00:00Z")]
    [TestCase("TimeNs:Namespaces:..:Realtime", "1s")]
    [TestCase("TimeNs:Access:ReadUsers:0", "no such user")]
    [TestCase("TimeNs:Access:TokenFile", "/no/such/file")]
    [TestCase("TimeNs:Access:TcpRole", "7")]
    public void Options_ThatAreWrong_AreRefusedAtTheStart(string key, string value)
    {
        using var host = Host(static _ => { }, (key, value));
        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(key.Split(':')[1]));
    }

    private static IHost Host(Action<TimeNsOptions> configure, params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(static s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddSingleton<IKernel>(new SimulatedKernel());
        builder.Services.AddTimeNs(configure);
        return builder.Build();
    }
}
