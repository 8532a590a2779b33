using System.Net;
using Microsoft.AspNetCore.Hosting;
using TimeNs.Control;
using TimeNs.Control.Access;
using TimeNs.Control.Routes;
using TimeNs.Control.Sockets;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary>Who may do what.</summary>
[CancelAfter(60_000)]
public class AccessTest
{
    private const uint Reader = 4711;
    private const uint Admin = 4712;
    private const uint Nobody = 4713;

    [Test]
    public async Task EveryCall_AsksForItsRole()
    {
        await using var rig = await ControlRig.StartAsync(static o =>
        {
            o.Access.ReadUsers.Add($"{Reader}");
            o.Access.AdminUsers.Add($"{Admin}");
        });
        foreach (var route in RouteTable.All.Where(static r => r != RouteTable.Events))
        {
            var path = route.Path.Replace("{ns}", "none", StringComparison.Ordinal).Replace("{t}", "1", StringComparison.Ordinal);
            foreach (var (uid, role) in new[] { (Reader, Role.Read), (Admin, Role.Admin), (Nobody, Role.None) })
            {
                var answer = await rig.SendAsync(route.Method, path, uid: uid);
                Assert.That(answer.Status == 403, Is.EqualTo(role < route.Role), $"{route.Method} {path} as {role}: {answer.Status} {answer.Text}");
                if (answer.Status == 403)
                {
                    Assert.That(answer.IsProblem(403, "forbidden").Errno, Is.EqualTo("EACCES"));
                }
            }
        }
    }

    [Test]
    public async Task AStreamThatReads_NeedsAdmin()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Access.ReadUsers.Add($"{Reader}"));
        (await rig.SendAsync("GET", "/v1/events?namespace=host&read=true", uid: Reader)).IsProblem(403, "forbidden");
        (await rig.SendAsync("GET", "/v1/events", uid: Nobody)).IsProblem(403, "forbidden");
    }

    [Test]
    public async Task WhoMayAskNothing_LearnsNothing()
    {
        await using var rig = await ControlRig.StartAsync();
        (await rig.SendAsync("GET", "/v1/nothing", uid: Nobody)).IsProblem(403, "forbidden");
        (await rig.SendAsync("GET", "/v1/namespaces/host", uid: Nobody)).IsProblem(403, "forbidden");
        (await rig.SendAsync("GET", "/v1/namespaces/none", uid: Nobody)).IsProblem(403, "forbidden");
    }

    [TestCase(0u, 0u, "", Role.Admin, TestName = "Role_Root_IsAdmin")]
    [TestCase(10u, 99u, "", Role.Admin, TestName = "Role_AdminUser_IsAdmin")]
    [TestCase(20u, 99u, "", Role.Read, TestName = "Role_ReadUser_IsRead")]
    [TestCase(99u, 11u, "", Role.Admin, TestName = "Role_PrimaryGroup_Counts")]
    [TestCase(99u, 99u, "5,11", Role.Admin, TestName = "Role_SupplementaryGroup_Counts")]
    [TestCase(99u, 99u, "5,21", Role.Read, TestName = "Role_ReadGroup_IsRead")]
    [TestCase(20u, 99u, "11", Role.Admin, TestName = "Role_TheHigherOneWins")]
    [TestCase(99u, 99u, "98", Role.None, TestName = "Role_AnybodyElse_IsNone")]
    [TestCase(99u, 0u, "0", Role.None, TestName = "Role_GroupRoot_IsNobodySpecial")]
    public void Role_OfAPeer(uint uid, uint gid, string groups, Role role)
    {
        var policy = new AccessPolicy(new AccessOptions { AdminUsers = { "10" }, AdminGroups = { "11" }, ReadUsers = { "20" }, ReadGroups = { "21" } });
        Assert.That(policy.RoleOf(new PeerIdentity(1, uid, gid, [.. groups.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse)])), Is.EqualTo(role));
    }

    [Test]
    public void Role_TheUserOfTheService_IsAdmin() =>
        Assert.That(new AccessPolicy(new AccessOptions()).RoleOf(new PeerIdentity(1, LibC.EffectiveUid, 99, [])), Is.EqualTo(Role.Admin));

    [Test]
    public void Accounts_AreFoundByNameAndNumber() => Assert.Multiple(() =>
    {
        Assert.That(Accounts.FindUser("root"), Is.Zero);
        Assert.That(Accounts.FindGroup("root"), Is.Zero);
        Assert.That(Accounts.FindUser("1234567"), Is.EqualTo(1234567));
        Assert.That(Accounts.FindUser("no such user"), Is.Null);
        Assert.That(Accounts.FindGroup("no such group"), Is.Null);
        Assert.That(Accounts.FindUser("4294967295"), Is.Null, "-1 is nobody");
    });

    [TestCase(Role.None, 401)]
    [TestCase(Role.Read, 200)]
    public async Task Tcp_HasTheRoleThatItIsGiven_AndNoneUnlessSaid(Role role, int status)
    {
        await using var rig = await StartWithTcp(o => o.Access.TcpRole = role);
        using var http = new HttpClient { BaseAddress = TcpAddress(rig) };
        Assert.That((int)(await http.GetAsync("/v1/clocks")).StatusCode, Is.EqualTo(status));
        Assert.That((await http.DeleteAsync("/v1/namespaces/host")).IsSuccessStatusCode, Is.False);
    }

    [Test]
    public async Task Tcp_WithAToken_WantsIt()
    {
        using var folder = new TestFolder();
        var file = folder.Write("token", "0123456789abcdef0123");
        await using var rig = await StartWithTcp(o => (o.Access.TcpRole, o.Access.TokenFile) = (Role.Admin, file));
        using var http = new HttpClient { BaseAddress = TcpAddress(rig) };
        async Task<Answer> Get(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/clocks");
            request.Headers.TryAddWithoutValidation("Authorization", token);
            return await Answer.OfAsync(await http.SendAsync(request));
        }

        (await Get(null)).IsProblem(401, "unauthorised");
        (await Get("Bearer 0123456789abcdef012")).IsProblem(401, "unauthorised");
        (await Get("Basic 0123456789abcdef0123")).IsProblem(401, "unauthorised");
        (await Get("Bearer 0123456789abcdef0123")).Has(200);
    }

    [TestCase("evil.example", null, 421)]
    [TestCase("localhost", "http://evil.example", 421)]
    [TestCase("localhost", "null", 421)]
    [TestCase("localhost", "http://localhost:8080", 200)]
    [TestCase("127.0.0.1", null, 200)]
    [TestCase("[::1]", null, 200)]
    [TestCase("time.example:80", null, 200)]
    public async Task Tcp_AForeignHostOrSite_IsRefused(string host, string? origin, int status)
    {
        await using var rig = await StartWithTcp(static o =>
        {
            o.Access.TcpRole = Role.Read;
            o.Access.Hosts.Add("time.example");
        });
        using var http = new HttpClient { BaseAddress = TcpAddress(rig) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/clocks");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        var answer = await Answer.OfAsync(await http.SendAsync(request));
        answer.Has(status);
    }

    private static Task<ControlRig> StartWithTcp(Action<TimeNsOptions> configure) =>
        ControlRig.StartAsync(configure, static builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0)));

    private static Uri TcpAddress(ControlRig rig) => new(rig.Application.Urls.Single(static url => url.Contains("127.0.0.1", StringComparison.Ordinal)));
}
