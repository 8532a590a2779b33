using System.Net;
using Microsoft.AspNetCore.Builder;
using TimeNs.Control.Web;
using TimeNs.Control.Wire;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Web;

/// <summary>The service with a port for the page, and a client of that port.</summary>
internal sealed class WebRig : IAsyncDisposable
{
    private WebRig(ServiceRig service)
    {
        Service = service;
        Address = new Uri(service.Application.Urls.Single(static url => url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal)));
        Http = new HttpClient { BaseAddress = Address };
    }

    public ServiceRig Service { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public static string TokenFile(TestFolder folder) => WebToken.FileOf(folder.File("s/timens.sock"));

    /// <param name="folder">Of the test.</param>
    /// <param name="config">The text of the configuration file.</param>
    /// <param name="port">Of the loopback address; 0 for any.</param>
    /// <param name="services">Adds services.</param>
    public static async Task<WebRig> StartAsync(TestFolder folder, string config = "{}", int port = 0, Action<WebApplicationBuilder>? services = null) =>
        new(await ServiceRig.StartAsync(folder, config, services: services, change: options => options with { Http = new IPEndPoint(IPAddress.Loopback, port) }));

    /// <summary>Over the port.</summary>
    public async Task<Answer> SendAsync(string method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        change?.Invoke(request);
        return await Answer.OfAsync(await Http.SendAsync(request));
    }

    /// <summary>As the service itself says it is.</summary>
    public async Task<NamespaceInfo> LookAsync(string name) =>
        (await Service.SendAsync("GET", $"/v1/namespaces/{Uri.EscapeDataString(name)}")).Has(200).As(ControlJson.Default.NamespaceInfo);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Service.DisposeAsync();
    }
}
