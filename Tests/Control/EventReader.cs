using System.Text.Json;

namespace TimeNs.Tests.Control;

/// <summary>A client of an event stream, at its first comment already.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private long _lastId;

    private EventReader(HttpResponseMessage response, StreamReader lines)
    {
        _response = response;
        _lines = lines;
    }

    public static async Task<EventReader> OpenAsync(ControlRig rig, string path)
    {
        var response = await rig.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        var reader = new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        Assert.That(await reader.NextAsync(), Is.EqualTo((":", "timens")));
        return reader;
    }

    /// <summary>The next event as its kind and data, or a comment as ":" and its text; null at the end of the stream. Ids grow.</summary>
    public async Task<(string Kind, string Data)?> NextAsync()
    {
        var (kind, data) = ("", "");
        while (await _lines.ReadLineAsync() is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var id]:
                    Assert.That(long.Parse(id), Is.EqualTo(_lastId + 1));
                    _lastId++;
                    break;
                case ["event", var name]:
                    kind = name;
                    break;
                case ["data", var json]:
                    data = json;
                    break;
                case ["", var comment]:
                    (kind, data) = (":", comment);
                    break;
                default:
                    Assert.That(line, Is.Empty);
                    return (kind, data);
            }
        }

        return null;
    }

    /// <summary>The next event, which is of this kind.</summary>
    public async Task<JsonElement> NextAsync(string kind)
    {
        var next = await NextAsync();
        Assert.That(next?.Kind, Is.EqualTo(kind), next?.Data);
        return JsonDocument.Parse(next!.Value.Data).RootElement;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
