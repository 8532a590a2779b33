using System.Net.Sockets;
using System.Text;
using TimeNs.Control.Configuration;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>Each limit of the configuration, reached once by the real command or a real client: how it is refused, and with which exit code.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class LimitTest
{
    private TestFolder _folder = null!;
    private ServeProcess? _running;

    private static readonly Dictionary<string, (string Limits, Func<LimitTest, Task> Reach)> Cases = new(StringComparer.Ordinal)
    {
        ["json_bytes"] = ("\"json_bytes\":300", static t => t.RefusedAsync(1, "300", "ns", "create", new string('x', 300))),
        ["image_bytes"] = ("\"image_bytes\":1024", static t => t.LargeImageAsync()),
        ["concurrent_images"] = ("\"concurrent_images\":1", static t => t.TwoImagesAsync()),
        ["namespaces_per_client"] = ("\"namespaces_per_client\":1", static t => t.RefusedAsync(1, "1 namespace", "ns", "create", "more")),
        ["timers_per_client"] = ("\"timers_per_client\":1", static t => t.RefusedAsync(1, "1 timer", "timer", "create", "web", "monotonic")),
        ["requests_per_second"] = ("\"requests_per_second\":1,\"request_burst\":4", static t => t.RateAsync()),
        ["request_burst"] = ("\"requests_per_second\":1,\"request_burst\":3", static t => t.RateAsync()),
        ["connections_per_client"] = ("\"connections_per_client\":3", static t => t.ConnectionsAsync()),
        ["event_streams_per_client"] = ("\"event_streams_per_client\":0", static t => t.RefusedAsync(1, "0 event streams", "watch", "web")),
        ["timers_per_event_stream"] = ("\"timers_per_event_stream\":1", static t => t.TimersOfAStreamAsync()),
        ["event_buffer"] = ("\"event_buffer\":4", static t => t.SlowReaderAsync()),
        ["heartbeat_seconds"] = ("\"heartbeat_seconds\":1", static t => t.HeartbeatAsync()),
        ["event_write_seconds"] = ("\"event_write_seconds\":1", static t => t.DeafReaderAsync()),
    };

    private ServeProcess Service => _running!;

    private static IEnumerable<string> Names => Cases.Keys;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder()
    {
        _running?.Dispose();
        _running = null;
        _folder.Dispose();
    }

    [Test]
    public void Table_HasEveryLimit() => Assert.That(LimitNames.All.Select(static l => l.Name), Is.EquivalentTo(Cases.Keys));

    [TestCaseSource(nameof(Names))]
    public async Task Limit_Reached_IsToldSo(string limit)
    {
        File.WriteAllText(ServiceRig.File(_folder), $$$"""{"limits":{{{{Cases[limit].Limits}}}}}""");
        _running = ServeProcess.Start(_folder, "--config", ServiceRig.File(_folder));
        await PostAsync("/v1/namespaces", """{"name":"web"}""");
        await PostAsync("/v1/namespaces/web/timers", """{"clock":"monotonic","name":"tick","set":{"value":"1ms","interval":"1ms"}}""");
        await Cases[limit].Reach(this);
    }

    private ToolRun Run(params string[] words) => ToolRun.Of(["--socket", Service.Socket, .. words]);

    private Task RefusedAsync(int code, string reason, params string[] words)
    {
        var run = Run(words);
        Assert.That(run.Code, Is.EqualTo(code), run.Error);
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1), run.Error);
        Assert.That(run.Error, Does.StartWith("timens: ").And.Contain(reason));
        return Task.CompletedTask;
    }

    private async Task LargeImageAsync()
    {
        for (var i = 0; i < 150; i++)
        {
            await PostAsync("/v1/namespaces/web/timers", $$"""{"clock":"monotonic","name":"a timer with a name {{i}}"}""");
        }

        Assert.That(Run("checkpoint", "web", "-o", _folder.File("web.tns")).Code, Is.Zero);
        await RefusedAsync(1, "1024", "restore", _folder.File("web.tns"), "--as", "more");
    }

    /// <summary>One image is on its way and does not come to its end.</summary>
    private async Task TwoImagesAsync()
    {
        Assert.That(Run("checkpoint", "web", "-o", _folder.File("web.tns")).Code, Is.Zero);
        using var first = await OpenAsync("POST /v1/forecast HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.timens.image\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
        await LineAsync(first, "HTTP/1.1 100"); // it waits for the body, with its place taken
        await RefusedAsync(1, "1 image", "restore", _folder.File("web.tns"), "--as", "more");
    }

    private async Task RateAsync()
    {
        for (var i = 0; i < 1000; i++)
        {
            if (Run("ns", "list") is { Code: not 0 } refused)
            {
                Assert.That(refused.Code, Is.EqualTo(1));
                Assert.That(refused.Error, Does.Contain("requests a second"));
                Assert.That(Run("health").Code, Is.Zero, "who watches over it is not refused");
                return;
            }
        }

        await Task.FromException(new AssertionException("1000 requests were not refused"));
    }

    /// <summary>Two beside the one that the test has already.</summary>
    private async Task ConnectionsAsync()
    {
        using var one = await OpenAsync("GET /v1/clocks HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await LineAsync(one, "HTTP/1.1 200");
        using var two = await OpenAsync("GET /v1/clocks HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await LineAsync(two, "HTTP/1.1 200");
        await RefusedAsync(3, "connection", "ns", "list");
    }

    private async Task TimersOfAStreamAsync()
    {
        await PostAsync("/v1/namespaces/web/timers", """{"clock":"monotonic"}""");
        await RefusedAsync(1, "1 timer", "watch", "web", "--read");
    }

    /// <summary>It reads no line until many have gone by: then it is told what it has missed.</summary>
    private async Task SlowReaderAsync()
    {
        for (var i = 0; i < 40; i++)
        {
            await PostAsync("/v1/namespaces/web/timers", """{"clock":"monotonic","set":{"value":"1ms","interval":"1ms"}}""");
        }

        using var slow = await OpenAsync("GET /v1/events?namespace=web&read=true HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await LineAsync(slow, "event: dropped");
    }

    private async Task HeartbeatAsync()
    {
        using var quiet = await OpenAsync("GET /v1/events?namespace=host HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await LineAsync(quiet, ": timens");
        await LineAsync(quiet, ": ");
    }

    /// <summary>It takes nothing until the service has closed the connection: what the kernel held is all that it gets.</summary>
    private async Task DeafReaderAsync()
    {
        for (var i = 0; i < 100; i++)
        {
            await PostAsync("/v1/namespaces/web/timers", """{"clock":"monotonic","set":{"value":"1ms","interval":"1ms"}}""");
        }

        using var deaf = await OpenAsync("GET /v1/events?namespace=web&read=true HTTP/1.1\r\nHost: localhost\r\n\r\n");
        while (Armed() != 0)
        {
            // While somebody reads them they are armed; when it is cut off they expire and stay so.
        }

        var (buffer, all) = (new byte[1 << 16], 0);
        try
        {
            while (await deaf.ReceiveAsync(buffer) is var read and > 0)
            {
                all += read;
            }
        }
        catch (SocketException)
        {
            // So it may end too.
        }

        Assert.That(all, Is.Positive);
    }

    private int Armed() => Run("ns", "show", "web", "--json").Json().GetProperty("armed").GetInt32();

    private async Task<Socket> OpenAsync(string request)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Service.Socket));
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        return socket;
    }

    /// <summary>Reads up to a line that begins so.</summary>
    private static async Task LineAsync(Socket socket, string start)
    {
        using var lines = new StreamReader(new NetworkStream(socket, ownsSocket: false), Encoding.ASCII, false, 1, leaveOpen: true);
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"the connection ended without '{start}'");
    }

    private async Task PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Service.Http.PostAsync(path, content);
        Assert.That(answer.IsSuccessStatusCode, Is.True, await answer.Content.ReadAsStringAsync());
    }
}
