namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens ns set</c>: what fires is said before it does, and a person is asked.</summary>
public class NsSetTest
{
    private const string Foretold = "this makes 2 timers fire (1 cancelled)";

    private ToolService _service;
    private List<string> _asked;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _asked = [];
        _service.Do("ns", "create", "web");
        _service.Do("timer", "create", "web", "realtime", "--name", "noon", "--at", "2026-01-02T12:00:00Z", "--interval", "12h");
        _service.Do("timer", "create", "web", "realtime", "--name", "lease", "--at", "2027-01-01T00:00:00Z", "--cancel-on-set");
        _service.Do("timer", "create", "web", "monotonic", "--name", "other", "--value", "1h");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    private long OffsetNs => _service.Runtime.FindNamespace("web")!.Offsets.RealtimeNs;

    [Test]
    public void Set_DryRun_SaysWhichAndChangesNothing()
    {
        _service.Run("ns", "set", "web", "--realtime", "+2d", "--dry-run").Prints($"""
            {Foretold}
              in        id   name    clock            expirations
            ───────────────────────────────────────────────────────
              at once    2   lease   CLOCK_REALTIME   canceled
              at once    1   noon    CLOCK_REALTIME   2
            """);
        Assert.That(OffsetNs, Is.Zero);
    }

    [Test]
    public void Set_DryRunForPrograms_SaysWhich()
    {
        var change = _service.Run("ns", "set", "web", "--realtime", "+2d", "--dry-run", "--json").Json();
        Assert.Multiple(() =>
        {
            Assert.That(change.GetProperty("dry_run").GetBoolean(), Is.True);
            Assert.That(change.GetProperty("fires_count").GetInt32(), Is.EqualTo(2));
            Assert.That(change.GetProperty("fires")[1].GetProperty("name").GetString(), Is.EqualTo("noon"));
            Assert.That(OffsetNs, Is.Zero);
        });
    }

    [Test]
    public void Set_DryRunWithALimit_SaysHowManyMore() =>
        Assert.That(_service.Run("ns", "set", "web", "--realtime", "+2d", "--dry-run", "--limit", "1").OutputLines[^1], Is.EqualTo("… and 1 more: --limit 2 shows all of them"));

    [Test]
    public void Set_NobodyToAsk_NeedsYes()
    {
        var run = _service.Run("ns", "set", "web", "--realtime", "+2d");
        run.Fails(1, $"{Foretold}: nothing was changed; --dry-run shows which, --yes does it");
        Assert.That(OffsetNs, Is.Zero);
    }

    [TestCase("--yes")]
    [TestCase("-y")]
    public void Set_Yes_SaysHowManyAndDoesIt(string yes)
    {
        Answer("n");
        var run = _service.Run("ns", "set", "web", "--realtime", "+2d", yes);
        Assert.That((run.Code, run.Error, run.OutputLines[0], run.OutputLines[1]), Is.EqualTo((0, "", Foretold, "namespace  web")));
        Assert.That(run.Output, Does.Contain("  REALTIME    2026-01-03T00:00:00Z   +2d\n"));
        Assert.That(_asked, Is.Empty);
    }

    [Test]
    public void Set_NothingFires_AsksNobody()
    {
        Answer("n");
        _service.Do("timer", "delete", "web", "lease");
        var run = _service.Run("ns", "set", "web", "--realtime", "-1h");
        Assert.That((run.Code, run.OutputLines[0], OffsetNs, _asked.Count), Is.EqualTo((0, "this makes no timer fire", -3_600_000_000_000, 0)), run.Error);
    }

    [TestCase("y", 0)]
    [TestCase("yes ", 0)]
    [TestCase("n", 1)]
    [TestCase("", 1)]
    [TestCase(null, 1)]
    public void Set_APersonIsAsked_OnlyYesIsYes(string? answer, int code)
    {
        Answer(answer);
        var run = _service.Run("ns", "set", "web", "--realtime", "+2d");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.EqualTo(code));
            Assert.That(run.OutputLines[0], Is.EqualTo(Foretold));
            Assert.That(run.Error, Is.EqualTo($"Go on? [y/N] {(code == 0 ? "" : "timens: nothing was changed\n")}"));
            Assert.That(_asked, Has.Count.EqualTo(1));
            Assert.That(OffsetNs, code == 0 ? Is.Positive : Is.Zero);
        });
    }

    [Test]
    public void Set_ForPrograms_IsOneObjectAndTheQuestionIsOnTheErrorStream()
    {
        Answer("y");
        var run = _service.Run("ns", "set", "web", "--realtime", "+2d", "--json");
        Assert.That(run.Error, Is.EqualTo($"{Foretold}. Go on? [y/N] "));
        Assert.That(System.Text.Json.JsonElement.Parse(run.Output).GetProperty("fires_count").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void Set_NoClock_IsWrongUse() => _service.Run("ns", "set", "web", "--yes").IsRefused("nothing to set: give --realtime, --monotonic or --boottime");

    [Test]
    public void Set_MonotonicBack_IsRefusedWithTheErrno()
    {
        var run = _service.Run("ns", "set", "web", "--monotonic", "-5s", "--yes");
        Assert.That((run.Code, run.ErrorLines.Length), Is.EqualTo((1, 1)));
        Assert.That(run.Error, Does.Contain("(EACCES)"));
    }

    [Test]
    public void Set_OutOfRange_IsRefusedWithTheErrno()
    {
        var run = _service.Run("ns", "set", "web", "--monotonic=-2000s", "--yes");
        Assert.That(run.Code, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("(ERANGE)"));
    }

    private void Answer(string? answer) => _service.Surroundings = _service.Surroundings with
    {
        Ask = () =>
        {
            _asked.Add("asked");
            return answer;
        },
    };
}
