using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using TimeNs.Control.Configuration;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Web;

/// <summary>Who may do what over the port, where the kernel names no peer.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
[CancelAfter(60_000)]
public class WebAccessTest
{
    private const string Web = """{"namespaces": [{"name": "web"}]}""";

    private TestFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TestFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task WithoutAToken_AClientMayLook_AndNothingElse()
    {
        await using var rig = await WebRig.StartAsync(_folder, Web);
        Assert.That((await rig.SendAsync("GET", "/v1")).Has(200).As(ControlJson.Default.ServiceInfo).Role, Is.EqualTo("read"));
        (await rig.SendAsync("GET", "/v1/namespaces/web")).Has(200);
        (await rig.SendAsync("POST", "/v1/namespaces/web/freeze")).IsProblem(403, "forbidden");
        (await rig.SendAsync("DELETE", "/v1/namespaces/web")).IsProblem(403, "forbidden");
        (await rig.SendAsync("PATCH", "/v1/namespaces/web?dry_run=true")).IsProblem(403, "forbidden");
        (await rig.SendAsync("GET", "/v1/events?namespace=web&read=true")).IsProblem(403, "forbidden");
    }

    [Test]
    public async Task WithTheToken_AClientIsAnAdmin_AndAWrongOneIsRefused()
    {
        await using var rig = await WebRig.StartAsync(_folder, Web);
        var token = (await File.ReadAllTextAsync(WebRig.TokenFile(_folder))).Trim();
        Assert.That(token, Has.Length.EqualTo(43), "256 bits");
        Assert.That((await rig.SendAsync("GET", "/v1", Showing(token))).Has(200).As(ControlJson.Default.ServiceInfo).Role, Is.EqualTo("admin"));
        (await rig.SendAsync("POST", "/v1/namespaces/web/freeze", Showing(token))).Has(200);
        (await rig.SendAsync("GET", "/v1", Showing(token[..^1] + (token[^1] == 'A' ? 'B' : 'A')))).IsProblem(401, "unauthorised");
        (await rig.SendAsync("GET", "/v1", Showing(""))).IsProblem(401, "unauthorised");
    }

    /// <summary>On the socket the kernel says who it is: the token is of no account.</summary>
    [Test]
    public async Task OnTheSocket_ThePageIsToldTheRoleOfThePeer()
    {
        await using var rig = await WebRig.StartAsync(_folder, Web);
        Assert.That((await rig.Service.SendAsync("GET", "/v1")).Has(200).As(ControlJson.Default.ServiceInfo).Role, Is.EqualTo("admin"));
    }

    /// <summary>A page of another site can have a browser send a POST; it cannot have it say where it comes from, nor show a token.</summary>
    [Test]
    public async Task ARequestOfAnotherSite_IsRefused_AlsoOnTheSocket()
    {
        await using var rig = await WebRig.StartAsync(_folder, Web);
        foreach (var http in new[] { rig.Http, rig.Service.Http })
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, "/v1/namespaces/web/freeze");
            foreign.Headers.Add("Origin", "http://evil.example");
            (await Answer.OfAsync(await http.SendAsync(foreign))).IsProblem(421, "misdirected-host");
            using var rebound = new HttpRequestMessage(HttpMethod.Get, "/v1/namespaces");
            rebound.Headers.Host = "evil.example:9464";
            (await Answer.OfAsync(await http.SendAsync(rebound))).IsProblem(421, "misdirected-host");
        }

        using var word = new HttpRequestMessage(HttpMethod.Get, "/v1/namespaces") { Headers = { Host = "timens" } };
        (await Answer.OfAsync(await rig.Service.Http.SendAsync(word))).Has(200);
        (await rig.SendAsync("GET", "/v1/namespaces", static request => request.Headers.Host = "timens")).IsProblem(421, "misdirected-host");
        Assert.That((await rig.LookAsync("web")).Frozen, Is.False);
    }

    [Test]
    public async Task TheToken_IsInAFileOfTheOwnerAlone_AndStays()
    {
        string first;
        await using (await WebRig.StartAsync(_folder, Web))
        {
            first = await File.ReadAllTextAsync(WebRig.TokenFile(_folder));
            Assert.That(File.GetUnixFileMode(WebRig.TokenFile(_folder)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        await using var next = await WebRig.StartAsync(_folder, Web);
        Assert.That(await File.ReadAllTextAsync(WebRig.TokenFile(_folder)), Is.EqualTo(first), "a page that is open goes on");
        Assert.That(Directory.EnumerateFiles(_folder.File("s")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "timens.sock", "timens.sock.lock", "timens.sock.token" }));
    }

    [TestCase("mode")]
    [TestCase("link")]
    public async Task ATokenThatOthersMayKnow_EndsTheStart(string how)
    {
        await using (await WebRig.StartAsync(_folder, Web))
        {
        }

        var file = WebRig.TokenFile(_folder);
        if (how == "mode")
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
        else
        {
            File.Move(file, _folder.File("token"));
            File.CreateSymbolicLink(file, _folder.File("token"));
        }

        var refused = await Assert.ThrowsAsync<IOException>(() => WebRig.StartAsync(_folder, Web));
        Assert.That(refused!.Message, Does.Contain("others could know the token"));
    }

    /// <summary>To say none is not to say nothing.</summary>
    [TestCase("""{"tcp_role": "none"}""")]
    [TestCase("""{"loopback_role": "none"}""")]
    public async Task WhereTheConfigurationSaysNone_NobodyMayDoAnything(string access)
    {
        await using var rig = await WebRig.StartAsync(_folder, $$"""{"access": {{access}}}""");
        (await rig.SendAsync("GET", "/v1")).IsProblem(401, "unauthorised");
        var token = (await File.ReadAllTextAsync(WebRig.TokenFile(_folder))).Trim();
        (await rig.SendAsync("GET", "/v1", Showing(token))).IsProblem(401, "unauthorised");
    }

    [TestCase("""{"token_file": "TOKEN", "tcp_role": "read"}""", 401, "read")]
    [TestCase("""{"token_file": "TOKEN", "tcp_role": "admin", "loopback_role": "read"}""", 200, "admin")]
    [TestCase("""{"tcp_role": "admin"}""", 200, "admin")]
    public async Task WhatTheConfigurationSays_Holds(string access, int without, string role)
    {
        var file = _folder.Write("token", "0123456789abcdef");
        await using var rig = await WebRig.StartAsync(_folder, $$"""{"access": {{access.Replace("TOKEN", file, StringComparison.Ordinal)}}}""");
        (await rig.SendAsync("GET", "/v1/clocks")).Has(without);
        Assert.That((await rig.SendAsync("GET", "/v1", Showing("0123456789abcdef"))).Has(200).As(ControlJson.Default.ServiceInfo).Role, Is.EqualTo(role));
    }

    [Test]
    public async Task AReload_LeavesTheRuleAsItIs()
    {
        await using var rig = await WebRig.StartAsync(_folder, Web);
        Assert.That(await rig.Service.ReloadAsync("""{"namespaces": [{"name": "web"}, {"name": "more"}]}"""), Is.True);
        var token = (await File.ReadAllTextAsync(WebRig.TokenFile(_folder))).Trim();
        (await rig.SendAsync("GET", "/v1/namespaces/more")).Has(200);
        (await rig.SendAsync("POST", "/v1/namespaces/more/freeze")).IsProblem(403, "forbidden");
        (await rig.SendAsync("POST", "/v1/namespaces/more/freeze", Showing(token))).Has(200);
    }

    [Test]
    public void LoopbackRole_IsOneOfThree()
    {
        var refused = Assert.Throws<ConfigException>(static () => ConfigParser.Parse(Encoding.UTF8.GetBytes("""{"access": {"loopback_role": "root"}}"""), "t.json"));
        Assert.That(refused!.Message, Does.Contain("$.access.loopback_role: it is none of none, read, admin"));
    }

    private static Action<HttpRequestMessage> Showing(string token) => request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
}
