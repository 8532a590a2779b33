using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TimeNs.Tests.Control.Service;

/// <summary>A collector of OTLP on a loopback port, which takes everything and keeps it as text.</summary>
internal sealed class CollectorStub : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Channel<string>> _sent = new();

    private CollectorStub()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            await Of(http.Request.Path).Writer.WriteAsync(Encoding.Latin1.GetString(body.ToArray()));
            http.Response.ContentType = "application/x-protobuf";
        });
    }

    public string Address => _application.Urls.Single();

    /// <summary>The paths that something was sent to, or is waited for at.</summary>
    public IEnumerable<string> Paths => _sent.Keys;

    public static async Task<CollectorStub> StartAsync()
    {
        var stub = new CollectorStub();
        await stub._application.StartAsync();
        return stub;
    }

    /// <summary>What was sent to a path, one after the other; waits for it.</summary>
    public ValueTask<string> NextAsync(string path) => Of(path).Reader.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private Channel<string> Of(PathString path) => _sent.GetOrAdd(path.Value!, static _ => Channel.CreateUnbounded<string>());
}
