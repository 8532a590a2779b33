using NodaTime;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Timers;

namespace TimeNs.Tests.Tool;

/// <summary><c>timens image diff</c>: everything that differs, and nothing else.</summary>
public class ImageDiffTest
{
    private TestFolder _folder;
    private SimulatedKernel _kernel;
    private TimeRuntime _runtime;
    private RuntimeNamespace _web;

    [SetUp]
    public void Start()
    {
        _folder = new TestFolder();
        _kernel = new SimulatedKernel();
        _runtime = TimeRuntime.Start(new TimeRuntimeOptions { Kernel = _kernel, HostName = "alpha" });
        _web = _runtime.CreateNamespace("web");
        _web.CreateTimer(ClockId.Monotonic, "gone").Set(TimerSetting.After(Duration.FromSeconds(1)));
        _web.CreateTimer(ClockId.Monotonic, "tick").Set(TimerSetting.After(Duration.FromSeconds(2)));
    }

    [TearDown]
    public void Stop()
    {
        _runtime.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Diff_TheSame_IsExitCodeZero()
    {
        var (a, b) = (Save("a"), Save("b"));
        ToolRun.Of("image", "diff", a, b).Prints("the images are the same");
        Assert.That(ToolRun.Of("image", "diff", a, b, "--json").Json().GetProperty("same").GetBoolean(), Is.True);
    }

    [Test]
    public void Diff_ForPeople_ShowsHeaderAndTimers()
    {
        var a = Save("a");
        Change();
        var run = ToolRun.Of("image", "diff", a, Save("b"));
        Assert.That((run.Code, run.Error), Is.EqualTo((1, "")));
        Assert.That(run.Output, Is.EqualTo("""
              field                  before                 after
            ──────────────────────────────────────────────────────────────────────
              next_timer_id          3                      4
              offsets.realtime_ns    0                      1h
              readings.realtime_ns   2026-01-01T00:00:00Z   2026-01-01T01:00:00Z

            timers: 1 removed, 1 added, 1 changed
                  id   name   field          before   after
            ────────────────────────────────────────────────────
              -    1   gone   armed
              +    3   new    disarmed
              ~    2   tick   deadline_ns    16m42s   16m41.5s
              ~    2   tick   interval_ns    0        5ms
              ~    2   tick   remaining_ns   2s       1.5s

            """));
    }

    [Test]
    public void Diff_ForPrograms_HasEveryField()
    {
        var a = Save("a");
        Change();
        var run = ToolRun.Of("image", "diff", a, Save("b"), "--json");
        var diff = System.Text.Json.JsonElement.Parse(run.Output);
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.EqualTo(1));
            Assert.That(diff.GetProperty("same").GetBoolean(), Is.False);
            Assert.That(diff.GetProperty("removed")[0].GetProperty("name").GetString(), Is.EqualTo("gone"));
            Assert.That(diff.GetProperty("added")[0].GetProperty("name").GetString(), Is.EqualTo("new"));
            var changed = diff.GetProperty("changed")[0];
            Assert.That(changed.GetProperty("id").GetInt64(), Is.EqualTo(2));
            Assert.That(changed.GetProperty("fields").EnumerateArray().Select(static f => f.GetProperty("field").GetString()), Is.EqualTo(new[] { "deadline_ns", "interval_ns", "remaining_ns" }));
            Assert.That(changed.GetProperty("fields")[1].GetRawText().ReplaceLineEndings("").Replace(" ", ""), Is.EqualTo("""{"field":"interval_ns","before":0,"after":5000000}"""));
        });
    }

    [Test]
    public void Diff_OrderOfArmingAlone_IsADifference()
    {
        var image = _web.Checkpoint();
        var reversed = new NamespaceImage
        {
            Name = image.Name, HostName = image.HostName, Offsets = image.Offsets, Readings = image.Readings, Host = image.Host,
            HasHadTimers = image.HasHadTimers, NextTimerId = image.NextTimerId, Timers = [.. image.Timers.Reverse()],
        };
        ImageFile.Save(reversed, _folder.File("r"));
        var run = ToolRun.Of("image", "diff", Save("a"), _folder.File("r"), "--json");
        Assert.That(System.Text.Json.JsonElement.Parse(run.Output).GetProperty("header")[0].GetProperty("field").GetString(), Is.EqualTo("order_of_arming"));
        Assert.That(run.Code, Is.EqualTo(1));
    }

    [Test]
    public void Diff_TimeThatPassed_IsInTheClocksAndNotInTheTimers()
    {
        var a = Save("a");
        _kernel.Advance(Duration.FromMilliseconds(1));
        var run = ToolRun.Of("image", "diff", a, Save("b"));
        Assert.That(run.Code, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("taken_at").And.Contains("readings.monotonic_ns").And.Not.Contains("timers:"));
    }

    [Test]
    public void Diff_Limit_SaysHowManyMore()
    {
        var a = Save("a");
        Change();
        var run = ToolRun.Of("image", "diff", a, Save("b"), "--limit", "1");
        Assert.That(run.OutputLines[^1], Is.EqualTo("… and 2 more timers: --limit 3 shows all of them, --json too"));
        Assert.That(run.Output, Does.Contain("gone").And.Not.Contains("disarmed"));
    }

    [TestCase("one")]
    [TestCase("a", "b", "c")]
    public void Diff_NotTwoFiles_IsWrongUse(params string[] files) => Assert.That(ToolRun.Of(["image", "diff", .. files]).Code, Is.EqualTo(2));

    [Test]
    public void Diff_AFileThatIsNone_IsWrongUse() => ToolRun.Of("image", "diff", Save("a"), "/nowhere").IsRefused("/nowhere: no such file");

    private void Change()
    {
        _web.FindTimer("gone")!.Dispose();
        _web.FindTimer("tick")!.Set(TimerSetting.After(Duration.FromSeconds(1.5), Duration.FromMilliseconds(5)));
        _web.CreateTimer(ClockId.Realtime, "new");
        _web.SetOffsets(ClockOffsets.Of(realtime: Duration.FromHours(1)));
    }

    private string Save(string name)
    {
        ImageFile.Save(_web.Checkpoint(), _folder.File(name));
        return _folder.File(name);
    }
}
