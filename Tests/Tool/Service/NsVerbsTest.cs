namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens ns</c> against a service over simulated clocks.</summary>
public class NsVerbsTest
{
    private ToolService _service;

    [SetUp]
    public void Start() => _service = new ToolService();

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Create_WithOffsets_ShowsItsClocks() => _service.Run("ns", "create", "web", "--realtime", "+3d", "--monotonic", "-90s").Prints("""
        namespace  web
        timers     0, armed 0
        next       -

          clock       reads                  offset
        ─────────────────────────────────────────────
          REALTIME    2026-01-04T00:00:00Z   +3d
          MONOTONIC   910s                   -1m30s
          BOOTTIME    1000s                  0
        """);

    [TestCase("--monotonic", "-90s")]
    [TestCase("--monotonic=-90s")]
    [TestCase("--monotonic:-90s")]
    [TestCase("--monotonic", "-1m30s")]
    [TestCase("--monotonic", "-90000000000ns")]
    public void Create_SpanBelowZero_IsAValueAndNoOption(params string[] option) => Assert.That(
        _service.Run(["ns", "create", "web", .. option, "--json"]).Json().GetProperty("offsets").GetProperty("monotonic_ns").GetInt64(), Is.EqualTo(-90_000_000_000));

    [TestCase("--realtime", "2027-01-01T00:00:00Z", 31_536_000_000_000_000)]
    [TestCase("--realtime", "@host", 0)]
    [TestCase("--boottime", "+1h30m", 5_400_000_000_000)]
    [TestCase("--boottime", "5ns", 5)]
    public void Create_OffsetsAsPeopleWriteThem_AreRead(string option, string text, long nanoseconds) => Assert.That(
        _service.Run("ns", "create", "web", option, text, "--json").Json().GetProperty("offsets").GetProperty($"{option[2..]}_ns").GetInt64(), Is.EqualTo(nanoseconds));

    [TestCase("--realtime must be a span such as +3d, -90s, 1h30m or 5ns, an instant in UTC such as 2027-01-01T00:00:00Z, or @host, not 'noon'", "--realtime", "noon")]
    [TestCase("--monotonic must be a span such as +3d, -90s, 1h30m or 5ns, or @host, not '2027-01-01T00:00:00Z'", "--monotonic", "2027-01-01T00:00:00Z")]
    [TestCase("--boottime must be a span", "--boottime", "+-3d")]
    [TestCase("Unrecognized command or argument '--boot'", "--boot", "3d")]
    public void Create_WrongUse_IsToldBeforeTheServiceIsAsked(string reason, params string[] options) =>
        ToolRun.In(ToolService.Around("/nowhere"), ["ns", "create", "web", .. options]).IsRefused(reason);

    [TestCase("")]
    [TestCase(" ")]
    [TestCase(".")]
    [TestCase("..")]
    public void Name_ThatNoPathCanCarry_IsWrongUse(string name)
    {
        foreach (var verb in (string[])["create", "show", "freeze", "thaw", "delete"])
        {
            _service.Run("ns", verb, name).IsRefused($"'{name}' cannot be a name");
        }
    }

    [TestCase("a/../b")]
    [TestCase("%2F")]
    [TestCase("ein name ü [x] 🙂")]
    [TestCase("?x=1#y")]
    public void Name_OfAnySort_IsTheNameAllTheWay(string name)
    {
        _service.Do("ns", "create", name);
        Assert.That(_service.Run("ns", "show", name, "--json").Json().GetProperty("name").GetString(), Is.EqualTo(name));
        _service.Run("ns", "delete", name).Prints($"namespace {name} is deleted");
        Assert.That(_service.Runtime.FindNamespace(name), Is.Null);
    }

    [Test]
    public void Name_ThatBeginsWithADash_GoesAfterTwoDashes()
    {
        _service.Run("ns", "create", "-x").IsRefused("Unknown option '-x' (a name that begins so goes after '--')");
        _service.Do("ns", "create", "--", "-x");
        _service.Run("ns", "delete", "--json", "--", "-x").Prints("""{"namespace":"-x","deleted":true}""");
    }

    [Test]
    public void Create_ATakenName_IsRefusedWithTheErrno()
    {
        _service.Do("ns", "create", "web");
        _service.Run("ns", "create", "web").Fails(1, "There is a namespace 'web' already (EEXIST)");
    }

    [TestCase("show")]
    [TestCase("freeze")]
    [TestCase("thaw")]
    [TestCase("delete")]
    public void Verb_ANamespaceThatIsNotThere_IsRefused(string verb) => _service.Run("ns", verb, "web").Fails(1, "There is no namespace 'web' (ENOENT)");

    [Test]
    public void List_ForPeople_IsATableOfThem()
    {
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Do("ns", "create", "db", "--boottime", "1ms");
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick", "--value", "90s");
        _service.Do("ns", "freeze", "db");
        _service.Advance(500);
        _service.Run("ns", "list").Prints("""
              name   state     REALTIME                 REALTIME +   MONOTONIC +   BOOTTIME +   timers   armed   next
            ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
              host   running   2026-01-01T00:00:00.5Z   0            0             0                 0       0   -
              web    running   2026-01-04T00:00:00.5Z   +3d          0             0                 1       1   tick in 1m29.5s
              db     frozen    2026-01-01T00:00:00Z     0            0             +1ms              0       0   -
            """);
    }

    [Test]
    public void List_OnANarrowTerminal_LeavesColumnsOutAndSaysSo()
    {
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Surroundings = _service.Surroundings with { Width = 60 };
        _service.Run("ns", "list").Prints("""
              name   state     REALTIME +   MONOTONIC +   armed   next
            ────────────────────────────────────────────────────────────
              host   running   0            0                 0   -
              web    running   +3d          0                 0   -
              (no room for: REALTIME, BOOTTIME +, timers)
            """);
    }

    [Test]
    public void List_ForPrograms_IsWhatTheServiceSays()
    {
        _service.Do("ns", "create", "web");
        var names = _service.Run("ns", "list", "--json").Json().GetProperty("namespaces").EnumerateArray().Select(static n => n.GetProperty("name").GetString());
        Assert.That(names, Is.EqualTo(new[] { "host", "web" }));
    }

    [Test]
    public void Show_NextTimer_IsNamedWithItsClock()
    {
        _service.Do("ns", "create", "web");
        _service.Do("timer", "create", "web", "boottime", "--value", "1d1ns");
        _service.Do("timer", "create", "web", "monotonic");
        _service.Run("ns", "show", "web").Prints("""
            namespace  web
            timers     2, armed 1
            next       timer 1 in 1d0.000000001s (CLOCK_BOOTTIME)

              clock       reads                  offset
            ─────────────────────────────────────────────
              REALTIME    2026-01-01T00:00:00Z   0
              MONOTONIC   1000s                  0
              BOOTTIME    1000s                  0
            """);
    }

    [Test]
    public void FreezeAndThaw_OnceEach_AndAgain_IsRefused()
    {
        _service.Do("ns", "create", "web");
        Assert.That(_service.Run("ns", "freeze", "web").OutputLines[0], Is.EqualTo("namespace  web (frozen)"));
        Assert.That(_service.Run("ns", "freeze", "web").Code, Is.EqualTo(1));
        Assert.That(_service.Run("ns", "thaw", "web", "--json").Json().GetProperty("namespace").GetProperty("frozen").GetBoolean(), Is.False);
        Assert.That(_service.Run("ns", "thaw", "web").Code, Is.EqualTo(1));
        _service.Run("ns", "thaw", "web", "--missed", "all").IsRefused("--missed must be one of count, one, skip, not 'all'");
    }

    [Test]
    public void Thaw_WithAPolicy_PassesItOn()
    {
        _service.Do("ns", "create", "web");
        _service.Do("ns", "freeze", "web");
        _service.Advance(5000);
        var clocks = _service.Run("ns", "thaw", "web", "--realtime", "frozen", "--boottime", "frozen", "--monotonic", "elapsed", "--json").Json().GetProperty("namespace").GetProperty("offsets");
        Assert.Multiple(() =>
        {
            Assert.That(clocks.GetProperty("realtime_ns").GetInt64(), Is.EqualTo(-5_000_000_000));
            Assert.That(clocks.GetProperty("monotonic_ns").GetInt64(), Is.Zero);
            Assert.That(clocks.GetProperty("boottime_ns").GetInt64(), Is.EqualTo(-5_000_000_000));
        });
    }

    [Test]
    public void Thaw_DryRun_SaysWhichAndThawsNothing()
    {
        Freeze();
        _service.Run("ns", "thaw", "web", "--monotonic", "elapsed", "--dry-run").Prints("""
            this makes 1 timer fire
              in        id   name   clock             expirations
            ───────────────────────────────────────────────────────
              at once    1   beat   CLOCK_MONOTONIC   12
            """);
        Assert.That(_service.Runtime.FindNamespace("web")!.IsFrozen, Is.True);
    }

    [Test]
    public void Thaw_ThatFires_NeedsYesWhereNobodyCanBeAsked()
    {
        Freeze();
        _service.Run("ns", "thaw", "web", "--monotonic", "elapsed").Fails(1, "this makes 1 timer fire: nothing was changed; --dry-run shows which, --yes does it");
        Assert.That(_service.Runtime.FindNamespace("web")!.IsFrozen, Is.True);
        var run = _service.Run("ns", "thaw", "web", "--monotonic", "elapsed", "--yes");
        Assert.That((run.Code, run.OutputLines[0], run.OutputLines[1]), Is.EqualTo((0, "this makes 1 timer fire", "namespace  web")), run.Error);
    }

    [Test]
    public void Thaw_ThatFiresNothing_AsksNobody()
    {
        Freeze();
        var run = _service.Run("ns", "thaw", "web");
        Assert.That((run.Code, run.OutputLines[0], _service.Runtime.FindNamespace("web")!.IsFrozen), Is.EqualTo((0, "this makes no timer fire", false)), run.Error);
    }

    /// <summary>With a timer of 5 s that another 60 s make fire, were they its own.</summary>
    private void Freeze()
    {
        _service.Do("ns", "create", "web");
        _service.Do("timer", "create", "web", "monotonic", "--name", "beat", "--value", "5s", "--interval", "5s");
        _service.Do("ns", "freeze", "web");
        _service.Advance(60_000);
    }

    [Test]
    public void Freeze_TheHost_IsRefused() => Assert.That(_service.Run("ns", "freeze", "host").Code, Is.EqualTo(1));
}
