using System.Globalization;
using System.Text.Json;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Web;

/// <summary>The web page in a browser, over a service in simulated time: what it shows, and what it lets whom do.</summary>
[Platform("Linux")]
[CancelAfter(180_000)]
public class WebBrowserTest
{
    private const string Three = """
        {
          "host_name": "db-1",
          "namespaces": [
            {"name": "web", "offsets": {"realtime": "+3d", "monotonic": "1h"}, "timers": [
              {"name": "beat", "clock": "monotonic", "set": {"value": "10s", "interval": "10s"}},
              {"name": "report", "clock": "realtime", "set": {"at": "2026-01-04T00:00:20Z"}}]},
            {"name": "a name / <b>of</b> \"its\" own", "offsets": {"boottime": "400d0.000000001s"}},
            {"name": "cold"}],
          "access": ACCESS
        }
        """;

    private Browser? _browser;
    private TestFolder _folder = null!;

    private static string Reader => Three.Replace("ACCESS", "{}", StringComparison.Ordinal);

    private static string Admin => Three.Replace("ACCESS", """{"tcp_role": "admin"}""", StringComparison.Ordinal);

    [OneTimeSetUp]
    public async Task Start() => _browser = await Browser.StartAsync();

    [OneTimeTearDown]
    public async Task End()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    [SetUp]
    public void Make() => _folder = new TestFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task ThePage_ShowsWhatTheServiceReports_AndComplainsOfNothing()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        rig.Service.Namespace("cold").Freeze();
        rig.Service.Kernel.Advance(NodaTime.Duration.FromDays(2));
        var page = await OpenAsync(rig);
        var reported = (await rig.SendAsync("GET", "/v1/namespaces")).Has(200).As(ControlJson.Default.NamespaceList).Namespaces;
        Assert.That(reported, Has.Count.EqualTo(4));
        Assert.That((await page.EvaluateAsync("[...document.querySelectorAll('[data-namespace]')].map(c => c.dataset.namespace).sort()")).EnumerateArray().Select(static n => n.GetString()),
            Is.EquivalentTo(reported.Select(static n => n.Name)));
        foreach (var info in reported)
        {
            var card = $"[...document.querySelectorAll('.card')].find(c => c.dataset.namespace === {JsonSerializer.Serialize(info.Name)})";
            await ShowsAsync(page, card, "realtime", info.Clocks.RealtimeNs, info.Frozen);
            await ShowsAsync(page, card, "monotonic", info.Clocks.MonotonicNs, info.Frozen);
            await ShowsAsync(page, card, "boottime", info.Clocks.BoottimeNs, info.Frozen);
            Assert.That((await page.EvaluateAsync($"{card}.querySelector('.badge').checkVisibility()")).GetBoolean(), Is.EqualTo(info.Frozen), info.Name);
        }

        Assert.That(await page.TextAsync("[data-namespace=web] [data-offset=realtime]"), Does.Contain("+3d"));
        Assert.That(await page.TextAsync("[data-namespace^='a name'] [data-offset=boottime]"), Does.Contain("+400d0.000000001s"), "nothing is lost beyond 2^53");
        Assert.That(await page.TextAsync("h1"), Does.Contain("db-1"));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task AClock_GoesOnInThePage_AndAFrozenOneStands()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        rig.Service.Namespace("cold").Freeze();
        var page = await OpenAsync(rig);
        await page.EvaluateAsync("window.before = ['web', 'cold'].map(n => document.querySelector(`[data-namespace=${n}] [data-clock=monotonic]`).textContent)");
        await page.WaitAsync("document.querySelector('[data-namespace=web] [data-clock=monotonic]').textContent > window.before[0]");
        Assert.That((await page.EvaluateAsync("document.querySelector('[data-namespace=cold] [data-clock=monotonic]').textContent === window.before[1]")).GetBoolean(), Is.True);
    }

    [Test]
    public async Task ANamespace_ComesAndGoes_WithoutAReload()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        var page = await OpenAsync(rig);
        await page.EvaluateAsync("window.same = true");
        using var body = new StringContent("""{"name": "new", "offsets": {"realtime": "-1d"}}""", System.Text.Encoding.UTF8, "application/json");
        (await Answer.OfAsync(await rig.Service.Http.PostAsync("/v1/namespaces", body))).Has(201);
        await page.WaitForAsync("[data-namespace=new]");
        await page.WaitForTextAsync("#event-list", "the namespace was created");
        Assert.That(await page.TextAsync("[data-namespace=new] [data-offset=realtime]"), Does.Contain("-1d"));
        (await rig.Service.SendAsync("DELETE", "/v1/namespaces/new")).Has(204);
        await page.WaitAsync("!document.querySelector('[data-namespace=new]')");
        Assert.That((await page.EvaluateAsync("window.same === true")).GetBoolean(), Is.True);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task AReader_HasNothingToEditWith()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        var page = await OpenAsync(rig);
        Assert.That(await page.TextAsync("#role"), Is.EqualTo("Reader"));
        Assert.That((await page.EvaluateAsync("[...document.querySelectorAll('[data-do]')].filter(b => b.checkVisibility()).length")).GetInt32(), Is.Zero);
        Assert.That(await page.IsShownAsync("#token-open"), Is.True);
    }

    [Test]
    public async Task AnAdmin_SeesWhatAnOffsetFires_ThenSetsIt()
    {
        await using var rig = await WebRig.StartAsync(_folder, Admin);
        var page = await OpenAsync(rig);
        await page.ClickAsync("[data-namespace=web] [data-do=edit]");
        await page.TypeAsync("[name=realtime]", "+3d1m");
        await page.ClickAsync("#offsets-try");
        await page.WaitForTextAsync("#offsets-effect", "This makes 1 timer fire.");
        Assert.That(await page.TextAsync("#offsets-effect"), Does.Contain("report (CLOCK_REALTIME)"));
        Assert.That((await rig.LookAsync("web")).Offsets.RealtimeNs, Is.EqualTo(Seconds(3 * 86400)), "a dry run changes nothing");
        await page.ClickAsync("#offsets-set");
        await page.WaitForTextAsync("[data-namespace=web] [data-offset=realtime]", "+3d1m");
        await page.WaitForTextAsync("#said", "That made 1 timer fire.");
        var set = await rig.LookAsync("web");
        Assert.That((set.Offsets.RealtimeNs, set.Offsets.MonotonicNs), Is.EqualTo((Seconds((3 * 86400) + 60), Seconds(3600))), "the other offset is left alone");
        await page.WaitForTextAsync("#event-list", "its offsets were set; REALTIME +3d → +3d1m");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task WhatTheServiceRefuses_IsToldAtTheField_AndNothingCanBeSet()
    {
        await using var rig = await WebRig.StartAsync(_folder, Admin);
        var page = await OpenAsync(rig);
        await page.ClickAsync("[data-namespace=web] [data-do=edit]");
        await page.TypeAsync("[name=boottime]", "soon");
        await page.ClickAsync("#offsets-try");
        await page.WaitForTextAsync("#offsets-fault", "'soon' is not a span");
        Assert.That((await page.EvaluateAsync("document.activeElement.name + document.activeElement.getAttribute('aria-invalid')")).GetString(), Is.EqualTo("boottimetrue"));
        Assert.That(await page.IsShownAsync("#offsets-set"), Is.False);
        await page.TypeAsync("[name=boottime]", "1s");
        await page.ClickAsync("#offsets-try");
        await page.WaitForAsync("#offsets-set");
        await page.TypeAsync("[name=boottime]", "2s");
        Assert.That(await page.IsShownAsync("#offsets-set"), Is.False, "what was looked at is not what is there now");
    }

    [Test]
    public async Task AnAdmin_FreezesAndThaws()
    {
        await using var rig = await WebRig.StartAsync(_folder, Admin);
        var page = await OpenAsync(rig);
        await page.ClickAsync("[data-namespace=cold] [data-do=freeze]");
        await page.WaitForAsync("[data-namespace=cold] .badge");
        Assert.That((await rig.LookAsync("cold")).Frozen, Is.True);
        rig.Service.Namespace("cold").CreateTimer(ClockId.Boottime).Set(TimerSetting.After(NodaTime.Duration.FromMinutes(1)));
        rig.Service.Kernel.Advance(NodaTime.Duration.FromHours(1));
        await page.ClickAsync("[data-namespace=cold] [data-do=thaw]");
        await page.WaitForTextAsync("#said", "cold is going again. That made 1 timer fire.");
        await page.WaitAsync("!document.querySelector('[data-namespace=cold] .badge').checkVisibility()");
        Assert.That((await rig.LookAsync("cold")).Frozen, Is.False);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task ATokenThatIsTyped_MakesAnAdmin_AndAWrongOneDoesNot()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        var page = await OpenAsync(rig);
        await page.ClickAsync("#token-open");
        await page.TypeAsync("[name=token]", "not the right one at all");
        await page.ClickAsync("#token-form [type=submit]");
        await page.WaitForTextAsync("#token-fault", "does not know this token");
        await page.TypeAsync("[name=token]", (await File.ReadAllTextAsync(WebRig.TokenFile(_folder))).Trim());
        await page.ClickAsync("#token-form [type=submit]");
        await page.WaitForTextAsync("#role", "Admin");
        await page.WaitForAsync("[data-namespace=web] [data-do=edit]");
        await page.ClickAsync("#token-open");
        await page.ClickAsync("#token-forget");
        await page.WaitForTextAsync("#role", "Reader");
        Assert.That(await page.IsShownAsync("[data-namespace=web] [data-do=edit]"), Is.False);
    }

    /// <summary>The page reads no timer, whoever looks at it: it shows what another subscriber reads, and takes nothing from it.</summary>
    [Test]
    public async Task Ticks_ThatAnotherSubscriberReads_AppearOnAReadersPage_WithTheirLateness()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        var read = 0;
        using var beat = rig.Service.Namespace("web").FindTimer("beat")!.Ticks.Subscribe(_ => Interlocked.Increment(ref read));
        using var report = rig.Service.Namespace("web").FindTimer("report")!.Ticks.Subscribe(_ => Interlocked.Increment(ref read));
        rig.Service.Namespace("cold").CreateTimer(ClockId.Monotonic, "unread").Set(TimerSetting.Every(NodaTime.Duration.FromSeconds(10)));
        var page = await OpenAsync(rig);
        Assert.That(await page.TextAsync("#role"), Is.EqualTo("Reader"));
        foreach (var ticks in new[] { 1, 3, 4 })
        {
            rig.Service.Kernel.Advance(NodaTime.Duration.FromSeconds(10)); // and no further: ticks that wait for the stream are summed
            await page.WaitAsync($"document.querySelectorAll('#event-list [data-kind=tick]').length === {ticks}");
        }

        var list = await page.TextAsync("#event-list");
        Assert.That(list, Does.Contain("web / beat").And.Contain("web / report").And.Contain("1 expiration, 0 ns late").And.Not.Contain("unread"));
        Assert.That(Volatile.Read(ref read), Is.EqualTo(4), "the page took none of them");
        await page.WaitForTextAsync("#lateness", "4 ticks: median 0 ns");
        Assert.That(await page.TextAsync("#histogram tbody tr:first-child"), Does.Contain("4"));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task WhenTheServiceGoes_ThePageSaysSo_AndItGoesOnWithTheNext()
    {
        BrowserPage page;
        int port;
        await using (var rig = await WebRig.StartAsync(_folder, Reader))
        {
            page = await OpenAsync(rig);
            port = rig.Address.Port;
        }

        await page.WaitForTextAsync("#banner", "Clocks stand as they were last known");
        Assert.That(await page.TextAsync("#link"), Does.Contain("No connection"));
        var next = Reader.Replace("\"cold\"", "\"warm\"", StringComparison.Ordinal);
        await using var again = await WebRig.StartAsync(_folder, next, port, static builder => LaterMachine.Add(builder));
        await page.WaitForTextAsync("#said", "The service was restarted at 2026-06-01 00:00:00 UTC");
        await page.WaitForAsync("[data-namespace=warm]");
        Assert.That(await page.IsShownAsync("#banner"), Is.False);
        Assert.That((await page.EvaluateAsync("!!document.querySelector('[data-namespace=cold]')")).GetBoolean(), Is.False);
    }

    [Test]
    public async Task FiveHundredNamespaces_AreCapped_Filtered_AndShownInParts()
    {
        await using var rig = await WebRig.StartAsync(_folder);
        for (var i = 0; i < 500; i++)
        {
            rig.Service.Runtime.CreateNamespace($"tenant-{i:D3}");
        }

        var page = await OpenAsync(rig);
        await page.WaitForTextAsync("#shown", "12 of 500");
        Assert.That((await page.EvaluateAsync("document.querySelectorAll('#cards > li').length")).GetInt32(), Is.EqualTo(12));
        Assert.That((await page.EvaluateAsync("document.querySelectorAll('*').length")).GetInt32(), Is.LessThan(2000), "elements of the page");
        await page.ClickAsync("#more");
        await page.WaitAsync("document.querySelectorAll('#cards > li').length === 60");
        await page.TypeAsync("#filter", "-499");
        await page.WaitAsync("document.querySelectorAll('#cards > li').length === 1");
        Assert.That(await page.TextAsync("#cards h3"), Is.EqualTo("tenant-499"));
        await page.TypeAsync("#filter", "nobody");
        await page.WaitForTextAsync("#none", "No namespace is as the filter wants it");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Deadlines_AreReachedByKeyboard_AndTheTableHasTheSame()
    {
        await using var rig = await WebRig.StartAsync(_folder, Reader);
        var page = await OpenAsync(rig);
        await page.WaitAsync("document.querySelectorAll('.mark').length === 2");
        Assert.That((await page.EvaluateAsync("document.querySelectorAll('.mark[tabindex=\"0\"]').length")).GetInt32(), Is.EqualTo(1), "one stop of the Tab key");
        await page.EvaluateAsync("document.querySelector('.mark[tabindex=\"0\"]').focus()");
        await page.WaitForTextAsync("#mark-detail", "web: beat, CLOCK_MONOTONIC, in ");
        Assert.That(await page.TextAsync("#mark-detail"), Does.Contain("then every 10s"));
        await page.PressAsync("ArrowRight", 39);
        await page.WaitForTextAsync("#mark-detail", "web: report, CLOCK_REALTIME, in ");
        await page.ClickAsync("#table summary");
        await page.WaitAsync("document.querySelectorAll('#deadline-rows tr').length === 2");
        Assert.That(await page.TextAsync("#deadline-rows tr:last-child"), Does.Contain("report").And.Match("2026-01-04 00:00:2[0-9]\\.[0-9]\t"), "as late as the page is old, for the service's clocks stand");
        await page.ClickAsync("[name=scale][value=day]");
        await page.WaitForTextAsync("#timeline", "12 h");
    }

    [Test]
    public async Task ThePage_FitsFromNarrowToWide([Values(360, 800, 1400)] int width)
    {
        await using var rig = await WebRig.StartAsync(_folder, Admin);
        rig.Service.Runtime.CreateNamespace(new string('w', 100));
        rig.Service.Namespace("web").SetOffsets(TimeNs.Clocks.ClockOffsets.Of(NodaTime.Duration.FromNanoseconds(-123_456_789_123_456_789), NodaTime.Duration.FromHours(1)));
        var page = await OpenAsync(rig, width);
        await page.ClickAsync("#table summary");
        await page.WaitAsync("document.querySelectorAll('#deadline-rows tr').length >= 1");
        Assert.That((await page.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32(), Is.LessThanOrEqualTo(width));
        var cut = await page.EvaluateAsync("[...document.querySelectorAll('.card')].filter(c => c.scrollWidth > c.clientWidth).map(c => c.innerText)");
        Assert.That(cut.EnumerateArray(), Is.Empty);
    }

    [Test]
    public async Task TheTextsOfTime_AreThoseOfTheService()
    {
        await using var rig = await WebRig.StartAsync(_folder);
        var page = await OpenAsync(rig);
        long[] values = [0, 1, -1, 999, 1_500_000, 1_000_000_000, 86_400_000_000_000, 864_000_500_000_000, 5_400_000_000_000, -9_007_199_254_740_993, long.MaxValue, long.MinValue];
        foreach (var value in values)
        {
            var text = await page.EvaluateAsync($"import('/web/time.js').then(t => t.span({value}n))");
            Assert.That(text.GetString(), Is.EqualTo(DurationText.Format(value)));
        }

        var parsed = await page.EvaluateAsync(
            """import('/web/wire.js').then(w => { const p = w.parse('{"a_ns":9007199254740993,"b":-9223372036854775808,"c":12,"d":"9007199254740993 \\"e_ns\\":1","f_ns":5}'); return [typeof p.a_ns, `${p.a_ns}`, `${p.b}`, typeof p.c, p.d, typeof p.f_ns].join('|'); })""");
        Assert.That(parsed.GetString(), Is.EqualTo("bigint|9007199254740993|-9223372036854775808|number|9007199254740993 \"e_ns\":1|bigint"));
    }

    private static long Seconds(long seconds) => seconds * 1_000_000_000;

    private async Task<BrowserPage> OpenAsync(WebRig rig, int width = 1400)
    {
        var page = await _browser!.OpenAsync(width);
        await page.GoAsync(rig.Address);
        await page.WaitForTextAsync("#link", "Live");
        return page;
    }

    /// <summary>
    /// The clock in the page reads what the service reported, and what passed since in the browser, which is at most the age of the page. The
    /// service's own clocks stand.
    /// </summary>
    private static async Task ShowsAsync(BrowserPage page, string card, string clock, long reported, bool stands)
    {
        var shown = await page.EvaluateAsync($"[{card}.querySelector('[data-clock={clock}]').textContent, performance.now()]");
        var text = shown[0].GetString()!;
        var milliseconds = clock == "realtime"
            ? DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds()
            : (long)TimeSpan.ParseExact(text, [@"hh\:mm\:ss\.fff", @"d\d\ hh\:mm\:ss\.fff"], CultureInfo.InvariantCulture).TotalMilliseconds;
        var since = milliseconds - (reported / 1_000_000);
        Assert.That(since, stands ? Is.Zero : Is.InRange(0, (long)Math.Ceiling(shown[1].GetDouble())), $"{card} {clock}: {text}");
    }
}
