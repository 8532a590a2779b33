using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TimeNs.Control.Access;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Runtime;

namespace TimeNs.Control.Calls;

/// <summary>One request: who makes it, what it asks, and where the answer goes. Reads strictly.</summary>
internal sealed class ControlCall(HttpContext http, ControlService service, Route route, Client client)
{
    public HttpContext Http { get; } = http;

    public ControlService Service { get; } = service;

    public Route Route { get; } = route;

    public Client Client { get; } = client;

    public TimeRuntime Runtime => Service.Runtime;

    public LimitOptions Limits => Service.Options.Limits;

    /// <summary>The namespace in the path.</summary>
    /// <exception cref="ControlException">404.</exception>
    public RuntimeNamespace Namespace() => FindNamespace(PathPart(RouteTable.NamespaceParameter));

    /// <exception cref="ControlException">404.</exception>
    public RuntimeNamespace FindNamespace(string name) => Runtime.FindNamespace(name)
        ?? throw new ControlException(ProblemKind.NoSuchNamespace, $"There is no namespace '{Text.TimeInput.Shown(name)}'.") { Errno = Errno.ENOENT };

    /// <summary>The timer in the path.</summary>
    /// <exception cref="ControlException">404.</exception>
    public NamespaceTimer Timer() => FindTimer(Namespace(), PathPart(RouteTable.TimerParameter));

    /// <summary>A timer by its id, or by its name.</summary>
    /// <exception cref="ControlException">404.</exception>
    public static NamespaceTimer FindTimer(RuntimeNamespace ns, string idOrName) =>
        (long.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? ns.FindTimer(id) : null)
        ?? ns.FindTimer(idOrName)
        ?? throw new ControlException(ProblemKind.NoSuchTimer, $"Namespace '{ns.Name}' has no timer '{Text.TimeInput.Shown(idOrName)}'.") { Errno = Errno.ENOENT };

    /// <summary>Refuses a query that the call does not have, and a parameter that is there twice.</summary>
    /// <exception cref="ControlException">400.</exception>
    public void CheckQuery()
    {
        foreach (var (name, values) in Http.Request.Query)
        {
            var parameter = Route.Query.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal))
                ?? throw Bad(Text.TimeInput.Shown(name), $"The call has no parameter '{Text.TimeInput.Shown(name)}'.");
            if (values.Count != 1)
            {
                throw Bad(name, $"The parameter '{name}' is there {values.Count} times.");
            }

            if (parameter.Words.Length != 0 && !parameter.Words.Contains(values[0], StringComparer.Ordinal))
            {
                throw Bad(name, $"'{Text.TimeInput.Shown(values[0]!)}' is none of {string.Join(", ", parameter.Words)}.");
            }
        }
    }

    /// <summary>A parameter of the query; null when it is not there.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    public bool IsTrue(string name) => string.Equals(Query(name), "true", StringComparison.Ordinal);

    /// <summary>A whole number in the query.</summary>
    /// <exception cref="ControlException">400: it is none, or out of range.</exception>
    public long Number(string name, long least, long most, long absent)
    {
        if (Query(name) is not { } text)
        {
            return absent;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Bad(name, $"'{Text.TimeInput.Shown(text)}' is not a whole number from {least} to {most}.");
    }

    /// <summary>The JSON of the request; null when it may be left out, and is.</summary>
    /// <exception cref="ControlException">413, 415, or 400: it is missing.</exception>
    /// <exception cref="JsonException">It is not what the call takes.</exception>
    public async Task<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        var limit = Limits.JsonBytes;
        if (Http.Request.ContentLength > limit)
        {
            throw TooLarge("json_bytes", limit); // a read would meet the limit of the server, which does not say whose it is
        }

        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            var length = await ReadAsync(buffer.AsMemory(0, limit + 1)).ConfigureAwait(false);
            if (length > limit)
            {
                throw TooLarge("json_bytes", limit);
            }

            if (length == 0)
            {
                return Route.RequestIsOptional ? null : throw Bad(null, "The call takes a body of JSON, and there is none.");
            }

            CheckMediaType("application/json");
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), type) ?? throw Bad(null, "The body is null.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The image in the body.</summary>
    /// <exception cref="ControlException">413, 415, or 429: too many are being taken in.</exception>
    public async Task<byte[]> ReadImageAsync()
    {
        var limit = Limits.ImageBytes;
        CheckMediaType(RouteTable.ImageType, "application/octet-stream");
        if (Http.Request.ContentLength is { } announced)
        {
            if (announced > limit)
            {
                throw TooLarge("image_bytes", limit);
            }

            var whole = new byte[announced];
            var length = await ReadAsync(whole).ConfigureAwait(false);
            return length == announced ? whole : whole[..length];
        }

        using var body = new MemoryStream();
        var chunk = new byte[81920];
        while (await ReadSomeAsync(chunk).ConfigureAwait(false) is var read and > 0)
        {
            body.Write(chunk, 0, read);
            if (body.Length > limit)
            {
                throw TooLarge("image_bytes", limit);
            }
        }

        return body.ToArray();
    }

    /// <summary>The answer, with the status of success.</summary>
    public Task AnswerAsync<T>(T answer, JsonTypeInfo<T> type)
    {
        Http.Response.StatusCode = Route.Status;
        return WriteAsync(Http, answer, type, "application/json");
    }

    /// <summary>An answer without a body.</summary>
    public Task Done()
    {
        Http.Response.StatusCode = Route.Status;
        return Task.CompletedTask;
    }

    public static async Task WriteAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type, string mediaType)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Wire.ControlJson.Write(bytes, answer, type);
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = bytes.WrittenCount;
        await http.Response.Body.WriteAsync(bytes.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    public static ControlException Bad(string? parameter, string message) =>
        new(ProblemKind.BadArgument, message) { Errno = Errno.EINVAL, Parameter = parameter };

    /// <summary>
    /// A parameter of the path, from the target as it was sent: the server leaves %2F as it is when it decodes a path, which cannot be
    /// told from a name with those three characters.
    /// </summary>
    private string PathPart(string parameter)
    {
        var parts = Route.Path.Split('/');
        var fromEnd = parts.Length - 1 - Array.IndexOf(parts, $"{{{parameter}}}");
        var raw = Http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return PathNames.Part(string.IsNullOrEmpty(raw) ? Http.Request.Path.ToUriComponent() : raw, fromEnd);
    }

    private async Task<int> ReadAsync(Memory<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length && await ReadSomeAsync(buffer[done..]).ConfigureAwait(false) is var read and > 0)
        {
            done += read;
        }

        return done;
    }

    /// <summary>The server tells most of what is wrong with a body as a bad request, but a chunk's size that is no 32-bit number as an IOException.</summary>
    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer)
    {
        try
        {
            return await Http.Request.Body.ReadAsync(buffer, Http.RequestAborted).ConfigureAwait(false);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException && !Http.RequestAborted.IsCancellationRequested)
        {
            throw new ControlException(ProblemKind.BadArgument, "The body could not be read: it is broken, or has ended early.");
        }
    }

    private void CheckMediaType(params ReadOnlySpan<string> taken)
    {
        if (!MediaTypeHeaderValue.TryParse(Http.Request.ContentType, out var type) || !taken.Contains(type.MediaType?.ToLowerInvariant() ?? ""))
        {
            throw new ControlException(ProblemKind.BadMediaType,
                $"The body must be {taken[0]} (Content-Type), not '{Text.TimeInput.Shown(Http.Request.ContentType ?? "")}'.");
        }
    }

    private static ControlException TooLarge(string limit, int value) =>
        new(ProblemKind.TooLarge, $"The body has more than {value} bytes.") { Limit = limit, LimitValue = value };
}
