namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens restore</c>: what it fires is said before, and with a dry run it is all that happens.</summary>
public class RestoreTest
{
    private ToolService _service;
    private string _file;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _file = _service.File("web.tns");
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Do("timer", "create", "web", "realtime", "--name", "noon", "--at", "2026-01-04T12:00:00Z");
        _service.Do("timer", "create", "web", "realtime", "--name", "lease", "--at", "2026-02-01T00:00:00Z", "--cancel-on-set");
        _service.Do("timer", "create", "web", "monotonic", "--name", "rest", "--value", "90s");
        _service.Do("checkpoint", "web", "-o", _file, "--stop");
        _service.Advance(12 * 3600 * 1000);
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Restore_SaysHowManyFireAndShowsTheNamespace()
    {
        var run = _service.Run("restore", _file);
        Assert.That((run.Code, run.OutputLines[0], run.OutputLines[1]), Is.EqualTo((0, "this makes 2 timers fire (1 cancelled)", "namespace  web")), run.Error);
        Assert.That(_service.Runtime.FindNamespace("web"), Is.Not.Null);
    }

    [Test]
    public void Restore_ForPrograms_IsTheServicesAnswer()
    {
        var change = _service.Run("restore", _file, "--as", "web2", "--json").Json();
        Assert.That((change.GetProperty("namespace").GetProperty("name").GetString(), change.GetProperty("fires_count").GetInt32()), Is.EqualTo(("web2", 2)));
    }

    [Test]
    public void Restore_DryRun_ShowsWhatWouldFireAndRestoresNothing()
    {
        _service.Run("restore", _file, "--dry-run").Prints("""
              clock       would read             offset
            ─────────────────────────────────────────────
              REALTIME    2026-01-04T12:00:00Z   +3d
              MONOTONIC   1000s                  -12h
              BOOTTIME    44200s                 0

            this makes 2 timers fire (1 cancelled)
              in        id   name    clock             expirations
            ────────────────────────────────────────────────────────
              at once    2   lease   CLOCK_REALTIME    canceled
              at once    1   noon    CLOCK_REALTIME    1
              1m30s      3   rest    CLOCK_MONOTONIC   1
            """);
        Assert.That(_service.Runtime.FindNamespace("web"), Is.Null);
    }

    [Test]
    public void Restore_DryRunWithAPolicy_IsOfThatPolicy()
    {
        var forecast = _service.Run("restore", _file, "--dry-run", "--clocks", "criu", "--realtime", "frozen", "--missed", "skip", "--within", "30s", "--json").Json();
        Assert.That(forecast.GetProperty("fires").GetArrayLength(), Is.Zero);
        Assert.That(_service.Run("restore", _file, "--dry-run", "--realtime", "frozen", "--within", "0").OutputLines[^1], Is.EqualTo("nothing would fire within 0"));
    }

    [Test]
    public void Restore_FromTheStandardInput_IsTheSame()
    {
        var bytes = File.ReadAllBytes(_file);
        _service.Surroundings = _service.Surroundings with { Input = () => new MemoryStream(bytes) };
        _service.Do("restore", "-");
        Assert.That(_service.Runtime.FindNamespace("web")!.Timers, Has.Count.EqualTo(3));
    }

    [Test]
    public void Restore_ANameThatIsTaken_IsRefused()
    {
        _service.Do("restore", _file);
        var run = _service.Run("restore", _file);
        Assert.That((run.Code, run.Error), Is.EqualTo((1, "timens: There is a namespace 'web' already (EEXIST)\n")));
    }

    [Test]
    public void Restore_ADamagedImage_IsToldWithoutAService()
    {
        var bytes = File.ReadAllBytes(_file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_file, bytes);
        ToolRun.In(ToolService.Around("/nowhere"), "restore", _file).IsRefused("not a usable image");
    }

    [Test]
    public void Restore_WrongUse_IsRefused()
    {
        _service.Run("restore", "/nowhere/x").IsRefused("/nowhere/x: no such file");
        _service.Run("restore", _file, "--within", "1h").IsRefused("--within is for --dry-run");
        _service.Run("restore", _file, "--clocks", "best").IsRefused("--clocks must be one of suspend, criu, gvisor, not 'best'");
        _service.Run("restore").IsRefused("Try 'timens restore --help'.");
    }

    [Test]
    public void Restore_ManyFire_SaysThatThereAreMore()
    {
        var many = _service.Runtime.CreateNamespace("many");
        for (var i = 0; i < 1001; i++)
        {
            many.CreateTimer(TimeNs.Clocks.ClockId.Boottime).Set(TimeNs.Timers.TimerSetting.After(NodaTime.Duration.FromSeconds(1)));
        }

        _service.Do("checkpoint", "many", "-o", _file, "--stop");
        _service.Advance(2000);
        var dry = _service.Run("restore", _file, "--dry-run");
        Assert.That(dry.Output, Does.Contain("this makes more than 1000 timers fire\n"));
        Assert.That(dry.OutputLines[^1], Is.EqualTo("… and more: --limit 1000 shows more"));
        Assert.That(_service.Run("restore", _file).OutputLines[0], Is.EqualTo("this makes more than 1000 timers fire"));
    }
}
