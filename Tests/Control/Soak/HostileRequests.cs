using System.Text;
using TimeNs.Control.Routes;

namespace TimeNs.Tests.Control.Soak;

/// <summary>Requests that no client should make, a kind each. The same seed makes the same ones.</summary>
internal static class HostileRequests
{
    private static readonly string[] Paths =
    [
        "/v1/namespaces/%", "/v1/namespaces/%zz", "/v1/namespaces/%00", "/v1/namespaces/%ff%fe", "/v1/namespaces/..", "/v1/namespaces/%2e%2e/timers", "//v1", "/v1//namespaces", "/v1/namespaces/web/timers/%2F%2F",
        "/v1/namespaces/%C0%AE", "/v1/\u0001", "/V1/namespaces", "/v1/namespaces/web/timers/99999999999999999999", "/v1/namespaces/web/timers/-1", "/v1?x=%", "/v1/clocks?%00=%00", "*", "http://[::1", "\\v1",
        "/v1/namespaces/web/timers?limit=0&limit=1", "/v1/namespaces/web/timers?limit=99999999999999999999", "/v1/namespaces/web/timers?after=%F0%9F%95%B0",
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "}", "[]", "null", "true", "0", "\"\"", "{\"name\":", "{\"name\":1}", "{\"name\":null}", "{\"name\":\"\\ud800\"}", "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"x\",\"more\":1}", "{\"offsets\":[]}",
        "{\"offsets\":{\"realtime\":1e400}}", "{\"offsets\":{\"realtime\":99999999999999999999999}}", "{\"offsets\":{\"monotonic\":\"-99999999999d\"}}", "{\"clock\":\"monotonic\",\"set\":{\"value\":\"NaN\"}}", "{\"value\":-1}", "{\"value\":\"1s\",\"at\":\"1s\"}",
        "{\"name\":\"\u00ff\u00fe\"}", "{\"name\":\"\u00c0\u00af\"}", "\u00ef\u00bb\u00bf{}", "{}{}", "{} x", "/* */{}", "{,}", "{\"name\":\"..\"}", "{\"name\":\"\\u0000\"}",
    ];

    /// <summary>Every kind, by its name. Text is sent as Latin-1, a byte for a character.</summary>
    public static IReadOnlyList<(string Name, Func<Random, string> Draw)> Kinds { get; } =
    [
        ("no HTTP", static r => Noise(r, r.Next(1, 400))),
        ("broken request line", static r => Pick(r, "GET\r\n\r\n", "GET /v1\r\n\r\n", "GET  /v1 HTTP/1.1\r\n\r\n", "/v1 GET HTTP/1.1\r\n\r\n", "GET /v1 HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET /v1 HTTP/1.1 x\r\n\r\n", "\r\n\r\n\r\n", "GET\t/v1\tHTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
        ("broken header", static r => $"GET /v1 HTTP/1.1\r\n{Pick(r, ": x", "Host", "Host : localhost", " Host: localhost", "A\0: b", "A: b\0", "A: b\rC: d", "\u00e9: x", "Host: a\r\nHost: b", "Host: a b", "Content-Length: x", "Content-Length: -1", "Content-Length: 99999999999999999999")}\r\n\r\n"),
        ("two lengths", static r => Head(r, "POST", "/v1/namespaces", Pick(r, "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip")) + "0\r\n\r\n"),
        ("broken chunk", static r => Head(r, "POST", "/v1/namespaces", "Transfer-Encoding: chunked") + Pick(r, "x\r\n{}\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "2;a=\0\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n", "0\r\nTrailer\r\n\r\n", "2\r\n{}\r\n")),
        ("body cut short", static r => Head(r, "POST", "/v1/namespaces", $"Content-Length: {r.Next(20, 60_000)}") + "{\"name\":\"half\""),
        ("oversize header", static r => Head(r, "GET", "/v1", $"X: {new string('x', r.Next(33_000, 120_000))}")),
        ("many headers", static r => Head(r, "GET", "/v1", string.Join("\r\n", Enumerable.Range(0, r.Next(101, 400)).Select(static i => $"X{i}: y")))),
        ("oversize path", static r => Head(r, "GET", $"/v1/namespaces/{new string('a', r.Next(4_000, 20_000))}", "A: b")),
        ("oversize body", static r => Head(r, "POST", "/v1/namespaces", "Content-Length: 70000") + new string(' ', 70_000)),
        ("oversize body said", static r => Head(r, "POST", Pick(r, "/v1/namespaces", "/v1/restore"), "Content-Length: 9999999999") + "{}"),
        ("bad JSON", static r => WithBody(r, Pick(r, "/v1/namespaces", "/v1/namespaces/web/timers", "/v1/namespaces/web/thaw"), Pick(r, Bodies))),
        ("deep JSON", static r => WithBody(r, "/v1/namespaces", new string(Pick(r, "[", "{")[0], r.Next(65, 20_000)))),
        ("bad setting", static r => WithBody(r, "/v1/namespaces/web/timers/beat", Pick(r, Bodies), "PUT")),
        ("bad offsets", static r => WithBody(r, "/v1/namespaces/web", Pick(r, Bodies), "PATCH")),
        ("bad image", static r => Image(r, Noise(r, r.Next(0, 3000)))),
        ("image with a good head", static r => Image(r, "TIMENS" + Noise(r, r.Next(0, 300)))),
        ("bad path", static r => Head(r, Pick(r, "GET", "POST", "DELETE"), Pick(r, Paths), "Content-Length: 0")),
        ("bad query", static r => Head(r, "GET", $"/v1/namespaces?{Uri.EscapeDataString(Noise(r, 5))}={Uri.EscapeDataString(Noise(r, 5))}", "A: b")),
        ("wrong method", static r => Head(r, Pick(r, "PUT", "TRACE", "CONNECT", "OPTIONS", "HEAD", "get", "FROB", "POST", "DELETE", "P\0ST"), Pick(r, "/v1", "/v1/clocks", "/v1/events", "/v1/openapi.json", "/healthz", "/readyz"), "Content-Length: 0")),
        ("wrong type", static r => $"POST /v1/namespaces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {Pick(r, "text/plain", "application/jsonx", ";", "application/xml", "a/b/c")}\r\nContent-Length: 12\r\n\r\n{{\"name\":\"x\"}}"),
        ("wrong host", static r => $"GET /v1 HTTP/1.1\r\nHost: {Pick(r, "evil.example", "localhost:99999", "[::1", "a@b", "")}\r\nOrigin: {Pick(r, "http://evil.example", "null", "x")}\r\nConnection: close\r\n\r\n"),
        ("pipelined", static r => string.Concat(Enumerable.Repeat("GET /v1/clocks HTTP/1.1\r\nHost: localhost\r\n\r\n", r.Next(2, 50))) + Noise(r, 20)),
        ("expectation", static r => Head(r, "POST", "/v1/namespaces", $"Expect: {Pick(r, "100-continue", "magic")}\r\nContent-Length: 3")),
        ("upgrade", static r => Head(r, "GET", "/v1/events", $"Upgrade: {Pick(r, "websocket", "h2c")}\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13") + "x"),
        ("changed call", static r => Change(r, Call(r))),
    ];

    private static string Head(Random random, string method, string path, string headers) =>
        $"{method} {path} HTTP/1.{random.Next(2)}\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\r\n\r\n";

    private static string WithBody(Random random, string path, string body, string method = "POST") => Head(random, method, path, $"Content-Length: {body.Length}") + body;

    private static string Image(Random random, string body) =>
        $"POST {Pick(random, "/v1/restore", "/v1/forecast", "/v1/restore?as=web", "/v1/forecast?within=-1h", "/v1/restore?missed=all")} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {RouteTable.ImageType}\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>A call that changes nothing of "web", whatever is done to one of its bytes.</summary>
    private static string Call(Random random) => Head(random, "GET", Pick(random, "/v1", "/v1/clocks", "/v1/namespaces/web", "/v1/namespaces/web/timers/beat", "/v1/namespaces/web/timers?limit=1"), "Accept: */*");

    private static string Change(Random random, string text)
    {
        var bytes = text.ToCharArray();
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            bytes[random.Next(bytes.Length)] = (char)random.Next(256);
        }

        return new string(bytes);
    }

    private static string Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
