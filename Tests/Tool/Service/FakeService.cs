using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using TimeNs.Control.Wire;

namespace TimeNs.Tests.Tool.Service;

/// <summary>Something on a Unix socket that answers as a test wants it to, also as no service should.</summary>
internal sealed class FakeService : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly WebApplication _application;

    public FakeService(RequestDelegate answer)
    {
        Socket = _folder.File("fake.sock");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "fake" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _application = builder.Build();
        _application.Run(async http =>
        {
            lock (Asked)
            {
                Asked.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
            }

            await answer(http);
        });
        _application.StartAsync().GetAwaiter().GetResult();
    }

    public string Socket { get; }

    /// <summary>What was asked, in order.</summary>
    public List<string> Asked { get; } = [];

    public string File(string name) => _folder.File(name);

    public ToolRun Run(params string[] args) => ToolRun.In(ToolService.Around(Socket), args);

    public static Task Refuse(HttpContext http, int status, string detail, string? errno = null) => Write(
        http, status, Problem.MediaType,
        $$"""{"type":"urn:timens:error:test","title":"Test","status":{{status}},"detail":"{{detail}}"{{(errno is null ? "" : $",\"errno\":\"{errno}\"")}}}""");

    public static async Task Write(HttpContext http, int status, string type, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }

    public void Dispose()
    {
        _application.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_application).Dispose();
        _folder.Dispose();
    }
}
