using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Control.Soak;

/// <summary>One soak: its clients, its streams, and what is reported of it.</summary>
internal sealed class SoakRun : IDisposable
{
    private const long Millisecond = 1_000_000;

    private readonly ServeProcess _service;
    private readonly SoakPlan _plan;
    private readonly Task<string> _log;
    private readonly StringBuilder _report = new();
    private readonly SoakClient[] _clients;
    private readonly SoakStream[] _streams;
    private readonly SoakStream _mirror;
    private readonly Socket _deaf = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _letGo = new();
    private readonly CancellationTokenSource _endOfMirror = new();
    private readonly SemaphoreSlim _pulse = new(0);
    private readonly List<Task> _reading = [];
    private ServeFigures _before;

    public SoakRun(ServeProcess service, SoakPlan plan, int seed)
    {
        (_service, _plan) = (service, plan);
        _log = service.Process.StandardError.ReadToEndAsync();
        Say($"seed {seed}: {plan}");
        _clients = [.. Enumerable.Range(0, plan.Clients).Select(i => new SoakClient(service, $"c{i}", seed + i))];
        _streams = [.. Enumerable.Range(0, plan.FastStreams + plan.SlowStreams).Select(i => new SoakClient(service, $"s{i}", seed + 1000 + i)).Select(owner => new SoakStream(service, owner, $"?namespace={owner.Name}&read=true"))];
        _mirror = new SoakStream(service, new SoakClient(service, "-", 0), "");
    }

    public string Report => _report.ToString();

    /// <summary>After a third of the time, and at its end.</summary>
    public ServeFigures Warm { get; private set; }

    public ServeFigures After { get; private set; }

    public int TimersLeft => _clients.Sum(static c => c.Timers.Count);

    /// <summary>What the service has logged as an error. A reader that was cut off is none.</summary>
    public IEnumerable<string> Errors => _log.Result.Split('\n').Where(static l => l.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal) || l.Contains("\"LogLevel\":\"Critical\"", StringComparison.Ordinal));

    public async Task PrepareAsync()
    {
        _before = ServeFigures.Of(_service);
        var began = Stopwatch.GetTimestamp();
        var each = (_plan.Timers - _plan.FastStreams * _plan.TimersOfAFastStream - _plan.SlowStreams * _plan.TimersOfASlowStream) / _plan.Clients;
        await Task.WhenAll([
            .. _clients.Select(c => Task.Run(() => c.MakeAsync(each, 50 * Millisecond, 5000 * Millisecond))),
            .. _streams.Select((s, i) => Task.Run(() => s.Owner.MakeAsync(i < _plan.FastStreams ? _plan.TimersOfAFastStream : _plan.TimersOfASlowStream, 100 * Millisecond, 1000 * Millisecond)))]);
        Say($"{_clients.Sum(static c => c.Timers.Count) + _streams.Sum(static s => s.Owner.Timers.Count)} timers created by calls in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    /// <summary>Everybody at once, until the time is up.</summary>
    public async Task WorkAsync()
    {
        foreach (var (i, stream) in _streams.Index())
        {
            _reading.Add(Task.Run(() => stream.FollowAsync(i < _plan.FastStreams ? null : _pulse, _letGo.Token, CancellationToken.None)));
        }

        _reading.Add(Task.Run(() => _mirror.FollowAsync(null, default, _endOfMirror.Token)));
        await Task.WhenAll([.. _streams.Select(static s => s.Open), _mirror.Open]);
        await ListenToNothingAsync();
        using var third = new CancellationTokenSource(TimeSpan.FromSeconds(_plan.Seconds / 3.0));
        await Task.WhenAll(_clients.Select(c => Task.Run(() => c.WorkAsync(_pulse, third.Token))));
        Warm = ServeFigures.Of(_service);
        using var rest = new CancellationTokenSource(TimeSpan.FromSeconds(_plan.Seconds * 2 / 3.0));
        await Task.WhenAll(_clients.Select(c => Task.Run(() => c.WorkAsync(_pulse, rest.Token))));
        After = ServeFigures.Of(_service);
        await TellAsync();
    }

    /// <summary>Stands everything still, and compares the books.</summary>
    public async Task<IEnumerable<string>> JudgeAsync()
    {
        await _letGo.CancelAsync();
        var faults = new List<string>();
        foreach (var client in _clients)
        {
            faults.AddRange(client.Faults(await client.FinishAsync()));
        }

        foreach (var (i, stream) in _streams.Index())
        {
            var image = await stream.Owner.FinishAsync();
            await stream.Owner.DeleteAsync();
            await _reading[i];
            faults.AddRange(stream.Faults(image));
        }

        await _endOfMirror.CancelAsync();
        await _reading[^1];
        if (_plan.Seconds >= 30)
        {
            faults.AddRange(JudgeDeaf()); // it has had longer than the service waits for it
        }

        foreach (var (i, stream) in _streams.Append(_mirror).Index())
        {
            Say($"stream {(i < _plan.FastStreams ? "fast" : i < _streams.Length ? "slow" : "mirror")}: {stream.Events} events, {stream.Dropped} dropped, {stream.Conflated} conflated");
        }

        if (_streams[_plan.FastStreams..].All(static s => s.Conflated + s.Dropped == 0))
        {
            faults.Add("no slow reader was told that it is slow: the soak is too small");
        }

        var told = (await _service.Http.GetFromJsonAsync("/v1", ControlJson.Default.ServiceInfo))!;
        if (told.Statistics.FaultedObservers != 0 || told.Timers != TimersLeft)
        {
            faults.Add($"{told}");
        }

        await ComeBackAsync();
        return faults;
    }

    public int Stop() => _service.Stop();

    public void Dispose()
    {
        _letGo.Cancel();
        _endOfMirror.Cancel();
        _deaf.Dispose();
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        foreach (var stream in _streams.Append(_mirror))
        {
            stream.Dispose();
            stream.Owner.Dispose();
        }

        _service.Dispose();
        _letGo.Dispose();
        _endOfMirror.Dispose();
        _pulse.Dispose();
    }

    /// <summary>A stream of everything whose reader takes nothing at all.</summary>
    private async Task ListenToNothingAsync()
    {
        await _deaf.ConnectAsync(new UnixDomainSocketEndPoint(_service.Socket));
        await _deaf.SendAsync(Encoding.ASCII.GetBytes("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    /// <summary>It was cut off: what the kernel held of it ends without the last chunk.</summary>
    private IEnumerable<string> JudgeDeaf()
    {
        _deaf.ReceiveTimeout = 30_000;
        var (buffer, all) = (new byte[1 << 16], 0L);
        var end = "";
        try
        {
            while (_deaf.Receive(buffer) is var read and > 0)
            {
                all += read;
                end = Encoding.ASCII.GetString(buffer.AsSpan(Math.Max(0, read - 5), Math.Min(5, read)));
            }
        }
        catch (SocketException cut) when (cut.SocketErrorCode == SocketError.ConnectionReset)
        {
            end = "";
        }
        catch (SocketException late) when (late.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return ["the reader that takes nothing was not cut off"];
        }

        Say($"the reader that takes nothing was cut off after {all >> 10} KiB");
        return end == "0\r\n\r\n" ? ["the reader that takes nothing was told a good end"] : [];
    }

    /// <summary>Descriptors are given back once the clients are gone; it waits for that, and the service is killed when it takes too long.</summary>
    private async Task ComeBackAsync()
    {
        _deaf.Dispose(); // a stop would wait until it is cut off
        foreach (var one in _clients)
        {
            one.Dispose();
        }

        foreach (var stream in _streams.Append(_mirror))
        {
            stream.Dispose();
            stream.Owner.Dispose();
        }

        while (ServeFigures.Of(_service) is var now && now.Descriptors > _before.Descriptors + 4) // of the test's own client, and what the runtime opens when it is first used
        {
            (await _service.Http.GetAsync("/healthz")).EnsureSuccessStatusCode();
        }

        Say($"before {_before}; after a third {Warm}; at the end {After}; without clients {ServeFigures.Of(_service)}");
    }

    private async Task TellAsync()
    {
        var latencies = _clients.SelectMany(static c => c.Latencies).Order().ToArray();
        string At(double part) => $"{latencies[(int)(part * (latencies.Length - 1))]:0.0}";
        Say($"{latencies.Length} calls; ms of a call: half {At(0.5)}, 99 % {At(0.99)}, 99.9 % {At(0.999)}, all {At(1)}");
        Say(string.Join(", ", _clients.SelectMany(static c => c.Done).GroupBy(static d => d.Key).Select(static g => $"{g.Key} {g.Sum(static d => d.Value)}")));
        var metrics = PrometheusReader.Read(await _service.Http.GetStringAsync("/metrics"));
        var lateness = metrics["timens_timer_lateness_seconds"].Samples;
        var count = lateness.First(static s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Value;
        var sum = lateness.First(static s => s.Name.EndsWith("_sum", StringComparison.Ordinal)).Value;
        string Until(double part) => lateness.First(s => s.Label("le") is not null && s.Value >= part * count).Label("le")!;
        Say($"metrics: {count} ticks, unread ones and those of clocks that were moved among them: late by {sum / count * 1000:0.000} ms on the average, half within {Until(0.5)} s, 99 % within {Until(0.99)} s");
        var late = _streams[.._plan.FastStreams].SelectMany(static s => s.Lateness.ToArray()).Order().ToArray();
        string Ms(double part) => $"{late[(int)(part * (late.Length - 1))] / 1e6:0.000}";
        Say($"engine: {late.Length} ticks of fast streams; ms late: half {Ms(0.5)}, 99 % {Ms(0.99)}, 99.9 % {Ms(0.999)}, all {Ms(1)}");
    }

    private void Say(string line) => _report.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));
}
