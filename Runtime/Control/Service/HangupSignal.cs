using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TimeNs.Control.Configuration;

namespace TimeNs.Control.Service;

/// <summary>SIGHUP: the configuration file is read again. Without one there is nothing to read, and it ends the service cleanly, as the terminal that went away means it.</summary>
/// <remarks>It is caught before anything is restored: a signal that comes while the service starts does not kill it.</remarks>
internal sealed class HangupSignal(IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<HangupSignal> log) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _signal;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                Handle();
            });
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signal?.Dispose();

    private void Handle()
    {
        if (services.GetService<ConfigFile>() is { } config)
        {
            config.Ask();
            return;
        }

        ServiceLog.HangupStops(log);
        lifetime.StopApplication();
    }
}
