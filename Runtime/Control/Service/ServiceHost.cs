using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TimeNs.Control.Configuration;
using TimeNs.Control.Metrics;
using TimeNs.Control.State;

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
            AddConfig(builder.Services, options.Config);
            AddState(builder.Services, config.State with { Directory = options.State ?? config.State.Directory });
            AddConfigService(builder.Services, options.Config);
            AddMetrics(builder.Services, config.Metrics);
            builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = Patience);
            services?.Invoke(builder);
        });
        ServiceEndpoints.Map(application);
        return application;
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
