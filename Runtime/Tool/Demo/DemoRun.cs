using NodaTime;
using Spectre.Console;
using TimeNs.Clocks;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tool.Demo;

/// <summary>
/// The main job, once all the way through, on the real engine and the machine's own clocks: namespaces, ticks, a live clock change, a
/// checkpoint, downtime, a restore on a fresh runtime, and a verdict on every timer.
/// </summary>
/// <remarks>
/// It waits for events, never for a guess of how long they take. Each timer is judged by counts and deadlines; lateness is shown
/// and not judged, since that is the machine's.
/// </remarks>
/// <param name="console">Where it tells what happens.</param>
/// <param name="save">Where to keep the image for a look at it; null keeps it in memory.</param>
internal sealed class DemoRun(IAnsiConsole console, string? save)
{
    private static readonly Duration s_hour = Duration.FromHours(1);
    private static readonly Duration s_downtime = Duration.FromSeconds(3);
    private static readonly Duration s_heartbeat = Duration.FromMilliseconds(250);
    private static readonly Duration s_poll = Duration.FromMilliseconds(400);
    private static readonly Duration s_backlog = Duration.FromMilliseconds(100);
    private static readonly Duration s_cron = Duration.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Recorder> _records = [];
    private readonly Dictionary<string, ClockTime> _deadlines = [];
    private readonly List<Row> _rows = [];
    private ClockTime _began;

    /// <summary>0 when every timer kept its meaning, 1 when one lost it.</summary>
    public async Task<int> RunAsync()
    {
        var image = await FirstLife().ConfigureAwait(false);
        await Downtime().ConfigureAwait(false);
        await SecondLife(ImageFormat.Decode(image)).ConfigureAwait(false);
        return Report();
    }

    private async Task<byte[]> FirstLife()
    {
        await using var runtime = TimeRuntime.Start();
        _began = runtime.Host.Read(ClockId.Monotonic);
        Title($"First life, on the {runtime.Kernel.Name} kernel");
        using var web = runtime.CreateNamespace("web", ClockOffsets.Of(realtime: Duration.FromDays(3), monotonic: s_hour));
        using var db = runtime.CreateNamespace("db", ClockOffsets.Of(realtime: -s_hour));
        Say(runtime, $"namespace web: wall clock {Wall(web)} (3 days ahead), MONOTONIC an hour ahead");
        Say(runtime, $"namespace db:  wall clock {Wall(db)} (an hour behind)");
        var heartbeat = Periodic(web, "heartbeat", ClockId.Monotonic, s_heartbeat);
        var poll = Periodic(db, "poll", ClockId.Boottime, s_poll);
        await Seen(heartbeat, 3).ConfigureAwait(false);
        await Seen(poll, 2).ConfigureAwait(false);
        await ChangeLive(runtime, web, db).ConfigureAwait(false);
        await Backlog(runtime, web, heartbeat).ConfigureAwait(false);
        ArmForTheMove(web);
        return Checkpoint(runtime, web);
    }

    /// <summary>Sets web's wall clock an hour ahead: one timer fires for it, one is told of it, and db notices nothing.</summary>
    private async Task ChangeLive(TimeRuntime runtime, RuntimeNamespace web, RuntimeNamespace db)
    {
        Title("web's wall clock is set an hour ahead, live");
        var noon = At(web, "noon", ClockId.Realtime, s_hour);
        var lease = At(web, "lease", ClockId.Realtime, s_hour + s_hour, cancelOnSet: true);
        var other = At(db, "other", ClockId.Realtime, s_hour);
        Say(runtime, "armed: web/noon in 1 h of wall clock; web/lease in 2 h, to be told of clock sets; db/other in 1 h");
        web.SetOffsets(web.Offsets.With(ClockBase.Realtime, web.Offsets.RealtimeNs + (long)s_hour.TotalNanoseconds));
        await noon.Until(static t => t.Count >= 1).WaitAsync(s_patience, runtime.Host.TimeProvider).ConfigureAwait(false);
        await lease.Until(static t => t.Count >= 1).WaitAsync(s_patience, runtime.Host.TimeProvider).ConfigureAwait(false);
        _rows.Add(Verdicts.OneShot("web/noon", "REALTIME at +1 h", _deadlines["noon"], noon.Ticks, "- (fired before the move)"));
        var remaining = db.FindTimer("other")!.Get().Value;
        _rows.Add(Verdicts.Untouched("db/other", "REALTIME at +1 h", remaining, s_hour - Duration.FromMinutes(1), s_hour, other.Ticks));
    }

    /// <summary>A periodic timer that nobody reads while it expires again and again.</summary>
    private async Task Backlog(TimeRuntime runtime, RuntimeNamespace web, Recorder heartbeat)
    {
        Title("A periodic timer that nobody reads");
        var timer = web.CreateTimer(ClockId.Monotonic, "backlog");
        _records["backlog"] = new Recorder("backlog");
        _deadlines["backlog"] = web.Read(ClockId.Monotonic).Plus((long)s_backlog.TotalNanoseconds);
        timer.Set(TimerSetting.At(_deadlines["backlog"], s_backlog, cancelOnSet: false));
        await Seen(heartbeat, heartbeat.Ticks.Count + 4).ConfigureAwait(false);
        Say(runtime, $"web/backlog: every {Verdicts.Span(s_backlog)}, readable: {timer.IsReadable}, and nobody has read it");
    }

    /// <summary>The timers whose meaning is at stake: all of them outlive the checkpoint.</summary>
    private void ArmForTheMove(RuntimeNamespace web)
    {
        At(web, "batch", ClockId.Realtime, Duration.FromSeconds(1));
        At(web, "release", ClockId.Realtime, s_downtime + Duration.FromSeconds(2));
        At(web, "uptime", ClockId.Boottime, s_downtime + Duration.FromSeconds(1));
        Periodic(web, "cron", ClockId.Realtime, s_cron);
        var timeout = Record(web.CreateTimer(ClockId.Monotonic, "timeout"));
        web.FindTimer(timeout.Name)!.Set(TimerSetting.After(Duration.FromSeconds(2)));
    }

    private byte[] Checkpoint(TimeRuntime runtime, RuntimeNamespace web)
    {
        Title("Checkpoint");
        var image = web.Checkpoint(stop: true);
        var bytes = ImageFormat.Encode(image);
        if (save is not null)
        {
            ImageFile.Save(image, save);
        }

        var timeout = image.Timers.Single(static t => t.Name == "timeout");
        _deadlines["timeout"] = image.Readings.Monotonic.Plus((long)image.Remaining(timeout).TotalNanoseconds);
        var backlog = image.Timers.Single(static t => t.Name == "backlog");
        Say(runtime, $"image of web: {bytes.Length} bytes, {image.Timers.Length} timers, {image.Unread(backlog)} unread ticks of backlog in it; the runtime ends");
        foreach (var record in _records.Values)
        {
            record.Told = null;
            record.BeginSecondLife();
        }

        return bytes;
    }

    private async Task Downtime()
    {
        Title($"Downtime: {Verdicts.Span(s_downtime)} in which nothing of TimeNs runs for web");
        await using var elsewhere = TimeRuntime.Start();
        using var alarm = elsewhere.Host.CreateTimer(ClockId.Monotonic);
        alarm.Set(TimerSetting.Every(s_downtime / 6));
        for (var i = 0UL; i < 6;)
        {
            i += (await alarm.ReadAsync().ConfigureAwait(false)).Expirations;
            console.Write(new string('.', (int)Math.Min(i, 6)) + (i < 6 ? "\r" : "\n"));
        }
    }

    private async Task SecondLife(NamespaceImage image)
    {
        Title("Second life: a fresh runtime");
        await using var runtime = TimeRuntime.Start();
        var forecast = runtime.Forecast(image, Duration.FromSeconds(3));
        using var web = runtime.Restore(image);
        foreach (var fire in forecast.Fires)
        {
            Say(runtime, $"forecast: {fire.Name,-9} {(fire.In == Duration.Zero ? "at once" : "in " + Verdicts.Span(fire.In)),-10} {(fire.IsCanceled ? "told of the clock set" : Verdicts.Times(fire.Expirations))}");
        }

        Say(runtime, $"restored as a suspended machine would resume: wall clock {Wall(web)}, MONOTONIC where it stood");
        foreach (var timer in web.Timers)
        {
            var record = _records[timer.Name!];
            record.Told = tick => Say(runtime, Line("web", record.Name, tick));
            if (timer.Name != "backlog")
            {
                timer.Ticks.Subscribe(record);
            }
        }

        await Task.WhenAll(
            Since("batch", 1), Since("release", 1), Since("uptime", 1), Since("timeout", 1), Since("lease", 1), Since("heartbeat", 4), Since("cron", 3))
            .WaitAsync(s_patience, runtime.Host.TimeProvider).ConfigureAwait(false);
        _records["backlog"].Read(web.FindTimer("backlog")!);
        Judge(image, web);
    }

    private void Judge(NamespaceImage image, RuntimeNamespace web)
    {
        var wallDown = web.ReadClocks().WallOffset - image.Readings.WallOffset;
        var down = Duration.FromNanoseconds(wallDown);
        var late = $"{Verdicts.Span(down)} late";
        var unread = image.Unread(image.Timers.Single(static t => t.Name == "backlog"));
        _rows.Add(Verdicts.Periodic("web/heartbeat", $"MONOTONIC every {Verdicts.Span(s_heartbeat)}", _deadlines["heartbeat"], s_heartbeat, _records["heartbeat"].Ticks, "the same"));
        _rows.Add(Verdicts.Periodic("web/backlog", $"MONOTONIC every {Verdicts.Span(s_backlog)}, unread", _deadlines["backlog"], s_backlog, _records["backlog"].Ticks, $"{unread - 1} of {unread} unread ticks lost"));
        _rows.Add(Verdicts.OneShot("web/timeout", "MONOTONIC in 2 s", _deadlines["timeout"], _records["timeout"].Ticks, "the same"));
        _rows.Add(Verdicts.OneShot("web/batch", "REALTIME at +1 s, in the downtime", _deadlines["batch"], _records["batch"].Ticks, late));
        _rows.Add(Verdicts.OneShot("web/release", "REALTIME at +5 s", _deadlines["release"], _records["release"].Ticks, late));
        _rows.Add(Verdicts.OneShot("web/uptime", "BOOTTIME at +4 s", _deadlines["uptime"], _records["uptime"].Ticks, late));
        var missed = Verdicts.Periods(_deadlines["cron"], s_cron, image.Readings.Realtime.Plus(wallDown)) - Verdicts.Periods(_deadlines["cron"], s_cron, image.Readings.Realtime);
        _rows.Add(Verdicts.Periodic("web/cron", $"REALTIME every {Verdicts.Span(s_cron)}", _deadlines["cron"], s_cron, _records["cron"].Ticks, $"{missed} ticks lost, phase off"));
        _rows.Add(Verdicts.CancelOnSet("web/lease", "REALTIME at +2 h, told of clock sets", 2, _records["lease"].Ticks, "not told of the move"));
    }

    private int Report()
    {
        Title("What became of every timer");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn("timer").NoWrap());
        foreach (var column in new[] { "set to", "did", "should have", "" })
        {
            table.AddColumn(column);
        }

        table.AddColumn("relative restore");

        foreach (var row in _rows)
        {
            table.AddRow(
                new Text(row.Timer), new Text(row.SetTo), new Text(row.Did), new Text(row.Should),
                row.IsKept ? new Text("kept", new Style(Color.Green)) : new Text("LOST", new Style(Color.Red)), new Text(row.Relative));
        }

        console.Write(table);
        var lost = _rows.Count(static r => !r.IsKept);
        console.WriteLine("A relative restore, as the 2009 patch had it, keeps the time remaining instead of the moment.");
        console.WriteLine(lost == 0 ? $"All {_rows.Count} timers kept their meaning." : $"{lost} of {_rows.Count} timers LOST their meaning.");
        return lost == 0 ? 0 : 1;
    }

    private Recorder Periodic(RuntimeNamespace ns, string name, ClockId clock, Duration interval)
    {
        var timer = ns.CreateTimer(clock, name);
        _deadlines[name] = ns.Read(clock).Plus((long)interval.TotalNanoseconds);
        timer.Set(TimerSetting.At(_deadlines[name], interval, cancelOnSet: false));
        return Record(timer);
    }

    private Recorder At(RuntimeNamespace ns, string name, ClockId clock, Duration ahead, bool cancelOnSet = false)
    {
        var timer = ns.CreateTimer(clock, name);
        _deadlines[name] = ns.Read(clock).Plus((long)ahead.TotalNanoseconds);
        timer.Set(TimerSetting.At(_deadlines[name], Duration.Zero, cancelOnSet));
        return Record(timer);
    }

    private Recorder Record(NamespaceTimer timer)
    {
        var record = _records[timer.Name!] = new Recorder(timer.Name!);
        record.Told = tick => Say(timer.Namespace.Runtime, Line(timer.Namespace.Name, record.Name, tick));
        timer.Ticks.Subscribe(record);
        return record;
    }

    private static Task Seen(Recorder record, int ticks) => record.Until(t => t.Count >= ticks);

    private Task Since(string name, int ticks)
    {
        var already = _records[name].Ticks.Count - _records[name].SinceRestore.Count;
        return Seen(_records[name], already + ticks);
    }

    private static string Line(string ns, string name, in Tick tick) => tick.IsCanceled
        ? $"{ns}/{name}: the wall clock was set (ECANCELED)"
        : $"{ns}/{name}: {Verdicts.Times(tick.Expirations)}, due {Verdicts.Point(tick.Due, tick.Clock)}, {tick.LatenessNs / 1e6:0.000} ms late";

    private static string Wall(RuntimeNamespace ns) => ns.Clock.GetCurrentInstant().ToDateTimeUtc().ToString("yyyy-MM-dd HH:mm:ss");

    private void Title(string text) => console.Write(new Rule($"[bold]{Markup.Escape(text)}[/]") { Justification = Justify.Left });

    /// <summary>One line of what happens, with the seconds since the beginning.</summary>
    private void Say(TimeRuntime runtime, string text)
    {
        var seconds = runtime.Kernel.Read(ClockBase.Monotonic).Since(_began) / 1e9;
        lock (_records)
        {
            console.Write(new Text($"{seconds,7:0.000}  {text}\n"));
        }
    }
}
