using System.Text.Json;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Tests.Control.Service;

namespace TimeNs.Tests.Control.Soak;

/// <summary>
/// An event stream that reads the timers of a namespace, and their book. A slow one takes an event only when its pulse comes, until it is let go: what
/// it gets late is summed or dropped, and both are told, so that its book is right too.
/// </summary>
internal sealed class SoakStream(ServeProcess service, SoakClient owner, string query) : IDisposable
{
    private readonly HttpClient _http = ControlRig.Client(service.Socket);
    private Dictionary<string, SoakTimer> _timers = [];
    private readonly TaskCompletionSource _open = new();
    private ulong _droppedExpirations;
    private long _lastId;
    private bool _isFast;
    private bool _isClosed;

    public SoakClient Owner { get; } = owner;

    public long Events { get; private set; }

    public long Dropped { get; private set; }

    public long Conflated { get; private set; }

    /// <summary>Nanoseconds of each tick, of a reader that is fast.</summary>
    public List<long> Lateness { get; } = [];

    /// <summary>Completes when it listens.</summary>
    public Task Open => _open.Task;

    /// <param name="pulse">Null for a reader that is as fast as it can be.</param>
    /// <param name="letGo">From then on it is fast.</param>
    /// <param name="end">For a stream that has no end of its own.</param>
    public async Task FollowAsync(SemaphoreSlim? pulse, CancellationToken letGo, CancellationToken end)
    {
        try
        {
            using var response = await _http.GetAsync($"/v1/events{query}", HttpCompletionOption.ResponseHeadersRead, end);
            Assert.That((int)response.StatusCode, Is.EqualTo(200));
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(end));
            var (kind, slow) = ("", pulse);
            _isFast = pulse is null;
            _timers = Owner.Timers.ToDictionary(static t => t.Name);
            while (await lines.ReadLineAsync(end) is { } line)
            {
                _open.TrySetResult();
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    Assert.That(long.Parse(line[4..]), Is.EqualTo(++_lastId));
                }
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    kind = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Take(kind, line[6..]);
                    slow = await PaceAsync(slow, letGo);
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // It was to end so.
        }
        catch (Exception failed)
        {
            _open.TrySetException(failed);
            throw;
        }
    }

    /// <summary>What is wrong with its book once it has ended with its namespace.</summary>
    public IEnumerable<string> Faults(NamespaceImage image)
    {
        if (!_isClosed)
        {
            yield return $"{Owner.Name}: the stream has not told of the end";
        }

        if (_droppedExpirations == 0)
        {
            foreach (var fault in Owner.Faults(image))
            {
                yield return fault;
            }

            yield break;
        }

        var missing = image.Timers.Sum(t => _timers[t.Name!].Missing(image, t));
        if (missing != (long)_droppedExpirations)
        {
            yield return $"{Owner.Name}: {missing} expirations are missing, and {_droppedExpirations} were told to be dropped";
        }
    }

    public void Dispose() => _http.Dispose();

    private void Take(string kind, string data)
    {
        Events++;
        switch (kind)
        {
            case "tick":
                var tick = JsonSerializer.Deserialize(data, ControlJson.Default.TickEvent)!;
                if (tick.Namespace == Owner.Name && tick.Name is { } name)
                {
                    if (_isFast && _timers[name].Told != 0) // what was unread before the stream was there is none of its lateness
                    {
                        Lateness.Add(tick.LatenessNs);
                    }

                    _timers[name].Took(tick, isWhole: _isFast && Dropped == 0);
                }

                break;
            case "dropped":
                var dropped = JsonSerializer.Deserialize(data, ControlJson.Default.DroppedEvent)!;
                (Dropped, Conflated, _droppedExpirations) = (Dropped + dropped.Count, Conflated + dropped.Conflated, _droppedExpirations + dropped.Expirations);
                break;
            case "closed":
                _isClosed = true;
                break;
            default:
                break;
        }
    }

    private static async Task<SemaphoreSlim?> PaceAsync(SemaphoreSlim? slow, CancellationToken letGo)
    {
        try
        {
            if (slow is not null)
            {
                await slow.WaitAsync(letGo);
            }

            return slow;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
