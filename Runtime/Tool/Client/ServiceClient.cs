using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Client;

/// <summary>
/// The control interface of a service behind its Unix socket. Each call gives what it is asked for or throws a
/// <see cref="ToolException"/> of one line: refused (1, a <see cref="ServiceRefusal"/>), not to be reached (3), not authorised (4).
/// </summary>
internal sealed class ServiceClient : IDisposable
{
    /// <summary>What a service that lives takes at most, but for images, whose time depends on their size.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    public ServiceClient(string socket)
    {
        _ = SocketConnector.EndPoint(socket); // refuses what is impossible here and now
        Socket = socket;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => SocketConnector.ConnectAsync(socket, cancel),
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Socket { get; }

    /// <summary>A call without a body.</summary>
    public Task<T> AskAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> answer, CancellationToken cancel = default) =>
        ExchangeAsync(method, path, null, answer, cancel);

    /// <summary>A call with a body of JSON.</summary>
    public Task<TAnswer> AskAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answer) =>
        ExchangeAsync(method, path, JsonContent.Create(body, type), answer, CancellationToken.None);

    /// <summary>A call that gives nothing.</summary>
    public async Task DoAsync(HttpMethod method, string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var response = await SendAsync(method, path, null, patience.Token, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>A call with an image as its body.</summary>
    public async Task<T> SendImageAsync<T>(string path, byte[] image, JsonTypeInfo<T> answer)
    {
        var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue(RouteTable.ImageType);
        using var response = await SendAsync(HttpMethod.Post, path, content, CancellationToken.None, CancellationToken.None).ConfigureAwait(false);
        return await ReadAsync(response, answer, CancellationToken.None, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>A call whose answer comes bit by bit, for as long as it likes.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, CancellationToken cancel) =>
        SendAsync(method, path, null, CancellationToken.None, cancel);

    public void Dispose() => _http.Dispose();

    /// <summary>What went wrong on the way as a line; a cancellation that the caller asked for stays one.</summary>
    public Exception Explain(Exception failure, CancellationToken asked) => failure switch
    {
        ToolException told => told,
        { InnerException: ToolException told } => told,
        OperationCanceledException when asked.IsCancellationRequested => failure,
        _ when asked.IsCancellationRequested => new OperationCanceledException(failure.Message, failure, asked), // the connection broke because of it
        OperationCanceledException => Unreachable($"it has not answered within {Patience.TotalSeconds:0} s"),
        JsonException => Unreachable("what answers there is no timens service of this version"),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => Unreachable("what answers there does not speak HTTP"),
        _ => Unreachable($"the connection broke: {Scenarios.Errors.OneLine((failure.InnerException ?? failure).Message).TrimEnd('.')}"),
    };

    private ToolException Unreachable(string reason) => new($"cannot reach the service at {Socket}: {reason}", CommandLine.Unreachable);

    private async Task<T> ExchangeAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> answer, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var response = await SendAsync(method, path, body, patience.Token, cancel).ConfigureAwait(false);
        return await ReadAsync(response, answer, patience.Token, cancel).ConfigureAwait(false);
    }

    /// <summary>The head of an answer that is a yes.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken patience, CancellationToken asked)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience, asked);
        using var request = new HttpRequestMessage(method, Address(path)) { Content = body };
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await RefusalAsync(response, both.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsOfTheWay(e))
        {
            throw Explain(e, asked);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> answer, CancellationToken cancel, CancellationToken asked)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(answer, cancel).ConfigureAwait(false) ?? throw new JsonException("null");
        }
        catch (Exception e) when (IsOfTheWay(e))
        {
            throw Explain(e, asked);
        }
    }

    private async Task<ToolException> RefusalAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentType?.MediaType != Problem.MediaType)
        {
            return Unreachable($"what answers there is no timens service of this version (HTTP {(int)response.StatusCode})");
        }

        var problem = await response.Content.ReadFromJsonAsync(ControlJson.Default.Problem, cancel).ConfigureAwait(false);
        return new ServiceRefusal(problem ?? throw new JsonException("null"));
    }

    private static bool IsOfTheWay(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or JsonException;

    /// <summary>As it is written: a name with dots or an escaped slash must not be tidied on the way.</summary>
    private static Uri Address(string path) => new($"http://timens{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
