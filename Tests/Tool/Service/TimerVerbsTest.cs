namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens timer</c> against a service over simulated clocks.</summary>
public class TimerVerbsTest
{
    private ToolService _service;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web", "--realtime", "+3d");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Create_AtAMoment_ShowsTheTimer() => _service.Run("timer", "create", "web", "realtime", "--name", "noon [x]", "--at", "2026-01-04T12:00:00Z", "--cancel-on-set").Prints("""
        timer      1 noon [x] of web
        clock      CLOCK_REALTIME
        state      armed
        expires    in 12h
        interval   -
        flags      TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET

          clockid: 0
          ticks: 0
          settime flags: 03
          it_value: (43200, 0)
          it_interval: (0, 0)
        """);

    [TestCase("CLOCK_BOOTTIME_ALARM", "--at", "1010s", 10_000_000_000)]
    [TestCase("boottime-alarm", "--value", "10s", 10_000_000_000)]
    [TestCase("monotonic", "--interval", "10ms", 10_000_000)]
    [TestCase("realtime-alarm", "--value", "0", 0)]
    public void Create_ClocksAndTimes_AreRead(string clock, string option, string text, long remaining) => Assert.That(
        _service.Run("timer", "create", "web", clock, option, text, "--json").Json().GetProperty("value_ns").GetInt64(), Is.EqualTo(remaining));

    [TestCase("'tai' is no clock that a timer runs on, which are realtime, monotonic, boottime, realtime-alarm, boottime-alarm", "tai")]
    [TestCase("--value and --at exclude each other", "realtime", "--value", "1s", "--at", "1s")]
    [TestCase("--cancel-on-set needs --at", "realtime", "--cancel-on-set")]
    [TestCase("--value must be a span", "realtime", "--value", "@host")]
    [TestCase("--at must be an instant in UTC such as 2027-01-01T00:00:00Z, or a span", "realtime", "--at", "noon")]
    public void Create_WrongUse_IsToldBeforeTheServiceIsAsked(string reason, params string[] args) =>
        ToolRun.In(ToolService.Around("/nowhere"), ["timer", "create", "web", .. args]).IsRefused(reason);

    [TestCase("monotonic", "--value", "-1s")]
    [TestCase("monotonic", "--interval=-1s")]
    [TestCase("monotonic", "--at", "2027-01-01T00:00:00Z")]
    [TestCase("monotonic", "--name", "12")]
    public void Create_WhatTheServiceRefuses_IsExitCodeOneAndMakesNothing(params string[] args)
    {
        var run = _service.Run(["timer", "create", "web", .. args]);
        Assert.That((run.Code, run.ErrorLines.Length), Is.EqualTo((1, 1)), run.Error);
        Assert.That(_service.Runtime.FindNamespace("web")!.Timers, Is.Empty);
    }

    [Test]
    public void List_ForPeople_IsATableOfThem()
    {
        Make();
        _service.Run("timer", "list", "web").Prints("""
              id   name   clock                  state      expires in   interval   flags
            ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
               1   noon   CLOCK_REALTIME         armed      12h          -          TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET
               2   tick   CLOCK_MONOTONIC        readable   -            10ms       -
               3   -      CLOCK_BOOTTIME_ALARM   disarmed   -            -          -
            """);
    }

    [Test]
    public void List_On80Columns_IsSaidShortly()
    {
        Make();
        _service.Surroundings = _service.Surroundings with { Width = 80 };
        var run = _service.Run("timer", "list", "web");
        run.Prints("""
              id   name   clock            state      expires in   interval   flags
            ──────────────────────────────────────────────────────────────────────────────
               1   noon   realtime         armed      12h          -          abs|cancel
               2   tick   monotonic        readable   -            10ms       -
               3   -      boottime-alarm   disarmed   -            -          -
            """);
    }

    [TestCase("0")]
    [TestCase("1")]
    [TestCase("2")]
    public void List_Limit_SaysThatThereAreMore(string limit)
    {
        Make();
        var run = _service.Run("timer", "list", "web", "--limit", limit);
        Assert.That(run.OutputLines[^1], Is.EqualTo("… and more: --limit N shows more of them, --json all"));
        Assert.That(run.Output.Split('\n').Count(static l => l.Contains("CLOCK_")), Is.EqualTo(int.Parse(limit)));
    }

    [Test]
    public void List_None_SaysSo() => _service.Run("timer", "list", "web").Prints("web has no timers");

    [Test]
    public void List_ManyPages_AreAllThere()
    {
        var web = _service.Runtime.FindNamespace("web")!;
        for (var i = 0; i < 2500; i++)
        {
            web.CreateTimer(TimeNs.Clocks.ClockId.Monotonic);
        }

        var ids = _service.Run("timer", "list", "web", "--json").Json().GetProperty("timers").EnumerateArray().Select(static t => t.GetProperty("id").GetInt64());
        Assert.That(ids, Is.EqualTo(Enumerable.Range(1, 2500)));
        var table = _service.Run("timer", "list", "web", "--limit", "2300");
        Assert.That(table.OutputLines, Has.Length.EqualTo(2 + 2300 + 1));
        Assert.That(_service.Run("timer", "list", "web", "--limit", "2500").OutputLines, Has.Length.EqualTo(2 + 2500));
    }

    [Test]
    public void Show_ByIdAndByName_IsTheSameTimer()
    {
        Make();
        Assert.That(_service.Run("timer", "show", "web", "2").Output, Is.EqualTo(_service.Run("timer", "show", "web", "tick").Output).And.StartsWith("timer      2 tick of web\n"));
        Assert.That(_service.Run("timer", "show", "web", "3", "--json").Json().GetProperty("clock").GetString(), Is.EqualTo("CLOCK_BOOTTIME_ALARM"));
    }

    [Test]
    public void Set_SaysWhatItWasAndWhatItIs()
    {
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick", "--value", "5s", "--interval", "10s");
        _service.Run("timer", "set", "web", "tick", "--value", "1h").Prints("""
            before     in 5s, interval 10s

            timer      1 tick of web
            clock      CLOCK_MONOTONIC
            state      armed
            expires    in 1h
            interval   -
            flags      -

              clockid: 1
              ticks: 0
              settime flags: 00
              it_value: (3600, 0)
              it_interval: (0, 0)
            """);
        Assert.That(_service.Run("timer", "set", "web", "tick", "--value", "0", "--json").Json().GetProperty("old_value_ns").GetInt64(), Is.EqualTo(3_600_000_000_000));
    }

    [Test]
    public void Set_UnderAPendingCancel_SaysSo()
    {
        Make();
        _service.Do("ns", "set", "web", "--realtime", "+4d", "--yes");
        Assert.That(_service.Run("timer", "set", "web", "noon", "--at", "2026-02-01T00:00:00Z", "--cancel-on-set").OutputLines[1],
            Is.EqualTo("           the wall clock had been set meanwhile (ECANCELED); the timer is set all the same"));
    }

    [Test]
    public void Set_Nothing_IsWrongUse() => _service.Run("timer", "set", "web", "x").IsRefused("nothing to set: give --value, --at or --interval");

    [Test]
    public void Read_TakesTheCount()
    {
        Make();
        _service.Advance(25);
        _service.Run("timer", "read", "web", "tick").Prints("8 expirations, the first due 1000.01s, read at 1000.08s");
        _service.Run("timer", "read", "web", "tick").Prints("nothing to read (EAGAIN)");
        _service.Advance(10);
        var read = _service.Run("timer", "read", "web", "tick", "--json").Json();
        Assert.That((read.GetProperty("status").GetString(), read.GetProperty("expirations").GetInt64()), Is.EqualTo(("ticks", 1)));
    }

    [Test]
    public void Read_ACancel_SaysSoOnce()
    {
        Make();
        _service.Do("ns", "set", "web", "--realtime", "+4d", "--yes");
        _service.Run("timer", "read", "web", "noon").Prints("the wall clock was set (ECANCELED)");
    }

    [Test]
    public void Delete_ClosesIt()
    {
        Make();
        _service.Run("timer", "delete", "web", "noon").Prints("timer noon of web is deleted");
        _service.Run("timer", "delete", "web", "2", "--json").Prints("""{"namespace":"web","timer":"2","deleted":true}""");
        Assert.That(_service.Runtime.FindNamespace("web")!.Timers, Has.Count.EqualTo(1));
    }

    [TestCase("show")]
    [TestCase("read")]
    [TestCase("delete")]
    public void Verb_ATimerThatIsNotThere_IsRefused(string verb)
    {
        _service.Run("timer", verb, "web", "x").Fails(1, "Namespace 'web' has no timer 'x' (ENOENT)");
        _service.Run("timer", verb, "nope", "x").Fails(1, "There is no namespace 'nope' (ENOENT)");
        _service.Run("timer", verb, "web", "..").IsRefused("'..' cannot be a name");
    }

    /// <summary>One that will fire, one that has (5 periods by now), one that is disarmed.</summary>
    private void Make()
    {
        _service.Do("timer", "create", "web", "realtime", "--name", "noon", "--at", "2026-01-04T12:00:00.055Z", "--cancel-on-set");
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick", "--interval", "10ms");
        _service.Do("timer", "create", "web", "boottime-alarm");
        _service.Advance(55);
    }

    [Test]
    public void Set_DryRun_ShowsWhatWouldFire_AndTheSetSaysItBefore()
    {
        _service.Do("timer", "create", "web", "monotonic", "--name", "beat", "--value", "9s");
        var shown = _service.Run("timer", "set", "web", "beat", "--at", "500s", "--interval", "7s", "--dry-run").OutputLines;
        Assert.That((shown[0], shown[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]), Is.EqualTo(("this makes 1 timer fire", "72")));
        _service.Run("timer", "set", "web", "beat", "--value", "1s", "--dry-run").Prints("this makes no timer fire");
        Assert.That(_service.Run("timer", "show", "web", "beat").Output, Does.Contain("expires    in 9s"));
        Assert.That(_service.Run("timer", "set", "web", "beat", "--at", "500s").OutputLines[0], Is.EqualTo("this makes 1 timer fire"));
        Assert.That(_service.Run("timer", "set", "web", "beat", "--value", "1s").OutputLines[0], Does.StartWith("before "));
    }
}
