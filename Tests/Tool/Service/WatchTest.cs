using System.Text.Json;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Tool.Service;

/// <summary><c>timens watch</c>: a line for each event, and each way in which it ends.</summary>
public class WatchTest
{
    private ToolService _service;

    [SetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web", "--realtime", "+3d");
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick", "--interval", "10ms");
        _service.Do("timer", "create", "web", "realtime", "--at", "2026-02-01T00:00:00Z", "--cancel-on-set");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Watch_OfEverything_ShowsChangesAndWhatComesAndGoes()
    {
        using var watch = Begin("watch", "--count", "6");
        Assert.That(watch.Error, Is.EqualTo("watching changes and the ticks that others read; with --read all ticks, until Ctrl-C\n"));
        _service.Do("ns", "create", "db");
        _service.Do("timer", "create", "db", "monotonic", "--name", "a");
        _service.Do("timer", "create", "db", "monotonic");
        _service.Do("ns", "set", "web", "--realtime", "+4d", "--boottime", "1s", "--yes");
        _service.Do("timer", "delete", "db", "2");
        _service.Do("ns", "delete", "db");
        Assert.That(watch.Code, Is.Zero);
        Assert.That(watch.Output, Is.EqualTo("""
            created  db
            created  db/a
            created  db/2
            change   web  offsets-set at 2026-01-05T00:00:00Z, offset REALTIME +3d → +4d, BOOTTIME 0 → +1s
            closed   db/2
            closed   db

            """));
    }

    [Test]
    public void Watch_WithoutRead_LeavesTheTicksToTheirReaders()
    {
        using var watch = Begin("watch", "web");
        _service.Advance(35);
        _service.Run("timer", "read", "web", "tick").Prints("3 expirations, the first due 1000.01s, read at 1000.035s");
        watch.Interrupt();
        Assert.That((watch.Code, watch.Output), Is.EqualTo((0, "")));
    }

    [Test]
    public void Watch_WithRead_ShowsTicksAndCancels()
    {
        using var watch = Begin("watch", "web", "--read");
        _service.Advance(10);
        watch.OutputHas("tick     web/tick  1x, due 1000.01s, late 0\n");
        _service.Do("ns", "set", "web", "--realtime", "+4d", "--yes");
        watch.OutputHas("canceled web/2  the wall clock was set (ECANCELED), seen at 2026-01-05T00:00:00.01Z\n");
        Assert.That(_service.Run("timer", "read", "web", "tick").Output, Does.Contain("EAGAIN"));
    }

    [Test]
    public void Watch_OneTimer_ForPrograms_IsALineOfJsonEach()
    {
        using var watch = Begin("watch", "web", "tick", "--read", "--json", "--count", "2");
        _service.Advance(10);
        watch.OutputHas("\n");
        _service.Advance(10);
        Assert.That(watch.Code, Is.Zero);
        var lines = watch.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonElement.Parse(l)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Length.EqualTo(2));
            Assert.That(lines[1].EnumerateObject().Select(static m => m.Name), Is.EqualTo(new[]
            {
                "event", "namespace", "timer", "name", "clock", "expirations", "due_ns", "at_ns", "lateness_ns", "canceled",
            }));
            Assert.That(lines[1].GetProperty("event").GetString(), Is.EqualTo("tick"));
            Assert.That(lines[1].GetProperty("due_ns").GetInt64(), Is.EqualTo(1_000_020_000_000));
        });
    }

    [Test]
    public void Watch_Interrupted_EndsWithZero()
    {
        using var watch = Begin("watch", "--json");
        watch.Interrupt();
        Assert.That(watch.Code, Is.Zero);
    }

    [Test]
    public void Watch_ForATime_EndsWithZero()
    {
        var kernel = new SimulatedKernel();
        var surroundings = _service.Surroundings with { StartClocks = () => TimeRuntime.Start(kernel) };
        using var watch = new LiveRun(surroundings, "watch", "--for", "1h");
        watch.ErrorHas("watching");
        LiveRun.Advance(kernel, 3600);
        Assert.That((watch.Code, watch.Output), Is.EqualTo((0, "")));
    }

    [Test]
    public void Watch_WhatIsWatchedIsClosed_EndsWithZero()
    {
        using var watch = Begin("watch", "web");
        _service.Do("ns", "delete", "web");
        Assert.That((watch.Code, watch.Output), Is.EqualTo((0, "closed   web\n")));
    }

    [Test]
    public void Watch_TheServiceStops_IsExitCodeThree()
    {
        using var watch = Begin("watch");
        _service.Do("ns", "create", "db");
        _service.Do("ns", "delete", "db");
        watch.OutputHas("closed   db\n");
        _service.Stop();
        Assert.That(watch.Code, Is.EqualTo(3));
        Assert.That(watch.Error, Does.EndWith("timens: the service has ended the watch: it is stopping\n"));
    }

    [Test]
    public void Watch_AnEventOfALaterService_IsShownAsItCame()
    {
        using var fake = new FakeService(static http => FakeService.Write(http, 200, "text/event-stream", "event: new\ndata: {\"a\":[1]}\n\nevent: dropped\ndata: {\"count\":1,\"expirations\":7,\"conflated\":2}\n\n"));
        var run = fake.Run("watch", "--count", "2");
        Assert.That((run.Code, run.Output), Is.EqualTo((0, "new      {\"a\":[1]}\ndropped  1 event that came too fast (7 expirations in them), 2 ticks summed into others\n")), run.Error);
    }

    [TestCase("--read needs a namespace", "--read")]
    [TestCase("--count must be a whole number of at least 1, not '0'", "--count", "0")]
    [TestCase("--for must be a duration of at least 0", "--for", "-5s")]
    public void Watch_WrongUse_IsRefused(string reason, params string[] args) => _service.Run(["watch", .. args]).IsRefused(reason);

    [Test]
    public void Watch_WhatIsNotThere_IsRefused()
    {
        _service.Run("watch", "nope").Fails(1, "There is no namespace 'nope' (ENOENT)");
        _service.Run("watch", "web", "nope").Fails(1, "Namespace 'web' has no timer 'nope' (ENOENT)");
    }

    /// <summary>A watch that the service knows of.</summary>
    private LiveRun Begin(params string[] args)
    {
        var watch = new LiveRun(_service.Surroundings, args);
        watch.ErrorHas("watching");
        return watch;
    }
}
