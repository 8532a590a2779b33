using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Web;

/// <summary>A headless Chromium of its own, driven over the DevTools protocol. It speaks to this machine alone.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static readonly string[] Arguments =
    [
        "--headless=new", "--remote-debugging-port=0", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-proxy-server", "--hide-scrollbars", "--mute-audio",
        "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
    ];

    private readonly TestFolder _profile = new();
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _reading = Task.CompletedTask;
    private Task _draining = Task.CompletedTask;
    private int _last;

    private Browser(string file) => _process = Process.Start(
        new ProcessStartInfo(file, [.. Arguments, $"--user-data-dir={_profile.Path}", "about:blank"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;

    /// <summary>Told of every event: the session, the method and the parameters.</summary>
    public Action<string, string, JsonElement>? OnEvent { get; set; }

    /// <summary>The file of the browser; null when there is none. TIMENS_CHROMIUM says where one is.</summary>
    public static string? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return Environment.GetEnvironmentVariable("TIMENS_CHROMIUM") is { Length: > 0 } said ? said
            : Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>Starts one, or leaves the test out by name.</summary>
    public static async Task<Browser> StartAsync()
    {
        var file = Find();
        if (file is null)
        {
            Assert.Ignore("needs Chromium: the package chromium of Debian, or TIMENS_CHROMIUM");
        }

        var browser = new Browser(file!);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new page, of this size.</summary>
    public async Task<BrowserPage> OpenAsync(int width = 1400, int height = 1000)
    {
        var target = await CallAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await CallAsync("Target.attachToTarget", new() { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true });
        var page = new BrowserPage(this, attached.GetProperty("sessionId").GetString()!);
        await page.StartAsync(width, height);
        return page;
    }

    /// <summary>Makes a call of the protocol.</summary>
    /// <exception cref="AssertionException">The browser refuses it.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        var call = new JsonObject { ["id"] = Interlocked.Increment(ref _last), ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            call["sessionId"] = session;
        }

        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[(int)call["id"]!] = answer;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        var message = await answer.Task;
        return message.TryGetProperty("error", out var error) ? throw new AssertionException($"{method}: {error}") : message.GetProperty("result");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _socket.Abort();
        await _reading;
        await _draining;
        _socket.Dispose();
        _process.Dispose();
        _sending.Dispose();
        _profile.Dispose();
    }

    /// <summary>The browser says on its error stream where it listens.</summary>
    private async Task ConnectAsync()
    {
        const string Mark = "DevTools listening on ";
        List<string> said = [];
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                _draining = Task.WhenAll(_process.StandardError.ReadToEndAsync(), _process.StandardOutput.ReadToEndAsync());
                await _socket.ConnectAsync(new Uri(line[Mark.Length..]), CancellationToken.None);
                _reading = Task.Run(ReadAsync);
                return;
            }
        }

        throw new AssertionException($"The browser did not come up: {string.Join('\n', said)}");
    }

    private async Task ReadAsync()
    {
        try
        {
            var buffer = new byte[1 << 16];
            using var whole = new MemoryStream();
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                whole.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonDocument.Parse(whole.ToArray()).RootElement);
                    whole.SetLength(0);
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or JsonException)
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(new AssertionException("The browser has gone."));
            }
        }
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (_calls.TryRemove(id.GetInt32(), out var call))
            {
                call.TrySetResult(message);
            }
        }
        else if (message.TryGetProperty("sessionId", out var session))
        {
            OnEvent?.Invoke(session.GetString()!, message.GetProperty("method").GetString()!, message.GetProperty("params"));
        }
    }
}
