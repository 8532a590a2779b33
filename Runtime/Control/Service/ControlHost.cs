using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TimeNs.Control.Service;

/// <summary>The service alone: an application that does nothing but hold time namespaces and answer the control interface.</summary>
/// <remarks>
/// It starts from nothing: no ambient configuration, no environment variable and no file beside the command can have it listen elsewhere or
/// admit others than it was told to.
/// </remarks>
internal static class ControlHost
{
    /// <summary>Connections in all; those of one client are limited apart from that.</summary>
    private const int MaxConnections = 1024;

    /// <summary>How long requests that are under way may take when the service stops.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="socket">The path of the socket, absolute.</param>
    /// <param name="group">The group whose members may connect, or null.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="services">Adds services.</param>
    public static WebApplication Create(string socket, string? group = null, Action<TimeNsOptions>? configure = null, Action<WebApplicationBuilder>? services = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "timens" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        });
        builder.WebHost.UseTimeNsSocket(socket, group);
        builder.Services.AddRoutingCore();
        builder.Services.AddTimeNs(configure);
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = Patience);
        services?.Invoke(builder);
        var application = builder.Build();
        application.MapTimeNs();
        application.MapTimeNsHealth();
        return application;
    }
}
