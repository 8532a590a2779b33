namespace TimeNs.Tests.Tool;

/// <summary><c>timens simulate</c> in this process: results, misses, counts and exit codes.</summary>
public class SimulateCommandTest
{
    private TestFolder _folder;

    [SetUp]
    public void CreateFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Simulate_EveryExpectationMet_PrintsAResultAStepAndExitsWithZero()
    {
        var run = Run(
            "# a comment, so that lines and steps differ",
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            """{"do":"timerfd_settime","fd":"t","value":[1,0],"interval":[0,500000000],"expect":{"old_value":[0,0]}}""",
            """{"do":"subscribe","fd":"t"}""",
            """{"do":"advance","by":"1.5s","expect":{"ticks":[{"fd":"t","expirations":1,"due":[1001,0],"at":[1001,0]},{"fd":"t","expirations":1,"due":[1001,500000000],"at":[1001,500000000]}]}}""",
            """{"do":"read","fd":"t","expect":{"errno":"EAGAIN"}}""");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero, run.Error);
            Assert.That(run.Error, Is.Empty);
            Assert.That(run.OutputLines[0], Is.EqualTo("""{"line":2}"""));
            Assert.That(run.OutputLines[1], Is.EqualTo("""{"line":3,"old_value":[0,0],"old_interval":[0,0]}"""));
            Assert.That(run.OutputLines[3], Does.StartWith("""{"line":5,"ticks":[{"fd":"t","expirations":1,"due":[1001,0],"at":[1001,0]},"""));
            Assert.That(run.OutputLines[4], Does.StartWith("""{"line":6,"errno":"EAGAIN","message":"""));
            Assert.That(run.OutputLines[^1], Is.EqualTo("3 passed, 0 failed"));
        });
    }

    [TestCase("""{"time":[1000,0]}""", true)]
    [TestCase("""{"time":[1e3,0.0]}""", true)]
    [TestCase("""{}""", true)]
    [TestCase("""{"time":[1000,1]}""", false)]
    [TestCase("""{"time":[1000]}""", false)]
    [TestCase("""{"time":[1000,0,0]}""", false)]
    [TestCase("""{"time":["1000","0"]}""", false)]
    [TestCase("""{"time":{"0":1000}}""", false)]
    [TestCase("""{"time":null}""", false)]
    [TestCase("""{"time":[1000,0],"ticks":[]}""", false)]
    [TestCase("""{"errno":"EINVAL"}""", false)]
    [TestCase("""{"errno":null}""", false)]
    public void Simulate_Expect_IsComparedByValue(string expect, bool met)
    {
        var run = Run($$"""{"do":"clock_gettime","ns":"host","clock":1,"expect":{{expect}}}""");
        Assert.That(run.Code, Is.EqualTo(met ? 0 : 1));
        Assert.That(run.OutputLines[^1], Is.EqualTo(met ? "1 passed, 0 failed" : "0 passed, 1 failed"));
    }

    [Test]
    public void Simulate_MembersOfAnExpectedObject_StandInAnyOrder()
    {
        var run = Run(
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            """{"do":"timerfd_settime","fd":"t","value":[1,0]}""",
            """{"do":"advance","by":"1s"}""",
            """{"do":"subscribe","fd":"t","expect":{"ticks":[{"at":[1001,0],"due":[1001,0],"expirations":1,"fd":"t"}]}}""");
        Assert.That(run.Code, Is.Zero, run.Error);
    }

    [Test]
    public void Simulate_Miss_SaysWhatWasExpectedAndWhatCame()
    {
        var file = _folder.Write("miss.jsonl",
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            """{"do":"timerfd_gettime","fd":"t","expect":{"value":[0,0],"interval":[1,0]}}""");
        var run = ToolRun.Of("simulate", file);
        Assert.That(run.Code, Is.EqualTo(1));
        Assert.That(run.Error, Is.EqualTo(file + """:2: expected {"interval":[1,0]}, got {"value":[0,0],"interval":[0,0]}""" + Environment.NewLine));
        Assert.That(run.OutputLines[^1], Is.EqualTo("0 passed, 1 failed"));
    }

    [Test]
    public void Simulate_Quiet_PrintsOnlyMissesAndTheCount()
    {
        var file = _folder.Write("quiet.jsonl",
            """{"do":"poll","fd":"t","expect":{"errno":"EBADF"}}""",
            """{"do":"poll","fd":"t","expect":{"readable":true}}""");
        var run = ToolRun.Of("simulate", "--quiet", file);
        Assert.That(run.OutputLines, Is.EqualTo(new[] { "1 passed, 1 failed" }));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
    }

    [Test]
    public void Simulate_MalformedLaterLine_RunsNothingOfTheFile()
    {
        var file = _folder.Write("bad.jsonl", """{"do":"advance","by":"1s"}""", """{"do":"advance","by":"soon"}""");
        ToolRun.Of("simulate", file).IsRefused($"{file}:2: \"by\" must be");
    }

    [Test]
    public void Simulate_UnusableFileAmongOthers_HidesNothingAndExitsWithTwo()
    {
        var good = _folder.Write("good.jsonl", """{"do":"poll","fd":"t","expect":{"errno":"EBADF"}}""");
        var bad = _folder.Write("bad.jsonl", "x");
        var missing = _folder.Write("miss.jsonl", """{"do":"poll","fd":"t","expect":{}}""", """{"do":"poll","fd":"t","expect":{"readable":true}}""");
        var run = ToolRun.Of("simulate", good, bad, _folder.File("none.jsonl"), _folder.Path, missing);
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.EqualTo(2));
            Assert.That(run.OutputLines, Has.Length.EqualTo(4));
            Assert.That(run.OutputLines[^1], Is.EqualTo("2 passed, 1 failed"));
            Assert.That(run.ErrorLines, Has.Length.EqualTo(4));
            Assert.That(run.ErrorLines[0], Does.StartWith($"{bad}:1: not JSON"));
            Assert.That(run.ErrorLines[1].TrimEnd(), Is.EqualTo($"timens: {_folder.File("none.jsonl")}: no such file"));
            Assert.That(run.ErrorLines[2].TrimEnd(), Is.EqualTo($"timens: {_folder.Path}: is a directory, not a file"));
            Assert.That(run.ErrorLines[3], Does.StartWith($"{missing}:2: expected"));
        });
    }

    [Test]
    public void Simulate_SeveralFiles_EachHasAFreshHost()
    {
        var file = _folder.Write("same.jsonl",
            """{"do":"namespace","ns":"a","expect":{}}""",
            """{"do":"advance","by":"5s"}""",
            """{"do":"clock_gettime","ns":"a","clock":1,"expect":{"time":[1005,0]}}""");
        var run = ToolRun.Of("simulate", "-q", file, file);
        Assert.That(run.Code, Is.Zero, run.Error);
        Assert.That(run.OutputLines, Is.EqualTo(new[] { "4 passed, 0 failed" }));
    }

    [Test]
    public void Simulate_NoStep_IsNothingToFail()
    {
        var run = Run("# nothing");
        Assert.That(run.Code, Is.Zero);
        Assert.That(run.OutputLines, Is.EqualTo(new[] { "0 passed, 0 failed" }));
    }

    [Test]
    public void Simulate_MoveToAnotherHost_TakesTheImagesAlong()
    {
        var run = Run(
            """{"do":"namespace","ns":"web"}""",
            """{"do":"timerfd_create","ns":"web","fd":"t","clock":0}""",
            """{"do":"host","realtime":"2026-01-01T01:00:00Z","expect":{"errno":"EBUSY"}}""",
            """{"do":"checkpoint","ns":"web","image":"i","expect":{"timers":1}}""",
            """{"do":"timerfd_create","ns":"host","fd":"h","clock":0}""",
            """{"do":"host","realtime":"2026-01-01T01:00:00Z","expect":{"errno":"EBUSY"}}""",
            """{"do":"close","fd":"h"}""",
            """{"do":"host","realtime":"1969-01-01T00:00:00Z","expect":{"errno":"EINVAL"}}""",
            """{"do":"host","realtime":"2026-01-01T01:00:00Z","monotonic":"7s","boottime":"9s"}""",
            """{"do":"clock_gettime","ns":"host","clock":7,"expect":{"time":[9,0]}}""",
            """{"do":"restore","image":"i","ns":"web","clocks":"gvisor","expect":{"timers":1}}""",
            """{"do":"clock_gettime","ns":"web","clock":1,"expect":{"time":[4600,0]}}""",
            """{"do":"restore","image":"i","ns":"other","expect":{"errno":"EEXIST"}}""",
            """{"do":"poll","fd":"t","expect":{"readable":false}}""");
        Assert.That(run.Code, Is.Zero, run.Error);
    }

    [Test]
    public void Simulate_NamesOutsideAscii_ArePrintedAsTheyAre()
    {
        var run = Run("""{"do":"namespace","ns":"größe"}""", """{"do":"checkpoint","ns":"größe","image":"'<i>'"}""", """{"do":"clock_gettime","ns":"naïve <b>","clock":1}""");
        Assert.That(run.OutputLines[2], Does.Contain("naïve <b>"));
    }

    [Test]
    public void Simulate_CenturyWithoutTimers_IsOneStep() =>
        Assert.That(Run("""{"do":"advance","by":"25000d"}""", """{"do":"clock_gettime","ns":"host","clock":1,"expect":{"time":[2160001000,0]}}""").Code, Is.Zero);

    [Test]
    public void Simulate_BeyondWhatClocksCanRead_IsRefusedAndMovesNothing() => Assert.That(Run(
        """{"do":"advance","by":"10000000000s","expect":{"errno":"EINVAL"}}""",
        """{"do":"suspend","by":"16000000d","expect":{"errno":"EINVAL"}}""",
        """{"do":"namespace","ns":"far","monotonic":"16000000d","expect":{"errno":"ERANGE"}}""",
        """{"do":"clock_gettime","ns":"host","clock":1,"expect":{"time":[1000,0]}}""").Code, Is.Zero);

    private ToolRun Run(params string[] lines) => ToolRun.Of("simulate", _folder.Write("test.jsonl", lines));
}
