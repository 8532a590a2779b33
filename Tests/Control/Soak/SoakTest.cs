using System.Net.Http.Json;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Soak;

/// <summary>
/// Many clients at once on the real service: each keeps a book of its timers, which must be right to the last expiration through changes of offsets,
/// freezes, checkpoints and restores; streams with slow readers among them; no memory or descriptor is lost. Latencies are told, not judged.
/// </summary>
[Platform("Linux")]
[NonParallelizable]
public class SoakTest
{
    /// <summary>What the process may grow by from the first third of the time to its end. A leak of one object a call would be less at first; the long run sees it.</summary>
    private const long MostGrowth = 96 << 20;

    [Test]
    [CancelAfter(120_000)]
    public Task Soak_ShortOfTime(CancellationToken cancel) => RunAsync(new SoakPlan(16, 4_000, 6), cancel);

    [Test, Explicit("minutes"), Category("Long")]
    [CancelAfter(1_800_000)]
    public Task Soak_50Clients_100000Timers(CancellationToken cancel) =>
        RunAsync(new SoakPlan(50, 100_000, int.Parse(Environment.GetEnvironmentVariable("TIMENS_SECONDS") ?? "60")), cancel);

    private static async Task RunAsync(SoakPlan plan, CancellationToken cancel)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(ServiceRig.File(folder), """
            {
              "metrics": { "prometheus": true },
              "state": { "interval": "5s" },
              "limits": {
                "requests_per_second": 10000000, "request_burst": 10000000, "timers_per_client": 1000000, "namespaces_per_client": 1000,
                "connections_per_client": 1000, "event_streams_per_client": 100, "event_buffer": 512, "event_write_seconds": 25,
                "concurrent_images": 1000
              }
            }
            """, cancel);
        string[] arguments = ["--config", ServiceRig.File(folder), "--state", ServiceRig.StateOf(folder), "--log", "json"];
        var service = ServeProcess.Start(folder, TimeSpan.FromMinutes(25), arguments);
        using var run = new SoakRun(service, plan, Environment.TickCount);
        using var kill = cancel.Register(service.Process.Kill); // every wait of the test is for the service
        var faults = new List<string>();
        try
        {
            await run.PrepareAsync();
            await run.WorkAsync();
            faults.AddRange(await run.JudgeAsync());
        }
        finally
        {
            await TestContext.Out.WriteLineAsync(run.Report);
        }

        Assert.That(faults, Is.Empty, $"{faults.Count} faults");
        Assert.That(run.After.ResidentBytes - run.Warm.ResidentBytes, Is.LessThan(MostGrowth), run.Report);
        Assert.That(run.Stop(), Is.Zero);
        Assert.That(run.Errors, Is.Empty);
        using var next = ServeProcess.Start(folder, arguments[..4]);
        var all = (await next.Http.GetFromJsonAsync("/v1/namespaces", ControlJson.Default.NamespaceList, cancel))!.Namespaces;
        Assert.That(all.Sum(static n => n.Timers), Is.EqualTo(run.TimersLeft), "all are there again after a clean stop");
    }
}

/// <summary>How much at once, for how many seconds.</summary>
internal sealed record SoakPlan(int Clients, int Timers, int Seconds)
{
    public int FastStreams => 2;

    public int SlowStreams => 2;

    /// <summary>Fewer than an event buffer has places: nothing is dropped while one is read.</summary>
    public int TimersOfAFastStream => Math.Min(400, Timers / 10);

    /// <summary>More, where there are so many.</summary>
    public int TimersOfASlowStream => Math.Min(700, Timers / 5);
}
