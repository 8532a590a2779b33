using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Control;

/// <summary>Time namespaces as services of a host application.</summary>
public static class TimeNsServices
{
    /// <summary>
    /// Adds a <see cref="TimeRuntime"/> with the configured namespaces, which ends with the application, and for every namespace a keyed
    /// <see cref="TimeProvider"/>, <see cref="IClock"/> and <see cref="RuntimeNamespace"/>, the key being its name. The unkeyed
    /// TimeProvider of the application stays what it is.
    /// </summary>
    /// <remarks>
    /// The options are bound to the section <c>TimeNs</c> of the configuration, then <paramref name="configure"/> has its say, and they
    /// are validated when the application starts. A namespace that is created later is found by its name too: TimeProvider and
    /// IClock each time anew; a RuntimeNamespace once, so that for one that comes and goes <see cref="TimeRuntime.FindNamespace"/> is
    /// the one to ask. An <see cref="IKernel"/> among the services is what the runtime runs on. It is measured by a <see cref="RuntimeMeter"/>
    /// on the application's <see cref="IMeterFactory"/>.
    /// </remarks>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Changes the options.</param>
    public static IServiceCollection AddTimeNs(this IServiceCollection services, Action<TimeNsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<TimeNsOptions>()
            .Configure<IServiceProvider>(static (options, provider) => provider.GetService<IConfiguration>()?.GetSection(TimeNsOptions.Section).Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TimeNsOptions>, TimeNsRangesValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TimeNsOptions>, TimeNsOptionsValidator>());
        services.TryAddSingleton(CreateRuntime);
        services.TryAddSingleton(static provider => new RuntimeMeter(
            provider.GetRequiredService<TimeRuntime>(), provider.GetService<IMeterFactory>(), provider.GetRequiredService<IOptions<TimeNsOptions>>().Value.NamespaceLabels));
        services.TryAddSingleton<ControlService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TimeNsHostedService>());
        services.TryAddKeyedTransient<TimeProvider>(KeyedService.AnyKey, static (provider, key) => Find(provider, key)?.TimeProvider!);
        services.TryAddKeyedTransient<IClock>(KeyedService.AnyKey, static (provider, key) => Find(provider, key)?.Clock!);
        services.TryAddKeyedSingleton(KeyedService.AnyKey, static (provider, key) => Find(provider, key)
            ?? throw new InvalidOperationException($"There is no time namespace '{key}'."));
        return services;
    }

    private static RuntimeNamespace? Find(IServiceProvider provider, object? key) =>
        key is string name ? provider.GetRequiredService<TimeRuntime>().FindNamespace(name) : null;

    /// <summary>With its namespaces, so that whoever is given one at the start of the application finds it.</summary>
    private static TimeRuntime CreateRuntime(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<TimeNsOptions>>().Value;
        var runtime = TimeRuntime.Start(new TimeRuntimeOptions
        {
            Kernel = provider.GetService<IKernel>(),
            Logger = provider.GetService<ILoggerFactory>()?.CreateLogger<TimeRuntime>(),
            HostName = options.HostName,
        });
        try
        {
            var host = runtime.ReadClocks();
            foreach (var (name, clocks) in options.Namespaces)
            {
                runtime.CreateNamespace(name, ConfiguredNamespaces.OffsetsOf(clocks, host));
            }

            return runtime;
        }
        catch
        {
            runtime.Dispose();
            throw;
        }
    }
}

/// <summary>Starts the runtime with the application and ends it after whoever uses it. Its meter begins with it, and ends with the application, so that the last counts are told.</summary>
internal sealed class TimeNsHostedService(ControlService service, RuntimeMeter meter, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>Held, so that it is made.</summary>
    public RuntimeMeter Meter { get; } = meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => service.IsReady = true);
        lifetime.ApplicationStopping.Register(() =>
        {
            service.IsReady = false;
            service.Events.End();
        });
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await service.Runtime.DisposeAsync().ConfigureAwait(false);
}
