using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Clocks;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Control.Soak;

/// <summary>A client with a connection and a namespace of its own, whose book it keeps.</summary>
internal sealed class SoakClient(ServeProcess service, string name, int seed) : IDisposable
{
    private const long Second = 1_000_000_000;

    private static readonly ClockId[] Clocks = [ClockId.Realtime, ClockId.Monotonic, ClockId.Boottime];
    private static readonly string[] Policies = ["clocks=suspend", "clocks=criu", "clocks=gvisor", "realtime=wall&monotonic=elapsed", "realtime=frozen&boottime=frozen"];

    private readonly HttpClient _http = ControlRig.Client(service.Socket);
    private readonly Random _random = new(seed);
    private readonly List<double> _latencies = [];

    public string Name { get; } = name;

    public List<SoakTimer> Timers { get; } = [];

    /// <summary>Milliseconds that each call took.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    /// <summary>How often each thing was done.</summary>
    public Dictionary<string, int> Done { get; } = [];

    public async Task MakeAsync(int timers, long leastNs, long mostNs)
    {
        await SendAsync(HttpMethod.Post, "/v1/namespaces", $$"""{"name":"{{Name}}"}""", ControlJson.Default.NamespaceInfo);
        var now = (await LookAsync()).Clocks;
        for (var t = 0; t < timers; t++)
        {
            var timer = new SoakTimer($"t{t}", Clocks[t % Clocks.Length]);
            var interval = _random.NextInt64(leastNs, mostNs);
            var set = timer.Set(now, _random.NextInt64(interval) + 1, interval);
            await SendAsync(HttpMethod.Post, $"{Path}/timers", $$"""{"clock":"{{timer.Clock.ToString().ToLowerInvariant()}}","name":"{{timer.Name}}","set":{{set}}}""", ControlJson.Default.TimerInfo);
            Timers.Add(timer);
        }
    }

    /// <summary>Does one thing after the other until the time is up.</summary>
    public async Task WorkAsync(SemaphoreSlim pulse, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var (what, act) = _random.Next(100) switch
            {
                < 45 => ("read", ReadAsync()),
                < 62 => ("re-arm", ReArmAsync()),
                < 70 => ("create and delete", ComeAndGoAsync()),
                < 78 => ("set offsets", SetOffsetsAsync()),
                < 83 => ("freeze and thaw", FreezeAsync()),
                < 87 => ("checkpoint and restore", ReplaceAsync()),
                < 95 => ("look at a timer", SendAsync(HttpMethod.Get, PathOf(Any()), null, ControlJson.Default.TimerInfo)),
                < 98 => ("list timers", SendAsync(HttpMethod.Get, $"{Path}/timers?limit=100", null, ControlJson.Default.TimerList)),
                _ => ("look at the service", SendAsync(HttpMethod.Get, "/v1", null, ControlJson.Default.ServiceInfo)),
            };
            await act;
            Done[what] = Done.GetValueOrDefault(what) + 1;
            if (_random.Next(8) == 0)
            {
                pulse.Release();
            }
        }
    }

    /// <summary>Freezes the namespace for good, and gives what it is then.</summary>
    public async Task<NamespaceImage> FinishAsync()
    {
        await SendAsync(HttpMethod.Post, $"{Path}/freeze", null, ControlJson.Default.NamespaceInfo);
        return ImageFormat.Decode(await CheckpointAsync());
    }

    /// <summary>The last look at the book: of all timers.</summary>
    public IEnumerable<string> Faults(NamespaceImage image)
    {
        var found = image.Timers.ToDictionary(static t => t.Name!);
        if (found.Count != Timers.Count)
        {
            yield return $"{Name}: {found.Count} timers for {Timers.Count}";
        }

        foreach (var timer in Timers)
        {
            if (!found.TryGetValue(timer.Name, out var left))
            {
                yield return $"{Name}/{timer.Name} is gone";
            }
            else if (timer.Missing(image, left) is var missing and not 0)
            {
                yield return $"{Name}/{timer.Name}: {missing} missing of {timer.Due(image.Readings[left.Base].Nanoseconds)}, {left}, {image.Readings}";
            }
        }
    }

    public Task DeleteAsync() => SendAsync<NamespaceInfo>(HttpMethod.Delete, Path, null, null);

    public void Dispose() => _http.Dispose();

    private string Path => $"/v1/namespaces/{Name}";

    private string PathOf(SoakTimer timer) => $"{Path}/timers/{timer.Name}";

    private SoakTimer Any() => Timers[_random.Next(Timers.Count)];

    private async Task<NamespaceInfo> LookAsync() => (await SendAsync(HttpMethod.Get, Path, null, ControlJson.Default.NamespaceInfo))!;

    private async Task ReadAsync()
    {
        var timer = Any();
        timer.Took((await SendAsync(HttpMethod.Post, PathOf(timer) + "/read", null, ControlJson.Default.TimerRead))!);
    }

    private async Task ReArmAsync()
    {
        var timer = Any();
        var set = timer.Set((await LookAsync()).Clocks, _random.NextInt64(-Second, 2 * Second), _random.NextInt64(Second / 50, 3 * Second));
        await SendAsync(HttpMethod.Put, PathOf(timer), set, ControlJson.Default.TimerSet);
    }

    private async Task ComeAndGoAsync()
    {
        var made = await SendAsync(HttpMethod.Post, $"{Path}/timers", """{"clock":"monotonic","set":{"value":"1ns"}}""", ControlJson.Default.TimerInfo);
        await SendAsync<TimerInfo>(HttpMethod.Delete, $"{Path}/timers/{made!.Id}", null, null);
    }

    /// <summary>Forwards only: backwards a clock passes the same points twice, which the book does not count.</summary>
    private async Task SetOffsetsAsync()
    {
        var offsets = (await LookAsync()).Offsets;
        var (realtime, monotonic, boottime) = (offsets.RealtimeNs + _random.NextInt64(5 * Second), offsets.MonotonicNs + _random.NextInt64(Second), offsets.BoottimeNs + _random.NextInt64(Second));
        await SendAsync(HttpMethod.Patch, Path, $$$"""{"offsets":{"realtime":"{{{realtime}}}ns","monotonic":"{{{monotonic}}}ns","boottime":"{{{boottime}}}ns"}}""", ControlJson.Default.NamespaceChange);
    }

    private async Task FreezeAsync()
    {
        await SendAsync(HttpMethod.Post, $"{Path}/freeze", null, ControlJson.Default.NamespaceInfo);
        await ReadAsync();
        await SendAsync(HttpMethod.Post, $"{Path}/thaw", null, ControlJson.Default.NamespaceChange);
    }

    private async Task ReplaceAsync()
    {
        var image = await CheckpointAsync();
        await DeleteAsync();
        using var content = new ByteArrayContent(image);
        content.Headers.ContentType = new("application/vnd.timens.image");
        using var answer = await _http.PostAsync($"/v1/restore?{Policies[_random.Next(Policies.Length)]}", content);
        await CheckAsync("restore", answer);
    }

    private async Task<byte[]> CheckpointAsync()
    {
        using var answer = await _http.PostAsync($"{Path}/checkpoint", null);
        await CheckAsync("checkpoint", answer);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private async Task<T?> SendAsync<T>(HttpMethod method, string path, string? json, JsonTypeInfo<T>? type)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        var began = Stopwatch.GetTimestamp();
        using var answer = await _http.SendAsync(request);
        await CheckAsync($"{method} {path} {json}", answer);
        var result = type is null ? default : await answer.Content.ReadFromJsonAsync(type);
        _latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return result;
    }

    private static async Task CheckAsync(string what, HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            Assert.Fail($"{what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
