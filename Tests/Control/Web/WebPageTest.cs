using System.Text.RegularExpressions;
using TimeNs.Control.Web;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Web;

/// <summary>How the files of the web page are served, and what is in them as far as it can be told without a browser.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class WebPageTest
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["/"] = "text/html", [".css"] = "text/css", [".js"] = "text/javascript", [".svg"] = "image/svg+xml",
    };

    private TestFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TestFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task EveryFile_IsServedOnTheSocketAndOnThePort_WithItsTypeAndTheStrictHeaders()
    {
        await using var rig = await WebRig.StartAsync(_folder);
        Assert.That(WebFile.All.Select(static f => f.Path), Is.SupersetOf(new[] { "/", "/web/page.css", "/web/main.js", "/web/icon.svg" }));
        foreach (var file in WebFile.All)
        {
            foreach (var http in new[] { rig.Http, rig.Service.Http })
            {
                using var response = await http.GetAsync(file.Path);
                var headers = response.Headers;
                Assert.Multiple(() =>
                {
                    Assert.That((int)response.StatusCode, Is.EqualTo(200));
                    Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo(Types[file.Path == "/" ? "/" : Path.GetExtension(file.Path)]));
                    Assert.That(headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
                    Assert.That(headers.GetValues("Referrer-Policy"), Is.EqualTo(new[] { "no-referrer" }));
                    Assert.That(headers.GetValues("X-Frame-Options"), Is.EqualTo(new[] { "DENY" }));
                    Assert.That(headers.GetValues("Cross-Origin-Resource-Policy"), Is.EqualTo(new[] { "same-origin" }));
                    var policy = headers.GetValues("Content-Security-Policy").Single();
                    Assert.That(policy, Does.StartWith("default-src 'none';").And.Contain("frame-ancestors 'none'").And.Contain("base-uri 'none'").And.Contain("form-action 'none'"));
                    Assert.That(policy, Does.Not.Contain("unsafe").And.Not.Contain("*").And.Not.Contain("http").And.Not.Contain("data:"));
                });
                Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.EqualTo(file.Bytes.ToArray()));
            }
        }
    }

    [Test]
    public async Task AFileThatTheBrowserHas_IsNotSentAgain()
    {
        await using var rig = await WebRig.StartAsync(_folder);
        var first = (await rig.SendAsync("GET", "/")).Has(200);
        Assert.That(first.Headers.CacheControl?.NoCache, Is.True);
        var second = (await rig.SendAsync("GET", "/", request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!))).Has(304);
        Assert.That(second.Body, Is.Empty);
        Assert.That((await rig.SendAsync("GET", "/web/main.js", request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!))).Has(200).Body, Is.Not.Empty);
    }

    [TestCase("GET", "/web/none.js", 404)]
    [TestCase("GET", "/web/page.html", 404)]
    [TestCase("GET", "/web/../page.html", 404)]
    [TestCase("GET", "/web/", 404)]
    [TestCase("GET", "/index.html", 404)]
    [TestCase("POST", "/", 405)]
    [TestCase("DELETE", "/web/main.js", 405)]
    [TestCase("GET", "/?x=1", 400)]
    public async Task WhatIsNoFileOfThePage_IsNotThere(string method, string path, int status)
    {
        await using var rig = await WebRig.StartAsync(_folder);
        (await rig.SendAsync(method, path)).Has(status);
    }

    [Test]
    public async Task ThePage_CanBeLeftOut()
    {
        await using var rig = await WebRig.StartAsync(_folder, """{"http": {"page": false}}""");
        (await rig.SendAsync("GET", "/")).Has(404);
        (await rig.Service.SendAsync("GET", "/")).Has(404);
        (await rig.SendAsync("GET", "/v1/clocks")).Has(200);
    }

    [TestCase("evil.example", null)]
    [TestCase("localhost", "http://evil.example")]
    public async Task ThePage_OnAForeignName_IsRefused(string host, string? origin)
    {
        await using var rig = await WebRig.StartAsync(_folder);
        void Change(HttpRequestMessage request)
        {
            request.Headers.Host = host;
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }
        }

        (await rig.SendAsync("GET", "/", Change)).IsProblem(421, "misdirected-host");
        using var overSocket = new HttpRequestMessage(HttpMethod.Get, "/");
        Change(overSocket);
        (await Answer.OfAsync(await rig.Service.Http.SendAsync(overSocket))).IsProblem(421, "misdirected-host");
    }

    /// <summary>The policy of the browser would refuse it; this says where.</summary>
    [Test]
    public void NoFile_HasAnythingInline_OrFromElsewhere()
    {
        const string Svg = "http://www.w3.org/2000/svg";
        Assert.Multiple(() =>
        {
            foreach (var file in WebFile.All)
            {
                var text = System.Text.Encoding.UTF8.GetString(file.Bytes.Span).Replace(Svg, "", StringComparison.Ordinal);
                Assert.That(text, Does.Not.Match("(https?:)?//[a-z0-9-]+\\.[a-z]"), file.Path);
                Assert.That(text, Does.Not.Match("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function|@import|url\\("), file.Path);
                if (file.Path == "/")
                {
                    Assert.That(text, Does.Not.Match("<style|\\sstyle=|\\son[a-z]+=|javascript:"));
                    Assert.That(Regex.Count(text, "<script", RegexOptions.None, TimeSpan.FromSeconds(5)), Is.EqualTo(Regex.Count(text, "<script type=\"module\" src=\"web/[a-z]+\\.js\"></script>", RegexOptions.None, TimeSpan.FromSeconds(5))));
                }
            }
        });
    }

    [Test]
    public async Task WithoutAPort_TheServiceListensOnItsSocketAlone()
    {
        await using var rig = await ServiceRig.StartAsync(_folder);
        Assert.That(rig.Application.Urls, Has.Count.EqualTo(1));
        Assert.That(rig.Application.Urls.Single(), Does.Contain("unix:"));
        Assert.That(File.Exists(WebRig.TokenFile(_folder)), Is.False, "there is nobody to show a token");
    }

    [Test]
    public void TheProcess_ListensOnTcpOnlyWhenItIsAsked()
    {
        using (var quiet = ServeProcess.Start(_folder))
        {
            Assert.That(Listeners(quiet.Process.Id), Is.Empty);
            Assert.That(quiet.Stop(), Is.Zero);
        }

        using var open = ServeProcess.Start(_folder, "--http", "127.0.0.1:0");
        var line = open.Process.StandardOutput.ReadLine();
        var match = Regex.Match(line!, "^timens: listening on http://127\\.0\\.0\\.1:(?<port>[0-9]+) \\(admin with the token in (?<token>.*)\\)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.That(match.Success, Is.True, line);
        Assert.That(Listeners(open.Process.Id), Is.EqualTo(new[] { $"0100007F:{int.Parse(match.Groups["port"].Value):X4}" }));
        Assert.That(match.Groups["token"].Value, Is.EqualTo(WebRig.TokenFile(_folder)));
        Assert.That(open.Stop(), Is.Zero);
    }

    [Test]
    public void AnAddressThatOthersReach_IsRefused_UnlessItIsForced()
    {
        ToolRun.Of("serve", "--socket", _folder.File("s/timens.sock"), "--http", "0.0.0.0:0").IsRefused("no loopback address");
        ToolRun.Of("serve", "--socket", _folder.File("s/timens.sock"), "--http", "[::]:0").IsRefused("no loopback address");
        File.WriteAllText(ServiceRig.File(_folder), """{"http": {"listen": "0.0.0.0:9464"}}""");
        ToolRun.Of("serve", "--config", ServiceRig.File(_folder)).IsRefused("no loopback address");
        using var forced = ServeProcess.Start(_folder, "--http", "0.0.0.0:0", "--http-any");
        Assert.That(Listeners(forced.Process.Id).Single(), Does.StartWith("00000000:"));
        Assert.That(forced.Stop(), Is.Zero);
    }

    /// <summary>The addresses that a process listens on, as the kernel writes them.</summary>
    private static string[] Listeners(int pid)
    {
        const string Listening = "0A";
        var sockets = Directory.EnumerateFiles($"/proc/{pid}/fd").Select(static fd => new FileInfo(fd).LinkTarget).Where(static t => t is not null && t.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(static t => t![8..^1]).ToHashSet(StringComparer.Ordinal);
        return [.. new[] { "tcp", "tcp6" }.Select(table => $"/proc/{pid}/net/{table}").Where(File.Exists).SelectMany(File.ReadLines).Skip(1)
            .Select(static row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length > 9 && row[3] == Listening && sockets.Contains(row[9])).Select(static row => row[1])];
    }
}
