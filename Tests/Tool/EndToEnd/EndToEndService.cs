using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using TimeNs.Control;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>The real service with everything that it can be told, and the real command as a client of it, as root or as a user of each role.</summary>
internal sealed class EndToEndService : IDisposable
{
    public const int Group = 4240;
    public const int Reader = 4242;
    public const int Nobody = 4243;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly TestFolder _folder = new();
    private readonly ServeProcess _service;
    private readonly Task _log;
    private int _names;

    public EndToEndService()
    {
        Config = _folder.Write("timens.json", """{"access":{"read_users":["4242"]},"metrics":{"prometheus":true},"limits":{"requests_per_second":100000,"request_burst":100000}}""");
        Process.Start("chmod", ["755", _folder.Path]).WaitForExit();
        Directory.CreateDirectory(_folder.File("out"));
        Process.Start("chmod", ["777", _folder.File("out")]).WaitForExit();
        Words = ["serve", "--config", Config, "--state", _folder.File("state"), "--log", "json", "--http", "127.0.0.1:0", "--http-any", .. IsRoot ? new[] { "--group", $"{Group}" } : []];
        _service = ServeProcess.Start(_folder, Patience, Words[1..]);
        _log = _service.Process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public static bool IsRoot => Environment.IsPrivilegedProcess && System.IO.File.Exists("/usr/bin/setpriv");

    /// <summary>What the service was started with.</summary>
    public string[] Words { get; }

    public string Config { get; }

    public string Socket => _service.Socket;

    public HttpClient Http => _service.Http;

    public string File(string name) => _folder.File(name);

    /// <summary>A namespace for a line, with what the line wants to be there.</summary>
    public async Task<Stage> PrepareAsync(VerbCase verb)
    {
        var n = Interlocked.Increment(ref _names);
        var stage = new Stage($"ns-{n}", $"new-{n}", File($"image-{n}"), File($"other-{n}"), File($"out/{n}.tns"), Config);
        await MakeAsync(stage.Ns);
        await System.IO.File.WriteAllBytesAsync(stage.Image, await PostAsync($"/v1/namespaces/{stage.Ns}/checkpoint"));
        await DoAsync(HttpMethod.Delete, $"/v1/namespaces/{stage.Ns}/timers/spare");
        await System.IO.File.WriteAllBytesAsync(stage.Other, await PostAsync($"/v1/namespaces/{stage.Ns}/checkpoint"));
        await TimerAsync(stage.Ns, """{"clock":"monotonic","name":"spare"}""");
        if (verb.Frozen)
        {
            await PostAsync($"/v1/namespaces/{stage.Ns}/freeze");
        }

        return stage;
    }

    /// <summary>What is there of the namespaces of a line: everything that does not go on by itself.</summary>
    public async Task<string> LookAsync(Stage stage) => $"{await LookAsync(stage.Ns)}\n{await LookAsync(stage.New)}";

    public async Task RemoveAsync(Stage stage)
    {
        foreach (var name in new[] { stage.Ns, stage.New })
        {
            using var answer = await Http.DeleteAsync($"/v1/namespaces/{name}");
        }
    }

    /// <summary>Runs the command as a process, as root or whoever this is, or as a user that has the role.</summary>
    public async Task<ToolRun> RunAsync(Role role, string[] words, CancellationToken cancel)
    {
        string[] command = ["dotnet", ServeProcess.Tool, .. words];
        if (role != Role.Admin)
        {
            command = ["setpriv", $"--reuid={(role == Role.Read ? Reader : Nobody)}", $"--regid={Group}", "--clear-groups", .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["TIMENS_SOCKET"] = Socket;
        start.Environment["DOTNET_CLI_HOME"] = "/tmp";
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            return new ToolRun(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    public void Dispose()
    {
        _service.Dispose();
        _log.GetAwaiter().GetResult();
        _folder.Dispose();
    }

    public async Task<byte[]> PostAsync(string path, string? json = null)
    {
        using var answer = await Http.PostAsync(path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.That(answer.IsSuccessStatusCode, Is.True, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public async Task MakeAsync(string name)
    {
        await PostAsync("/v1/namespaces", $$"""{"name":"{{name}}"}""");
        await TimerAsync(name, """{"clock":"realtime","name":"noon","set":{"at":"2080-01-01T12:00:00Z"}}""");
        await TimerAsync(name, """{"clock":"monotonic","name":"tick","set":{"value":"1ns","interval":"1h"}}""");
        await TimerAsync(name, """{"clock":"monotonic","name":"spare"}""");
        while (!(await Http.GetFromJsonAsync($"/v1/namespaces/{name}/timers/tick", ControlJson.Default.TimerInfo))!.Readable)
        {
            // The engine comes to it in its own time.
        }
    }

    private Task<byte[]> TimerAsync(string ns, string json) => PostAsync($"/v1/namespaces/{ns}/timers", json);

    private async Task DoAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string> LookAsync(string name)
    {
        using var answer = await Http.GetAsync($"/v1/namespaces/{name}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return "none";
        }

        var ns = (await answer.Content.ReadFromJsonAsync(ControlJson.Default.NamespaceInfo))!;
        var timers = (await Http.GetFromJsonAsync($"/v1/namespaces/{name}/timers", ControlJson.Default.TimerList))!.Timers;
        return $"{ns.Frozen} {ns.Offsets} {string.Join(' ', timers.Select(static t => $"{t.Id} {t.Name} {t.Clock} {t.IntervalNs} {t.Readable} {t.Armed}"))}";
    }
}

/// <summary>The names that stand for the words in braces of a line.</summary>
internal sealed record Stage(string Ns, string New, string Image, string Other, string Out, string Config)
{
    public string Fill(string text) => text
        .Replace("{ns}", Ns, StringComparison.Ordinal).Replace("{new}", New, StringComparison.Ordinal).Replace("{image}", Image, StringComparison.Ordinal)
        .Replace("{other}", Other, StringComparison.Ordinal).Replace("{out}", Out, StringComparison.Ordinal).Replace("{config}", Config, StringComparison.Ordinal);

    public string[] Fill(VerbCase verb, params string[] more) => [.. verb.Words.Select(Fill), .. more];
}
