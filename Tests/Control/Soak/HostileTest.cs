using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using TimeNs.Clocks;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Soak;

/// <summary>Malformed requests by the thousand on the real service: each is refused or its connection closed, and after all of them the books are right.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class HostileTest
{
    private const int EachKind = 100;

    [Test]
    public async Task Hostile_ByTheThousand_TheServiceGoesOnAndItsBooksAreRight()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(ServiceRig.File(folder), """{"limits":{"requests_per_second":1000000,"request_burst":1000000,"connections_per_client":400}}""");
        using var service = ServeProcess.Start(folder, TimeSpan.FromMinutes(2), "--config", ServiceRig.File(folder), "--log", "json");
        var log = service.Process.StandardError.ReadToEndAsync();
        await PostAsync(service, "/v1/namespaces", """{"name":"web"}""");
        var beat = new SoakTimer("beat", ClockId.Monotonic);
        var now = (await service.Http.GetFromJsonAsync("/v1/namespaces/web", ControlJson.Default.NamespaceInfo))!.Clocks;
        await PostAsync(service, "/v1/namespaces/web/timers", $$"""{"clock":"monotonic","name":"beat","set":{{beat.Set(now, 1, 7_000_000)}}}""");
        var before = ServeFigures.Of(service);
        var loris = await BeginAsync(service, 100);
        var seed = Environment.TickCount;
        var outcomes = await SendAllAsync(service, seed);
        foreach (var one in loris)
        {
            one.Dispose();
        }

        await TestContext.Out.WriteLineAsync($"seed {seed}: {outcomes.Values.Sum()} requests of {HostileRequests.Kinds.Count} kinds, and {loris.Length} that were never ended: {string.Join(", ", outcomes.Select(static o => $"{(o.Key == 0 ? "closed" : o.Key)}: {o.Value}"))}");
        Assert.That(outcomes.Values.Sum(), Is.EqualTo(EachKind * HostileRequests.Kinds.Count));
        using (var read = await service.Http.PostAsync("/v1/namespaces/web/timers/beat/read", null))
        {
            beat.Took((await read.Content.ReadFromJsonAsync(ControlJson.Default.TimerRead))!);
        }

        Assert.That(beat.Told, Is.Positive);
        Assert.That(outcomes.GetValueOrDefault(0), Is.LessThan(outcomes.Values.Sum() / 2), "most are answered, and not merely cut off");
        var names = (await service.Http.GetFromJsonAsync("/v1/namespaces", ControlJson.Default.NamespaceList))!.Namespaces.Select(static n => $"{n.Name} {n.Timers} {n.Offsets.RealtimeNs} {n.Frozen}");
        Assert.That(names.Except(["host 0 0 False", "web 1 0 False"]), Is.Empty);
        Assert.That((await service.Http.GetFromJsonAsync("/v1", ControlJson.Default.ServiceInfo))!.Statistics.FaultedObservers, Is.Zero);
        while (ServeFigures.Of(service).Descriptors > before.Descriptors + 2) // the service closes what is left in its own time
        {
            (await service.Http.GetAsync("/healthz")).EnsureSuccessStatusCode();
        }

        Assert.That(service.Stop(), Is.Zero);
        // The server itself logs as an error (67) that it does not read a body to its end whose announced length is beyond its own limit.
        var errors = (await log).Split('\n').Where(static l => l.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal) || l.Contains("\"LogLevel\":\"Critical\"", StringComparison.Ordinal))
            .Where(static l => !l.Contains("\"EventId\":67,\"LogLevel\":\"Error\",\"Category\":\"Microsoft.AspNetCore.Server.Kestrel\"", StringComparison.Ordinal)).ToArray();
        Assert.That(errors, Is.Empty);
    }

    /// <summary>The server tells of the first with another exception than of all that is broken otherwise.</summary>
    [TestCase("ffffffffffffffffff\r\n")]
    [TestCase("-1\r\n")]
    [TestCase("5\r\n{}\r\n0\r\n\r\n")]
    public async Task BrokenChunk_IsABadRequest(string body)
    {
        await using var rig = await ControlRig.StartAsync();
        var request = $"POST /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{body}";
        Assert.That(await SendAsync(rig.Socket, request, CancellationToken.None), Is.EqualTo(400));
    }

    /// <summary>Sixteen at a time; how often each status came, 0 for a connection that was closed without one.</summary>
    private static async Task<IReadOnlyDictionary<int, int>> SendAllAsync(ServeProcess service, int seed)
    {
        var outcomes = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var kinds = HostileRequests.Kinds.SelectMany((kind, k) => Enumerable.Range(0, EachKind).Select(i => (kind.Name, kind.Draw, Seed: seed + k * EachKind + i)));
        await Parallel.ForEachAsync(kinds, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (kind, cancel) =>
        {
            var request = kind.Draw(new Random(kind.Seed));
            var status = await SendAsync(service.Socket, request, cancel);
            outcomes.AddOrUpdate(status, 1, static (_, n) => n + 1);
            if (status is not (0 or 100 or (>= 200 and < 500) or 505))
            {
                Assert.Fail($"{kind.Name}, seed {kind.Seed}: {status} to {request[..Math.Min(400, request.Length)]}");
            }
        });
        return outcomes;
    }

    private static async Task<int> SendAsync(string path, string request, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        var (head, done) = (new byte[12], 0);
        try
        {
            var sending = socket.SendAsync(Encoding.Latin1.GetBytes(request), cancel).AsTask();
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200)); // then it may be a request that waits for more: it is told that nothing comes
            using var end = patience.Token.Register(static s => ((Socket)s!).Shutdown(SocketShutdown.Send), socket);
            while (done < head.Length && await socket.ReceiveAsync(head.AsMemory(done), cancel) is var read and > 0)
            {
                done += read;
            }

            await sending;
        }
        catch (SocketException)
        {
            // It was closed on us: what was answered before counts.
        }

        return done == head.Length && Encoding.ASCII.GetString(head).StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(Encoding.ASCII.GetString(head, 9, 3)) : 0;
    }

    /// <summary>Connections that begin a request and never end it.</summary>
    private static async Task<Socket[]> BeginAsync(ServeProcess service, int count)
    {
        var begun = new Socket[count];
        for (var i = 0; i < count; i++)
        {
            begun[i] = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await begun[i].ConnectAsync(new UnixDomainSocketEndPoint(service.Socket));
            await begun[i].SendAsync(Encoding.ASCII.GetBytes((i % 3) switch { 0 => "GE", 1 => "GET /v1 HTTP/1.1\r\nHost: loc", _ => "POST /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{" }));
        }

        return begun;
    }

    /// <summary>Everything that comes back on a connection.</summary>
    internal static async Task<string> AskAsync(string path, string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        using var answer = new StreamReader(new NetworkStream(socket));
        return await answer.ReadToEndAsync();
    }

    private static async Task PostAsync(ServeProcess service, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await service.Http.PostAsync(path, content);
        answer.EnsureSuccessStatusCode();
    }
}
