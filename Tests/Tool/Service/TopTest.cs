using System.Text.Json;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tool.Reports;

namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens top</c>: one picture, pictures that renew themselves, and the rates between them.</summary>
public class TopTest
{
    private ToolService _service;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Do("timer", "create", "web", "boottime", "--name", "backup", "--value", "1d");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [TestCase("--once")]
    [TestCase]
    public void Top_NoTerminal_IsOnePicture(params string[] args)
    {
        _service.Advance(10_000);
        var lines = _service.Run(["top", .. args]).OutputLines;
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Does.Match(@"^timens \d+\.\d+\.\d+ on alpha, kernel simulated, up 10s$"));
            Assert.That(lines[1], Is.EqualTo("namespaces 2  timers 1  armed 1  clock sets 0  faulted observers 0"));
            Assert.That(lines[2], Does.StartWith("per second since the start:  expirations 0  deliveries 0  wake-ups "));
            Assert.That(lines[3..], Is.EqualTo(new[]
            {
                "  namespace   state     REALTIME               REALTIME +   MONOTONIC +   BOOTTIME +   armed   exp/s   late   next",
                "───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────",
                "  host        running   2026-01-01T00:00:10Z   0            0             0                0       -      -   -",
                "  web         running   2026-01-04T00:00:10Z   +3d          0             0                1       -      -   backup in 23h59m50s",
            }));
        });
    }

    [Test]
    public void Top_On80Columns_Fits()
    {
        _service.Surroundings = _service.Surroundings with { Width = 80 };
        var run = _service.Run("top", "--once");
        Assert.That(run.OutputLines.Where(static l => l.Length > 80), Is.Empty);
        Assert.That(run.Output, Does.Contain("backup in 1d").And.Contains("(no room for: state, MONOTONIC +, BOOTTIME +, late)"));
    }

    [Test]
    public void Top_ForPrograms_IsALineOfJsonEachTime()
    {
        var kernel = new SimulatedKernel();
        var surroundings = _service.Surroundings with { StartClocks = () => TimeRuntime.Start(kernel) };
        using var top = new LiveRun(surroundings, "top", "--json", "--interval", "10s");
        top.OutputHas("\n");
        kernel.Advance(NodaTime.Duration.FromSeconds(30));
        while (top.Output.Count(static c => c == '\n') < 2)
        {
            kernel.Advance(NodaTime.Duration.FromSeconds(10));
        }

        top.Interrupt();
        Assert.That(top.Code, Is.Zero);
        var sample = JsonElement.Parse(top.Output.Split('\n')[1]);
        Assert.That(sample.GetProperty("service").GetProperty("namespaces").GetInt32(), Is.EqualTo(2));
        Assert.That(sample.GetProperty("namespaces")[1].GetProperty("name").GetString(), Is.EqualTo("web"));
    }

    [TestCase('q')]
    [TestCase('Q')]
    public void Top_OnATerminal_EndsWithQ(char key)
    {
        var kernel = new SimulatedKernel();
        char? pressed = null;
        var surroundings = _service.Surroundings with { StartClocks = () => TimeRuntime.Start(kernel), Width = 120, Height = 30, Key = () => pressed };
        using var top = new LiveRun(surroundings, "top");
        top.OutputHas("backup in 1d");
        pressed = key;
        while (!top.HasEnded)
        {
            LiveRun.Advance(kernel, 1); // once is not enough: the verb waits on these clocks only when it has shown its picture
        }

        Assert.That(top.Code, Is.Zero);
    }

    [Test]
    public void Top_OnATerminal_EndsWithCtrlC()
    {
        using var top = new LiveRun(_service.Surroundings with { Width = 120 }, "top");
        top.OutputHas("backup in 1d");
        top.Interrupt();
        Assert.That(top.Code, Is.Zero);
    }

    [Test]
    public void Top_TheServiceGoesAway_IsExitCodeThree()
    {
        var kernel = new SimulatedKernel();
        using var top = new LiveRun(_service.Surroundings with { StartClocks = () => TimeRuntime.Start(kernel) }, "top", "--json");
        top.OutputHas("\n");
        _service.Stop();
        while (!top.Error.Contains("cannot reach", StringComparison.Ordinal))
        {
            LiveRun.Advance(kernel, 1);
        }

        Assert.That(top.Code, Is.EqualTo(3));
    }

    [Test]
    public void Frame_TwoSamples_HasTheRatesBetweenThem()
    {
        var before = Sample(10, 100, 7, 50);
        var now = Sample(12, 130, 8, 50);
        using var output = new StringWriter();
        TopFrame.Write(output, before, now, width: null, rows: 1);
        Assert.That(output.ToString(), Does.Contain("\nper second:  expirations 15  deliveries 0.5  wake-ups 0\n").And.Contains("\n… and 1 more\n"));
    }

    [Test]
    public void Frame_TwoSamples_HasTheRateAndTheMeanLatenessOfEachNamespace()
    {
        var before = Sample(10, 0, 0, 0);
        var now = Sample(12, 0, 0, 0);
        var web = before.Namespaces[1];
        before = before with { Namespaces = [web with { Name = "late", Expirations = 10, LatenessTicks = 5, LatenessSumNs = 1_000_000 }, web with { Name = "anew", Expirations = 50 }] };
        now = now with { Namespaces = [web with { Name = "late", Expirations = 13, LatenessTicks = 7, LatenessSumNs = 6_000_000 }, web with { Name = "anew", Expirations = 3 }, web with { Name = "new" }] };
        using var output = new StringWriter();
        TopFrame.Write(output, before, now, width: null, rows: null);
        var rows = output.ToString().Split('\n')[6..9].Select(static r => r.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        Assert.That(rows.Select(static r => $"{r[0]}: {r[^3]} {r[^2]}"), Is.EqualTo(new[] { "late: 1.5 2.5ms", "anew: - -", "new: - -" }));
    }

    [Test]
    public void Top_TooShortAnInterval_IsWrongUse() => _service.Run("top", "--interval", "99ms").IsRefused("--interval must be at least 100ms");

    private TopSample Sample(long uptimeSeconds, long expirations, long deliveries, long wakeups)
    {
        var service = JsonSerializer.Deserialize(_service.Run("top", "--json", "--once").Json().GetProperty("service"), TimeNs.Control.Wire.ControlJson.Default.ServiceInfo)!;
        var list = JsonSerializer.Deserialize(_service.Run("ns", "list", "--json").Output, TimeNs.Control.Wire.ControlJson.Default.NamespaceList)!;
        return new TopSample(
            service with { UptimeNs = uptimeSeconds * 1_000_000_000, Statistics = service.Statistics with { Expirations = expirations, Deliveries = deliveries, Wakeups = wakeups } },
            list.Namespaces);
    }
}
