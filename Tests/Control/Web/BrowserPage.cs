using System.Text.Json;
using System.Text.Json.Nodes;

namespace TimeNs.Tests.Control.Web;

/// <summary>A page of a browser: what it shows, what a person does to it, and what it complains of.</summary>
internal sealed class BrowserPage
{
    /// <summary>Milliseconds until a condition that does not come true fails its test.</summary>
    private const int Deadline = 20_000;

    private readonly Browser _browser;
    private readonly string _session;
    private readonly List<string> _faults = [];
    private TaskCompletionSource _loaded = new();

    public BrowserPage(Browser browser, string session)
    {
        (_browser, _session) = (browser, session);
        browser.OnEvent += Hear;
    }

    /// <summary>Errors and warnings of the console, uncaught exceptions, failed requests and breaches of the policy.</summary>
    public string[] Faults
    {
        get
        {
            lock (_faults)
            {
                return [.. _faults];
            }
        }
    }

    public async Task StartAsync(int width, int height)
    {
        await CallAsync("Runtime.enable");
        await CallAsync("Log.enable");
        await CallAsync("Page.enable");
        await ResizeAsync(width, height);
    }

    public Task ResizeAsync(int width, int height) => CallAsync("Emulation.setDeviceMetricsOverride",
        new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <param name="scheme"><c>light</c> or <c>dark</c>.</param>
    public Task ColorAsync(string scheme) => CallAsync("Emulation.setEmulatedMedia",
        new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>Goes there, and waits until it is loaded.</summary>
    public async Task GoAsync(Uri address)
    {
        _loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await CallAsync("Page.navigate", new() { ["url"] = address.AbsoluteUri });
        await _loaded.Task;
    }

    /// <summary>The value of an expression; of what it promises, when it is a promise.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new() { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer.TryGetProperty("exceptionDetails", out var thrown)
            ? throw new AssertionException($"{expression}: {thrown}\n{string.Join('\n', Faults)}")
            : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<string> TextAsync(string selector) => (await EvaluateAsync($"document.querySelector({Quoted(selector)}).innerText")).GetString()!;

    public async Task<bool> IsShownAsync(string selector) =>
        (await EvaluateAsync($"!!document.querySelector({Quoted(selector)})?.checkVisibility()")).GetBoolean();

    /// <summary>Waits until an expression is true, looked at before every frame of the page.</summary>
    public Task WaitAsync(string condition) => EvaluateAsync(
        $$"""
        new Promise((resolve, reject) => {
          const end = performance.now() + {{Deadline}};
          const look = () => {
            let is = false;
            try { is = ({{condition}}); } catch { }
            is ? resolve(true) : performance.now() > end ? reject(new Error("never true, the page says: " + document.body.innerText)) : requestAnimationFrame(look);
          };
          look();
        })
        """);

    /// <summary>Waits until an element says something.</summary>
    public Task WaitForTextAsync(string selector, string part) =>
        WaitAsync($"(document.querySelector({Quoted(selector)}).innerText ?? document.querySelector({Quoted(selector)}).textContent).includes({Quoted(part)})");

    /// <summary>Waits until an element can be seen.</summary>
    public Task WaitForAsync(string selector) => WaitAsync($"document.querySelector({Quoted(selector)}).checkVisibility()");

    /// <summary>A press of the main button in the middle of an element, which nothing may cover.</summary>
    public async Task ClickAsync(string selector)
    {
        await WaitForAsync(selector);
        var at = await EvaluateAsync(
            $$"""
            (() => {
              const node = document.querySelector({{Quoted(selector)}});
              node.scrollIntoView({ block: "center", behavior: "instant" });
              const box = node.getBoundingClientRect();
              const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
              const top = document.elementFromPoint(x, y);
              return top === node || node.contains(top) ? [x, y] : `${top?.outerHTML} is in front`;
            })()
            """);
        Assert.That(at.ValueKind, Is.EqualTo(JsonValueKind.Array), $"{selector}: {at}");
        foreach (var type in new[] { "mousePressed", "mouseReleased" })
        {
            await CallAsync("Input.dispatchMouseEvent",
                new() { ["type"] = type, ["x"] = at[0].GetDouble(), ["y"] = at[1].GetDouble(), ["button"] = "left", ["clickCount"] = 1 });
        }
    }

    /// <summary>Puts text in the place of what is in a field.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await WaitForAsync(selector);
        await EvaluateAsync($"document.querySelector({Quoted(selector)}).select()");
        await CallAsync("Input.insertText", new() { ["text"] = text });
    }

    public async Task PressAsync(string key, int code)
    {
        foreach (var type in new[] { "rawKeyDown", "keyUp" })
        {
            await CallAsync("Input.dispatchKeyEvent", new() { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
        }
    }

    /// <summary>A picture of what can be seen, as PNG.</summary>
    public async Task<byte[]> PictureAsync() =>
        (await CallAsync("Page.captureScreenshot", new() { ["format"] = "png" })).GetProperty("data").GetBytesFromBase64();

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private Task<JsonElement> CallAsync(string method, JsonObject? parameters = null) => _browser.CallAsync(method, parameters, _session);

    private void Hear(string session, string method, JsonElement data)
    {
        if (session != _session)
        {
            return;
        }

        switch (method)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Runtime.exceptionThrown":
                Complain(data.GetProperty("exceptionDetails").ToString());
                break;
            case "Runtime.consoleAPICalled" when data.GetProperty("type").GetString() is "error" or "warning" or "assert":
                Complain(data.GetProperty("args").ToString());
                break;
            case "Log.entryAdded" when data.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                Complain(data.GetProperty("entry").ToString());
                break;
            default:
                break;
        }
    }

    private void Complain(string fault)
    {
        lock (_faults)
        {
            _faults.Add(fault);
        }
    }
}
