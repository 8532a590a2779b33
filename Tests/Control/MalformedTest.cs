using System.Net.Sockets;
using System.Text;
using TimeNs.Control.Routes;

namespace TimeNs.Tests.Control;

/// <summary>Whatever bytes come, the service answers with a refusal or closes the connection, and goes on.</summary>
[CancelAfter(120_000)]
public class MalformedTest
{
    private const int Requests = 3000;

    private static readonly string[] Bodies =
    [
        """{"name":"x"}""", """{"offsets":{"realtime":"+1h"}}""", """{"value":"1s","interval":"1s"}""", """{"clock":"monotonic","set":{"value":1}}""", """{"clocks":"criu"}""",
    ];

    [Test]
    public async Task RandomRequests_NeverFailTheService([Values(1, 2, 3)] int seed)
    {
        await using var rig = await ControlRig.StartAsync(static o => (o.Limits.RequestBurst, o.Limits.NamespacesPerClient) = (10_000_000, 20));
        await rig.MakeAsync();
        var random = new Random(seed);
        for (var i = 0; i < Requests; i++)
        {
            var request = Mutate(random, Encoding.Latin1.GetBytes(Draw(random)));
            var status = await SendAsync(rig.Socket, request);
            Assert.That(status, Is.Null.Or.InRange(200, 499).Or.EqualTo(505), $"seed {seed}, request {i}: {Encoding.Latin1.GetString(request)}");
        }

        (await rig.SendAsync("GET", "/v1/clocks")).Has(200);
        Assert.That(rig.Runtime.Statistics.FaultedObservers, Is.Zero);
    }

    private static string Draw(Random random)
    {
        var route = RouteTable.All[random.Next(RouteTable.All.Count)];
        if (route == RouteTable.Events)
        {
            route = RouteTable.Clocks; // an event stream does not end
        }

        var path = route.Path.Replace("{ns}", Pick(random, "web", "host", "%2F", "%ff", "..%2f", "x"), StringComparison.Ordinal)
            .Replace("{t}", Pick(random, "1", "beat", "99999999999999999999", "%00"), StringComparison.Ordinal);
        var query = random.Next(3) == 0 ? "?" + Pick(random, "limit=1", "after=x", "as=..", "dry_run=true", "within=1h", "%=%", "a=b&a=b") : "";
        var body = random.Next(2) == 0 ? Pick(random, Bodies) : "";
        var type = Pick(random, "application/json", RouteTable.ImageType, "text/plain", "x");
        return $"{route.Method} {path}{query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    /// <summary>A few bytes changed, removed or doubled; none, sometimes.</summary>
    private static byte[] Mutate(Random random, byte[] request)
    {
        var bytes = request.ToList();
        for (var left = random.Next(4); left > 0 && bytes.Count > 1; left--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, bytes[random.Next(bytes.Count)]);
                    break;
                default:
                    bytes[at] = (byte)"{}[]\":,%/?&=\0\r\n 9-"[random.Next(18)];
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>The status of the answer (505 is the server's to a broken version of HTTP), or null when the connection is closed without one.</summary>
    private static async Task<int?> SendAsync(string path, byte[] request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(request);
        socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[12];
        var done = 0;
        try
        {
            while (done < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(done)) is var read and > 0)
            {
                done += read;
            }
        }
        catch (SocketException)
        {
            return null;
        }

        return done < buffer.Length ? null : int.Parse(Encoding.ASCII.GetString(buffer, 9, 3));
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
