using TimeNs.Tests.Tool;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tests.Linux;

/// <summary><c>timens simulate --kernel</c>: scenarios on real timerfds, in real time namespaces.</summary>
[Platform("Linux"), NonParallelizable]
public class SimulateKernelTest
{
    private TestFolder _folder;

    [OneTimeSetUp]
    public void NeedsTimeNamespaces() => Assume.That(KernelSupport.Find().NoNamespaces, Is.Null);

    [SetUp]
    public void CreateFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("c1-five-clocks-and-no-other.jsonl")]
    [TestCase("n2-absolute-before-the-host-began-is-past.jsonl")]
    [TestCase("s9-absolute-past-fires-at-once.jsonl")]
    [TestCase("host-defaults-when-the-step-is-left-out.jsonl")]
    public void Scenario_OnTheKernel_IsAsItExpects(string name)
    {
        var run = ToolRun.Of("simulate", "--kernel", "--tolerance", "500ms", Path.Combine(AppContext.BaseDirectory, "Scenarios", name));
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(run.OutputLines[^1], Does.Match("^[1-9][0-9]* passed, 0 failed, [0-9]+ skipped$"));
        });
    }

    [Test]
    public void Namespaces_OffsetsAndTimers_AreTheKernels()
    {
        var run = Run(
            """{"do":"host","realtime":"2030-01-01T00:00:00Z","monotonic":"5000s","boottime":"7000.5s"}""",
            """{"do":"namespace","ns":"web","monotonic":"10000s","boottime":"-2000s","expect":{}}""",
            """{"do":"clock_gettime","ns":"host","clock":1,"expect":{"time":[5000,0]}}""",
            """{"do":"clock_gettime","ns":"web","clock":1,"expect":{"time":[15000,0]}}""",
            """{"do":"clock_gettime","ns":"web","clock":7,"expect":{"time":[5000,500000000]}}""",
            """{"do":"clock_gettime","ns":"web","clock":0,"expect":{"time":[1893456000,0]}}""",
            """{"do":"timerfd_create","ns":"web","fd":"m","clock":1}""",
            """{"do":"timerfd_settime","fd":"m","flags":1,"value":[15000,750000000],"interval":[10,0],"expect":{"old_value":[0,0]}}""",
            """{"do":"timerfd_create","ns":"web","fd":"r","clock":0}""",
            """{"do":"timerfd_settime","fd":"r","flags":1,"value":[1893456010,0],"interval":[0,7]}""",
            """{"do":"poll","fd":"m","expect":{"readable":false}}""",
            """{"do":"advance","by":"1.5s"}""",
            """{"do":"read","fd":"m","expect":{"expirations":1}}""",
            """{"do":"timerfd_gettime","fd":"r","expect":{"value":[8,500000000],"interval":[0,7]}}""",
            """{"do":"set_ticks","fd":"m","ticks":18446744073709551615,"expect":{}}""",
            """{"do":"fdinfo","fd":"m","expect":{"text":"clockid: 1\nticks: 18446744073709551615\nsettime flags: 01\nit_value: (9, 250000000)\nit_interval: (10, 0)\n"}}""",
            """{"do":"close","fd":"m","expect":{}}""",
            """{"do":"read","fd":"m","expect":{"errno":"EBADF"}}""");
        Assert.That(run.Code, Is.Zero, run.Error);
        Assert.That(run.OutputLines[^1], Is.EqualTo("13 passed, 0 failed, 0 skipped"), run.Output);
    }

    [Test]
    public void Steps_ThatAKernelCannotDo_AreSkippedWithWhatHangsByThem()
    {
        var run = Run(
            """{"do":"timerfd_create","ns":"host","fd":"a","clock":1}""",
            """{"do":"timerfd_create","ns":"host","fd":"b","clock":7}""",
            """{"do":"timerfd_settime","fd":"b","flags":1,"value":[1100,0],"expect":{"old_value":[0,0]}}""",
            """{"do":"subscribe","fd":"a","expect":{}}""",
            """{"do":"poll","fd":"a","expect":{"readable":false}}""",
            """{"do":"suspend","by":"200s","expect":{}}""",
            """{"do":"read","fd":"b","expect":{"expirations":1}}""",
            """{"do":"clock_gettime","ns":"host","clock":7,"expect":{"time":[1200,0]}}""",
            """{"do":"clock_gettime","ns":"host","clock":1,"expect":{"time":[1000,0]}}""",
            """{"do":"namespace","ns":"web","realtime":"1s"}""",
            """{"do":"clock_gettime","ns":"web","clock":1,"expect":{"time":[1000,0]}}""",
            """{"do":"namespace","ns":"small","monotonic":"-5000s","expect":{"errno":"ERANGE"}}""",
            """{"do":"namespace","ns":"small","monotonic":"-500s","expect":{}}""",
            """{"do":"clock_gettime","ns":"small","clock":1,"expect":{"time":[500,0]}}""",
            """{"do":"clock_gettime","ns":"none","clock":1,"expect":{"errno":"ENOENT"}}""");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(run.OutputLines[^1], Is.EqualTo("6 passed, 0 failed, 7 skipped"), run.Output);
            Assert.That(run.OutputLines[3], Is.EqualTo("""{"line":4,"skipped":"a kernel has no subscribe"}"""));
            Assert.That(run.OutputLines[4], Does.Contain("line 4, which was skipped"));
            Assert.That(run.OutputLines[6], Does.Contain("it depends on a step that was skipped"));
        });
    }

    [Test]
    public void RealtimeOffset_LeavesTheOtherClocksToTheKernel()
    {
        var run = Run(
            """{"do":"namespace","ns":"web","realtime":"1h","monotonic":"50s","expect":{}}""",
            """{"do":"clock_gettime","ns":"web","clock":0,"expect":{"time":[1767229200,0]}}""",
            """{"do":"clock_gettime","ns":"web","clock":1,"expect":{"time":[1050,0]}}""",
            """{"do":"timerfd_create","ns":"web","fd":"w","clock":0,"expect":{}}""",
            """{"do":"timerfd_create","ns":"web","fd":"m","clock":1,"expect":{}}""",
            """{"do":"timerfd_settime","fd":"w","flags":1,"value":[1767229200,0],"expect":{"old_value":[0,0]}}""",
            """{"do":"timerfd_settime","fd":"m","flags":1,"value":[1041,0],"interval":[3,0],"expect":{"old_value":[0,0]}}""",
            """{"do":"read","fd":"m","expect":{"expirations":4}}""");
        Assert.That(run.Code, Is.Zero, run.Error);
        Assert.That(run.OutputLines[^1], Is.EqualTo("4 passed, 0 failed, 4 skipped"), run.Output);
    }

    [Test]
    public void Miss_OnTheKernel_FailsAsInSimulation()
    {
        var run = Run("""{"do":"clock_gettime","ns":"host","clock":1,"expect":{"time":[1001,0]}}""", """{"do":"read","fd":"t","expect":{"errno":"EINVAL"}}""");
        Assert.That((run.Code, run.OutputLines[^1]), Is.EqualTo((1, "0 passed, 2 failed, 0 skipped")));
    }

    [Test]
    public void Advances_LongerThanMax_AreRefusedBeforeAnythingRuns() =>
        ToolRun.Of("simulate", "--kernel", "--max", "1s", _folder.Write(
                "long.jsonl", """{"do":"advance","by":"0.7s"}""", """{"do":"advance","by":"0.7s"}""", """{"do":"read","fd":"t"}""", """{"do":"advance","by":"1h"}"""))
            .IsRefused("it would take 1.4 s of real time, more than 1 s (--max)");

    [TestCase("--tolerance")]
    [TestCase("--max")]
    public void Options_OfTheKernel_NeedIt(string option) =>
        ToolRun.Of("simulate", option, "1s", _folder.Write("none.jsonl", "#")).IsRefused($"{option} is for --kernel");

    private ToolRun Run(params string[] lines) => ToolRun.Of("simulate", "--kernel", "--tolerance", "500ms", _folder.Write("test.jsonl", lines));
}
