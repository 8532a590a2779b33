using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TimeNs.Control.Configuration;
using TimeNs.Control.Metrics;
using TimeNs.Control.Sockets;
using TimeNs.Control.State;
using TimeNs.Control.Web;
using TimeNs.Runtime;

namespace TimeNs.Control.Service;

/// <summary>What <c>timens serve</c> runs: the control interface with a configuration file, a state directory, and what people look at.</summary>
/// <remarks>
/// Started in this order and stopped in the opposite one: the runtime, the state (restore; the last checkpoint), the configuration file, then
/// the server. So a client finds everything in place, and nothing changes after the last checkpoint.
/// </remarks>
internal static class ServiceHost
{
    /// <summary>For the requests that are under way and the last checkpoints.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">The state directory or the socket cannot be had.</exception>
    public static WebApplication Create(ServeOptions options, Action<WebApplicationBuilder>? services = null)
    {
        var config = options.Config?.Current ?? new ServiceConfig();
        var application = ControlHost.Create(options.Socket, options.Group, services: builder =>
        {
            builder.Services.AddSingleton<ServiceHealth>();
            AddSigns(builder.Services, options.Variable);
            AddConfig(builder.Services, options.Config);
            AddState(builder.Services, config.State with { Directory = options.State ?? config.State.Directory });
            AddConfigService(builder.Services, options.Config);
            AddMetrics(builder.Services, config.Metrics);
            if ((options.Http ?? config.Http.Listen) is { } http)
            {
                WebPort.Add(builder, http, new SocketFile(options.Socket, options.Group));
            }

            builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = Patience);
            services?.Invoke(builder);
        });
        ServiceEndpoints.Map(application);
        if (config.Http.Page)
        {
            WebPage.Map(application, application.Services.GetRequiredService<ControlService>());
        }

        return application;
    }

    private static void AddSigns(IServiceCollection services, Func<string, string?> variable)
    {
        services.AddSingleton<EngineHeart>();
        services.AddSingleton(provider => new ServiceManager(
            variable, provider.GetRequiredService<TimeRuntime>(), provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<ServiceManager>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<ServiceManager>());
        services.AddHostedService<HangupSignal>();
    }

    private static void AddConfig(IServiceCollection services, ConfigSource? source)
    {
        if (source is not null)
        {
            services.AddSingleton(source);
            services.AddSingleton<IOptionsChangeTokenSource<TimeNsOptions>>(source);
            services.AddSingleton<IConfigureOptions<TimeNsOptions>>(source);
        }
    }

    private static void AddMetrics(IServiceCollection services, MetricsConfig metrics)
    {
        services.AddMetrics();
        services.Configure<TimeNsOptions>(options => options.NamespaceLabels = metrics.NamespaceLabels);
        if (metrics.Prometheus)
        {
            services.AddSingleton(static provider => new PrometheusText(provider.GetRequiredService<IMeterFactory>()));
        }
    }

    private static void AddConfigService(IServiceCollection services, ConfigSource? source)
    {
        if (source is not null)
        {
            services.AddSingleton<ConfigFile>();
            services.AddHostedService(static provider => provider.GetRequiredService<ConfigFile>());
        }
    }

    private static void AddState(IServiceCollection services, StateConfig state)
    {
        if (state.Directory is { } directory)
        {
            services.AddSingleton(state);
            services.AddSingleton(_ => new StateDirectory(directory));
            services.AddSingleton<StateService>();
            services.AddHostedService(static provider => provider.GetRequiredService<StateService>());
        }
    }
}
