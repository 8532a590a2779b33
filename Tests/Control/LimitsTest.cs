using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Routes;

namespace TimeNs.Tests.Control;

/// <summary>What a client may use up, and how it is told that there is no more.</summary>
[CancelAfter(60_000)]
public class LimitsTest
{
    [Test]
    public async Task Requests_BeyondTheBurst_AreRefused_UntilTimePasses()
    {
        await using var rig = await ControlRig.StartAsync(static o => (o.Limits.RequestBurst, o.Limits.RequestsPerSecond) = (5, 2));
        for (var i = 0; i < 5; i++)
        {
            (await rig.SendAsync("GET", "/v1/clocks")).Has(200);
        }

        var refused = await rig.SendAsync("GET", "/v1/clocks");
        var problem = refused.IsProblem(429, "limit");
        Assert.That((problem.Limit, problem.LimitValue), Is.EqualTo(("requests_per_second", 2L)));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        (await rig.SendAsync("GET", "/healthz")).Has(200);
        rig.Kernel.Advance(Duration.FromSeconds(1));
        (await rig.SendAsync("GET", "/v1/clocks")).Has(200);
        (await rig.SendAsync("GET", "/v1/clocks")).Has(200);
        (await rig.SendAsync("GET", "/v1/clocks")).IsProblem(429, "limit");
    }

    [Test]
    public async Task Requests_OfOneClient_AreNotThoseOfAnother()
    {
        await using var rig = await ControlRig.StartAsync(static o =>
        {
            (o.Limits.RequestBurst, o.Limits.RequestsPerSecond) = (1, 1);
            o.Access.ReadUsers.Add("4711");
        });
        (await rig.SendAsync("GET", "/v1/clocks", uid: 4711)).Has(200);
        (await rig.SendAsync("GET", "/v1/clocks", uid: 4711)).IsProblem(429, "limit");
        (await rig.SendAsync("GET", "/v1/clocks", uid: 0)).Has(200);
    }

    [Test]
    public async Task Namespaces_AreCapped_AClientAtATime()
    {
        await using var rig = await ControlRig.StartAsync(static o =>
        {
            o.Limits.NamespacesPerClient = 2;
            o.Access.AdminUsers.Add("4711");
        });
        (await Create(rig, "a")).Has(201);
        (await Create(rig, "b")).Has(201);
        var problem = (await Create(rig, "c")).IsProblem(429, "limit");
        Assert.That((problem.Limit, problem.LimitValue), Is.EqualTo(("namespaces_per_client", 2L)));
        Assert.That(rig.Runtime.FindNamespace("c"), Is.Null);
        (await rig.SendAsync("POST", "/v1/namespaces", """{"name":"c"}""", uid: 4711)).Has(201);
        (await rig.SendAsync("DELETE", "/v1/namespaces/a")).Has(204);
        (await Create(rig, "d")).Has(201);
        rig.Runtime.FindNamespace("b")!.Dispose(); // by the application itself
        (await Create(rig, "e")).Has(201);
        (await Create(rig, "f")).IsProblem(429, "limit");
    }

    [Test]
    public async Task Timers_AreCapped_ThoseOfARestoreToo()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.TimersPerClient = 3);
        (await Create(rig, "a")).Has(201);
        (await CreateTimer(rig)).Has(201);
        (await CreateTimer(rig)).Has(201);
        var image = (await rig.SendAsync("POST", "/v1/namespaces/a/checkpoint")).Has(200).Body;
        var problem = (await rig.SendImageAsync("/v1/restore?as=b", image)).IsProblem(429, "limit");
        Assert.That((problem.Limit, problem.LimitValue), Is.EqualTo(("timers_per_client", 3L)));
        (await CreateTimer(rig)).Has(201);
        (await CreateTimer(rig)).IsProblem(429, "limit");
        (await rig.SendAsync("DELETE", "/v1/namespaces/a/timers/1")).Has(204);
        rig.Runtime.FindNamespace("a")!.FindTimer(2)!.Dispose(); // by the application itself
        (await CreateTimer(rig)).Has(201);
        (await CreateTimer(rig)).Has(201);
        (await CreateTimer(rig)).IsProblem(429, "limit");
        (await rig.SendAsync("DELETE", "/v1/namespaces/a")).Has(204);
        (await rig.SendImageAsync("/v1/restore?as=b", image)).Has(201);
        Assert.That(rig.Runtime.FindNamespace("b")!.Timers, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Json_TooLarge_Is413([Values] bool chunked)
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.JsonBytes = 300);
        async Task<Answer> Send(int length) => await rig.SendAsync("POST", "/v1/namespaces", $$"""{"name":"n{{length}}"{{new string(' ', length - 13 - $"{length}".Length + 1)}}}""",
            change: request => request.Headers.TransferEncodingChunked = chunked);
        var problem = (await Send(302)).IsProblem(413, "too-large");
        Assert.That((problem.Limit, problem.LimitValue), Is.EqualTo(("json_bytes", 300L)));
        (await Send(290)).Has(201);
    }

    /// <summary>More than the server takes at all.</summary>
    [Test]
    public async Task Json_SaidToBeHuge_Is413_OfTheSameLimit()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.JsonBytes = 300);
        var answer = await Soak.HostileTest.AskAsync(rig.Socket, "POST /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9999999999\r\n\r\n{}");
        Assert.That(answer, Does.StartWith("HTTP/1.1 413 ").And.Contain("\"limit\":\"json_bytes\",\"limit_value\":300"));
    }

    [Test]
    public async Task Image_TooLarge_Is413([Values] bool chunked)
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.ImageBytes = 2000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/forecast") { Content = new ByteArrayContent(new byte[2001]) };
        request.Content.Headers.ContentType = new(RouteTable.ImageType);
        request.Headers.TransferEncodingChunked = chunked;
        var problem = (await Answer.OfAsync(await rig.Http.SendAsync(request))).IsProblem(413, "too-large");
        Assert.That((problem.Limit, problem.LimitValue), Is.EqualTo(("image_bytes", 2000L)));
    }

    [Test]
    public async Task Images_AtOnce_AreCapped()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.ConcurrentImages = 1);
        using (rig.Service.Images.Take(0, 1))
        {
            Assert.That((await rig.SendImageAsync("/v1/forecast", [1])).IsProblem(429, "limit").Limit, Is.EqualTo("concurrent_images"));
        }

        (await rig.SendImageAsync("/v1/forecast", [1])).IsProblem(422, "bad-image");
        (await rig.SendImageAsync("/v1/forecast", [1])).IsProblem(422, "bad-image");
    }

    [Test]
    public async Task EventStreams_AreCapped_AndTheSlotComesBack()
    {
        await using var rig = await ControlRig.StartAsync(static o => (o.Limits.EventStreamsPerClient, o.Limits.RequestBurst) = (1, 10_000_000)); // simulated time gives no new requests
        using (await EventReader.OpenAsync(rig, "/v1/events"))
        {
            Assert.That((await rig.SendAsync("GET", "/v1/events")).IsProblem(429, "limit").Limit, Is.EqualTo("event_streams_per_client"));
        }

        for (Answer? refused = null; refused is null or { Status: 429 };)
        {
            using var response = await rig.Http.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead);
            refused = new Answer((int)response.StatusCode, null, [], response.Headers); // the service notices the closed stream in its own time
        }
    }

    [Test]
    public async Task AStream_ReadsOnlySoManyTimers()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.Limits.TimersPerEventStream = 2);
        var ns = rig.Runtime.CreateNamespace("a");
        for (var i = 0; i < 3; i++)
        {
            ns.CreateTimer(ClockId.Monotonic);
        }

        Assert.That((await rig.SendAsync("GET", "/v1/events?namespace=a&read=true")).IsProblem(429, "limit").Limit, Is.EqualTo("timers_per_event_stream"));
    }

    private static Task<Answer> Create(ControlRig rig, string name) => rig.SendAsync("POST", "/v1/namespaces", $$"""{"name":"{{name}}"}""");

    private static Task<Answer> CreateTimer(ControlRig rig) => rig.SendAsync("POST", "/v1/namespaces/a/timers", """{"clock":"monotonic"}""");
}
