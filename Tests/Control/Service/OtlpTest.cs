using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary>The real command sends to a collector, here a listener that keeps what it is sent.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class OtlpTest
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task MetricsAndTraces_ReachTheCollector()
    {
        await using var collector = await CollectorStub.StartAsync();
        await WriteAsync("""{"metrics":{"otlp":{"endpoint":"ADDRESS","interval":"1s"}}}""".Replace("ADDRESS", collector.Address, StringComparison.Ordinal));
        using var service = ServeProcess.Start(_folder, "--config", ServiceRig.File(_folder));
        (await service.Http.GetAsync("/v1/clocks")).EnsureSuccessStatusCode();
        Assert.That(await collector.NextAsync("/v1/metrics"), Does.Contain("timens.wakeups").And.Contain("timens.timer.active").And.Contain("service.name"));
        Assert.That(service.Stop(), Is.Zero);
        Assert.That(await collector.NextAsync("/v1/traces"), Does.Contain("GET /v1/clocks").And.Contain("http.response.status_code"));
    }

    [Test]
    public async Task Traces_WhenNotWanted_AreNotSent()
    {
        await using var collector = await CollectorStub.StartAsync();
        await WriteAsync("""{"metrics":{"otlp":{"endpoint":"ADDRESS/","interval":"1h","traces":false}}}""".Replace("ADDRESS", collector.Address, StringComparison.Ordinal));
        using var service = ServeProcess.Start(_folder, "--config", ServiceRig.File(_folder));
        (await service.Http.GetAsync("/v1/clocks")).EnsureSuccessStatusCode();
        Assert.That(service.Stop(), Is.Zero);
        Assert.That(await collector.NextAsync("/v1/metrics"), Does.Contain("timens.wakeups"), "sent at the end");
        Assert.That(collector.Paths, Is.EqualTo(new[] { "/v1/metrics" }));
    }

    [Test]
    public async Task ACollectorThatIsNotThere_KeepsNothingFromWorking()
    {
        await WriteAsync("""{"metrics":{"otlp":{"endpoint":"http://127.0.0.1:1","interval":"1s"}}}""");
        using var service = ServeProcess.Start(_folder, "--config", ServiceRig.File(_folder));
        (await service.Http.GetAsync("/v1/clocks")).EnsureSuccessStatusCode();
        Assert.That(service.Stop(), Is.Zero);
    }

    private Task WriteAsync(string config) => File.WriteAllTextAsync(ServiceRig.File(_folder), config);
}
