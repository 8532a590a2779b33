using System.Reactive.Disposables;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Tool;
using TimeNs.Timers;

namespace TimeNs.Tests.Control.Web;

/// <summary>Takes the pictures of docs/operations.md anew, and others to look at, of a service on the machine's own clocks. TIMENS_PICTURES says where the others go.</summary>
[Platform("Linux")]
[Explicit("takes pictures for people to look at")]
[CancelAfter(300_000)]
public class WebPictures
{
    private const string Config = """
        {
          "host_name": "db-1",
          "namespaces": [
            {"name": "web", "offsets": {"realtime": "+3d"}, "timers": [
              {"name": "beat", "clock": "monotonic", "set": {"value": "1s", "interval": "1s"}},
              {"name": "poll", "clock": "boottime", "set": {"value": "2.5s", "interval": "2500ms"}},
              {"name": "session/42", "clock": "monotonic", "set": {"value": "41s"}}]},
            {"name": "billing", "offsets": {"realtime": "-1h30m"}, "timers": [
              {"name": "invoices", "clock": "realtime", "set": {"value": "34s", "interval": "1d", "cancel_on_set": true}},
              {"name": "retry", "clock": "monotonic", "set": {"value": "27s", "interval": "6s"}}]},
            {"name": "mail-relay", "offsets": {"monotonic": "12h", "boottime": "12h"}, "timers": [
              {"name": "flush", "clock": "monotonic", "set": {"value": "38s", "interval": "9s"}},
              {"name": "lease", "clock": "boottime", "set": {"value": "58s"}}]},
            {"name": "ci/job-1187", "offsets": {"realtime": "+400d5h3m2.5s"}, "timers": [
              {"name": "timeout", "clock": "monotonic", "set": {"value": "20m"}}]},
            {"name": "restored-2", "timers": [{"name": "hourly", "clock": "realtime", "set": {"value": "25m", "interval": "1h"}}]}],
          "access": {"tcp_role": "admin"}
        }
        """;

    private TestFolder _folder = null!;
    private Browser? _browser;

    private static string Images => Path.Combine(Repository.Root, "docs/images");

    private static string Others => Environment.GetEnvironmentVariable("TIMENS_PICTURES") ?? "";

    [OneTimeSetUp]
    public async Task Start()
    {
        if (Others.Length == 0)
        {
            Assert.Ignore("needs TIMENS_PICTURES, a folder");
        }

        _browser = await Browser.StartAsync();
    }

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
    public async Task ThePage_WithTicks()
    {
        await using var rig = await StartAsync(Config);
        var report = rig.Service.Runtime.ReadClocks().Realtime.ToInstant() + Duration.FromDays(3) + Duration.FromSeconds(53);
        rig.Service.Namespace("web").CreateTimer(ClockId.Realtime, "report").Set(TimerSetting.At(report, Duration.FromHours(1), cancelOnSet: false));
        rig.Service.Namespace("restored-2").Freeze();
        using var readers = new CompositeDisposable(rig.Service.Namespace("web").Timers.Select(static t => t.Ticks.Subscribe()));
        var page = await _browser!.OpenAsync(1400, 1400);
        await page.GoAsync(rig.Address);
        await page.WaitAsync("document.querySelectorAll('#event-list [data-kind=tick]').length >= 14");
        await SaveAsync(page, Path.Combine(Images, "web-page.png"));
        await page.ColorAsync("dark");
        await SaveAsync(page, Path.Combine(Others, "1400-dark.png"));
        await page.ResizeAsync(800, 1900);
        await SaveAsync(page, Path.Combine(Others, "800-dark.png"));
        await page.ResizeAsync(360, 3400);
        await SaveAsync(page, Path.Combine(Others, "360-dark.png"));
        await page.ColorAsync("light");
        await page.ResizeAsync(360, 1500);
        await SaveAsync(page, Path.Combine(Others, "360-light.png"));
        await page.EvaluateAsync("document.getElementById('deadlines').scrollIntoView()");
        await SaveAsync(page, Path.Combine(Others, "360-light-lower.png"));
        await page.ResizeAsync(900, 640);
        await page.ClickAsync("[data-namespace=web] [data-do=edit]");
        await page.TypeAsync("[name=realtime]", "+3d1m");
        await page.ClickAsync("#offsets-try");
        await page.WaitForAsync("#offsets-set");
        await SaveAsync(page, Path.Combine(Images, "web-offsets.png"));
    }

    [Test]
    public async Task ThePage_WithNothing_WithMany_AndWithoutAService()
    {
        var page = await _browser!.OpenAsync(1400, 1500);
        await using (var rig = await StartAsync("""{"host_name": "db-1"}"""))
        {
            await page.GoAsync(rig.Address);
            await page.WaitForTextAsync("#none", "no namespace but the host");
            await SaveAsync(page, Path.Combine(Others, "empty.png"));
            for (var i = 0; i < 500; i++)
            {
                rig.Service.Runtime.CreateNamespace($"tenant-{i:D3}").CreateTimer(ClockId.Monotonic, "beat")
                    .Set(TimerSetting.After(Duration.FromSeconds(10 + i)));
            }

            await page.GoAsync(rig.Address);
            await page.WaitForTextAsync("#shown", "12 of 500");
            await SaveAsync(page, Path.Combine(Others, "many.png"));
        }

        await page.WaitForTextAsync("#link", "No connection");
        await SaveAsync(page, Path.Combine(Others, "lost.png"));
        await page.ResizeAsync(360, 900);
        await page.ColorAsync("dark");
        await SaveAsync(page, Path.Combine(Others, "lost-360.png"));
    }

    private Task<WebRig> StartAsync(string config) =>
        WebRig.StartAsync(_folder, config, services: static builder => builder.Services.AddSingleton<IKernel>(static _ => new LinuxKernel()));

    /// <summary>After a frame of the new size.</summary>
    private static async Task SaveAsync(BrowserPage page, string file)
    {
        await page.EvaluateAsync("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 300))))");
        await File.WriteAllBytesAsync(file, await page.PictureAsync());
    }
}
