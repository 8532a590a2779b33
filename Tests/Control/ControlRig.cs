using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control;
using TimeNs.Control.Access;
using TimeNs.Control.Service;
using TimeNs.Control.Wire;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary>
/// The service on a socket of its own, over a simulated kernel, and a client of it. A request with the header <see cref="AsUid"/> is
/// made by that user, whatever the kernel says.
/// </summary>
internal sealed class ControlRig : IAsyncDisposable
{
    public const string AsUid = "Test-Uid";
    public const string AsGroups = "Test-Groups";

    private readonly TestFolder _folder = new();

    private ControlRig(Action<TimeNsOptions>? configure, Action<WebApplicationBuilder>? services)
    {
        Socket = _folder.File("d/timens.sock");
        Application = ControlHost.Create(Socket, null, configure, builder =>
        {
            builder.Services.AddSingleton<IKernel>(Kernel);
            builder.Services.AddTransient<IStartupFilter, AssumedPeer>();
            services?.Invoke(builder);
        });
        Http = Client(Socket);
    }

    public SimulatedKernel Kernel { get; } = new();

    public WebApplication Application { get; }

    public string Socket { get; }

    public HttpClient Http { get; }

    public TimeRuntime Runtime => Application.Services.GetRequiredService<TimeRuntime>();

    public ControlService Service => Application.Services.GetRequiredService<ControlService>();

    public static async Task<ControlRig> StartAsync(Action<TimeNsOptions>? configure = null, Action<WebApplicationBuilder>? services = null)
    {
        var rig = new ControlRig(configure, services);
        await rig.Application.StartAsync();
        return rig;
    }

    public static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancel) =>
        {
            var stream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await stream.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(stream, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Sends a request; the body is JSON.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? json = null, uint? uid = null, string groups = "", Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (uid is { } user)
        {
            request.Headers.Add(AsUid, user.ToString());
            request.Headers.Add(AsGroups, groups);
        }

        change?.Invoke(request);
        return await Answer.OfAsync(await Http.SendAsync(request));
    }

    public Task<Answer> SendImageAsync(string path, byte[] image, string type = "application/vnd.timens.image") => SendAsync("POST", path, change: request =>
    {
        request.Content = new ByteArrayContent(image);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
    });

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => (await SendAsync("GET", path)).Has(200).As(type);

    /// <summary>A namespace with a timer of 1 s on MONOTONIC.</summary>
    public async Task MakeAsync(string ns = "web", string timer = "beat", string value = "1s")
    {
        if (Runtime.FindNamespace(ns) is null)
        {
            (await SendAsync("POST", "/v1/namespaces", $$"""{"name":"{{ns}}"}""")).Has(201);
        }

        (await SendAsync("POST", $"/v1/namespaces/{ns}/timers", $$$"""{"clock":"monotonic","name":"{{{timer}}}","set":{"value":"{{{value}}}","interval":"{{{value}}}"}}""")).Has(201);
        Kernel.Settle(); // whoever listens from here on is not told of it
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The seam for tests of roles: puts a peer of the test's making in the place of the kernel's.</summary>
    internal sealed class AssumedPeer : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, then) =>
            {
                if (http.Request.Headers[AsUid] is [{ } uid])
                {
                    var groups = http.Request.Headers[AsGroups].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse);
                    http.Features.Set(new PeerIdentity(1, uint.Parse(uid), uint.Parse(uid), [.. groups]));
                }

                return then(http);
            });
            next(app);
        };
    }
}

/// <summary>What the service answered.</summary>
internal sealed record Answer(int Status, string? Type, byte[] Body, HttpResponseHeaders Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(), response.Headers);
        }
    }

    public Answer Has(int status)
    {
        Assert.That(Status, Is.EqualTo(status), Text);
        return this;
    }

    public T As<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Body, type)!;

    /// <summary>Refused, with problem details of this kind.</summary>
    public Problem IsProblem(int status, string kind)
    {
        Assert.That(Status, Is.EqualTo(status), Text);
        Assert.That(Type, Is.EqualTo(Problem.MediaType), Text);
        var problem = As(ControlJson.Default.Problem);
        Assert.Multiple(() =>
        {
            Assert.That(problem.Type, Is.EqualTo("urn:timens:error:" + kind), Text);
            Assert.That(problem.Status, Is.EqualTo(status));
            Assert.That(problem.Title, Is.Not.Empty);
            Assert.That(problem.Detail, Is.Not.Empty.And.Not.Contains("   at "));
        });
        return problem;
    }
}
