using System.Text.Json;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Tool;

/// <summary><c>timens image show</c> and <c>timens image forecast</c> on an image of one timer of each sort.</summary>
public class ImageCommandTest
{
    private TestFolder _folder;
    private string _file;

    [OneTimeSetUp]
    public void SaveImage()
    {
        _folder = new TestFolder();
        _file = _folder.File("web.image");
        var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = kernel, HostName = "alpha" });
        var web = runtime.CreateNamespace("web", ClockOffsets.Of(Duration.FromDays(3), Duration.FromSeconds(-100), Duration.FromMilliseconds(500)));
        web.CreateTimer(ClockId.Realtime, "noon [x]").Set(TimerSetting.At(Instant.FromUtc(2026, 1, 4, 12, 0), Duration.Zero, cancelOnSet: true));
        web.CreateTimer(ClockId.Monotonic, "tick").Set(TimerSetting.Every(Duration.FromMilliseconds(10)));
        web.CreateTimer(ClockId.Boottime);
        web.CreateTimer(ClockId.BoottimeAlarm, "never").Set(TimerSetting.FromTimespec(SettimeFlags.Abstime, new Timespec(9_223_372_036, 0), default));
        web.CreateTimer(ClockId.Monotonic, "ahead").Set(TimerSetting.After(Duration.FromSeconds(90)));
        kernel.Advance(Duration.FromMilliseconds(55));
        ImageFile.Save(web.Checkpoint(), _file);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(false), TestCase(true)]
    public void Show_Json_SaysOnATerminalHowFarItIs(bool isTerminal)
    {
        var run = ToolRun.In(
            new TimeNs.Tool.Surroundings { DefaultSocket = static () => null, ErrorIsTerminal = isTerminal }, "image", "show", _file, "--json");
        Assert.That((run.Code, JsonDocument.Parse(run.Output).RootElement.GetProperty("timers").GetArrayLength()), Is.EqualTo((0, 5)));
        const string Clear = "\r\u001b[K";
        Assert.That(run.Error, Is.EqualTo(isTerminal ? $"{Clear}reading the image{Clear}{Clear}writing: 0 of 5 timers{Clear}" : ""), "and the line is empty at the end");
    }

    [Test]
    public void Show_Tables_SayWhatIsInTheImage()
    {
        var run = ToolRun.Of("image", "show", _file);
        var text = Squeezed(run);
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(text, Does.Contain("namespace web\n").And.Contains("taken 2026-01-01T00:00:00.055Z on alpha\n").And.Contains("timers 5\n"));
            Assert.That(text, Does.Contain("REALTIME 2026-01-04T00:00:00.055Z 2026-01-01T00:00:00.055Z 3d\n"));
            Assert.That(text, Does.Contain("MONOTONIC 900.055s 1000.055s -1m40s\n"));
            Assert.That(text, Does.Contain("BOOTTIME 1000.555s 1000.055s 500ms\n"));
            Assert.That(text, Does.Contain("1 noon [x] CLOCK_REALTIME 2026-01-04T12:00:00Z - armed 0 11h59m59.945s TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET\n"));
            Assert.That(text, Does.Contain("2 tick CLOCK_MONOTONIC relative 10ms expired 5 5ms -\n"));
            Assert.That(text, Does.Contain("3 - CLOCK_BOOTTIME - - disarmed 0 - -\n"));
            Assert.That(text, Does.Contain("4 never CLOCK_BOOTTIME_ALARM never - armed 0 never TFD_TIMER_ABSTIME\n"));
            Assert.That(text, Does.Contain("5 ahead CLOCK_MONOTONIC relative - armed 0 1m29.945s -\n"));
            Assert.That(run.OutputLines.Where(static l => l.EndsWith(' ')), Is.Empty);
        });
    }

    [TestCase("0")]
    [TestCase("2")]
    public void Show_Limit_SaysHowManyMore(string limit)
    {
        var run = ToolRun.Of("image", "show", _file, "--limit", limit);
        Assert.That(run.Output, Does.Contain($"… and {5 - int.Parse(limit)} more timers: --limit 5"));
        Assert.That(run.Output, Does.Not.Contain("ahead"));
    }

    [Test]
    public void Show_Json_HasEveryTimerWithAllItsFields()
    {
        var run = ToolRun.Of("image", "show", _file, "--json", "--limit", "1");
        Assert.That(run.Code, Is.Zero, run.Error);
        var image = JsonElement.Parse(run.Output);
        var tick = image.GetProperty("timers").EnumerateArray().Single(static t => t.GetProperty("id").GetInt64() == 2);
        Assert.Multiple(() =>
        {
            Assert.That(image.EnumerateObject().Select(static m => m.Name), Is.EqualTo(new[]
            {
                "namespace", "host_name", "taken_at", "was_frozen", "absolute", "had_timers", "next_timer_id", "ephemeral_timers",
                "offsets", "readings", "host_readings", "timers",
            }));
            Assert.That(image.GetProperty("offsets").GetRawText().ReplaceLineEndings("").Replace(" ", ""),
                Is.EqualTo("""{"realtime_ns":259200000000000,"monotonic_ns":-100000000000,"boottime_ns":500000000}"""));
            Assert.That(image.GetProperty("timers").GetArrayLength(), Is.EqualTo(5));
            Assert.That(tick.EnumerateObject().Select(static m => m.Name), Is.EqualTo(new[]
            {
                "id", "name", "clock", "base", "absolute", "flags", "state", "armed", "expired", "deadline_ns", "interval_ns", "ticks", "unread",
                "remaining_ns", "first_due_ns", "might_cancel", "cancel_pending", "remembered_wall_offset_ns",
            }));
            Assert.That(tick.GetProperty("ticks").GetInt64(), Is.EqualTo(1));
            Assert.That(tick.GetProperty("unread").GetInt64(), Is.EqualTo(5));
            Assert.That(tick.GetProperty("remaining_ns").GetInt64(), Is.EqualTo(5_000_000));
            Assert.That(tick.GetProperty("first_due_ns").GetInt64(), Is.EqualTo(900_010_000_000));
        });
    }

    [Test]
    public void Show_ManyTimers_AreWrittenPieceByPieceAndWhole()
    {
        var kernel = new SimulatedKernel();
        using var runtime = TimeRuntime.Start(kernel);
        var many = runtime.CreateNamespace("many");
        for (var i = 0; i < 2000; i++)
        {
            many.CreateTimer(ClockId.Monotonic, $"ü{i}").Set(TimerSetting.After(Duration.FromSeconds(1)));
        }

        var file = _folder.File("many.image");
        ImageFile.Save(many.Checkpoint(), file);
        var timers = JsonElement.Parse(ToolRun.Of("image", "show", file, "--json").Output).GetProperty("timers");
        Assert.That(timers.EnumerateArray().Select(static t => t.GetProperty("name").GetString()), Is.EqualTo(Enumerable.Range(0, 2000).Select(static i => $"ü{i}")));
        Assert.That(ToolRun.Of("image", "show", file).Output, Does.Contain("… and 1950 more timers"));
    }

    [Test]
    public void Forecast_AtAMoment_SaysWhatARestoreThenWouldFire()
    {
        var run = ToolRun.Of("image", "forecast", _file, "--at", "2026-01-01T12:00:00Z", "--within", "2m", "--clocks", "gvisor", "--monotonic", "frozen", "--missed", "skip");
        var text = Squeezed(run);
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(text, Does.Contain("REALTIME 2026-01-04T12:00:00Z 3d\n").And.Contains("MONOTONIC 900.055s "));
            Assert.That(text, Does.Contain("at once 1 noon [x] CLOCK_REALTIME - canceled\n"));
            Assert.That(text, Does.Contain("at once 2 tick CLOCK_MONOTONIC 900.01s 5\n"));
            Assert.That(text, Does.Contain("1m29.945s 5 ahead CLOCK_MONOTONIC 990s 1\n"));
        });
    }

    [Test]
    public void Forecast_Json_CountsInNanoseconds()
    {
        var run = ToolRun.Of("image", "forecast", _file, "--at", "2026-01-01T12:00:00Z", "--within", "89.945s", "--json");
        Assert.That(run.Code, Is.Zero, run.Error);
        var forecast = JsonElement.Parse(run.Output);
        var last = forecast.GetProperty("fires").EnumerateArray().Last();
        Assert.That(forecast.GetProperty("within_ns").GetInt64(), Is.EqualTo(89_945_000_000));
        Assert.That(last.GetRawText().ReplaceLineEndings("").Replace(" ", ""), Is.EqualTo(
            """{"id":5,"name":"ahead","in_ns":89945000000,"deadline_ns":990000000000,"expirations":1,"canceled":false}"""));
    }

    [Test]
    public void Forecast_Now_ReadsTheClocksOfThisMachine()
    {
        var run = ToolRun.Of("image", "forecast", _file, "--limit", "1", "--within", "0");
        Assert.That(run.Code, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("REALTIME").And.Contains("… and 1 more within 0: --limit 2 shows all of them"));
    }

    [Test]
    public void Forecast_NothingDue_SaysSo()
    {
        using var runtime = TimeRuntime.Start(new SimulatedKernel());
        var file = _folder.File("idle.image");
        ImageFile.Save(runtime.CreateNamespace("idle").Checkpoint(), file);
        Assert.That(ToolRun.Of("image", "forecast", file).Output, Does.Contain("Nothing of idle would fire within 1h."));
    }

    [TestCase("1969-12-31T23:59:59Z")]
    [TestCase("2200-01-01T00:00:00Z")]
    public void Forecast_AtAMomentThatNoClockReads_IsRefused(string at) =>
        ToolRun.Of("image", "forecast", _file, "--at", at).IsRefused($"--at: no clock can read {at}");

    [Test]
    public void Forecast_ThatCannotBeRestoredThen_SaysWhy() =>
        ToolRun.Of("image", "forecast", _file, "--at", "2116-02-20T00:00:00Z").IsRefused("cannot be restored on this host: Realtime would read");

    [TestCase("--clocks", "--help")]
    [TestCase("--realtime", "-h")]
    [TestCase("--monotonic", "--help")]
    [TestCase("--boottime", "--json")]
    [TestCase("--missed", "--json")]
    public void Forecast_OptionInThePlaceOfAWord_IsRefused(string option, string word) =>
        ToolRun.Of("image", "forecast", _file, option, word).IsRefused($"{option} must be one of");

    [Test]
    public void Show_DamagedFile_IsRefusedWithFieldAndReason()
    {
        var bytes = File.ReadAllBytes(_file);
        ToolRun.Of("image", "show", _folder.Write("short", bytes[..^9])).IsRefused("short: not a usable image: ");
        bytes[^20] ^= 1;
        ToolRun.Of("image", "show", _folder.Write("flipped", bytes)).IsRefused("flipped: not a usable image: ");
        ToolRun.Of("image", "show", _folder.Write("text", "hello")).IsRefused("text: not a usable image: ");
        ToolRun.Of("image", "forecast", _folder.Write("empty", Array.Empty<byte>())).IsRefused("empty: not a usable image: ");
    }

    /// <summary>The output with runs of blanks made one, so that widths do not matter.</summary>
    private static string Squeezed(ToolRun run) =>
        string.Concat(run.OutputLines.Select(static l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)) + "\n"));
}
