using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TimeNs.Runtime;

namespace TimeNs.Control.Service;

/// <summary>
/// Tells a service manager how the service is (sd_notify): that it is ready, reads its configuration again, stops, and, when a watchdog is
/// set, that it lives. Without NOTIFY_SOCKET nothing is told.
/// </summary>
/// <remarks>
/// The watchdog is fed by a timer of the engine: its callback runs only when the engine's thread has come round and the thread pool has a
/// thread left. A service whose engine is stuck is silent and is started anew, whatever its other threads do.
/// Source: sd_notify(3), sd_watchdog_enabled(3).
/// </remarks>
internal sealed class ServiceManager : IHostedLifecycleService, IDisposable
{
    private readonly TimeRuntime _runtime;
    private readonly ILogger _log;
    private readonly Socket? _socket;
    private readonly TimeSpan? _watchdog;
    private readonly CancellationTokenRegistration _stopping;
    private ITimer? _beats;
    private bool _isReady;
    private bool _isUnreachable;

    /// <param name="variable">The environment.</param>
    /// <param name="runtime">Whose engine feeds the watchdog.</param>
    /// <param name="lifetime">Of the service.</param>
    /// <param name="log">Where an unreachable manager is told, once.</param>
    public ServiceManager(Func<string, string?> variable, TimeRuntime runtime, IHostApplicationLifetime lifetime, ILogger<ServiceManager> log)
    {
        _runtime = runtime;
        _log = log;
        _socket = Connect(variable("NOTIFY_SOCKET"));
        _watchdog = _socket is null ? null : Watchdog(variable);
        _stopping = lifetime.ApplicationStopping.Register(() => Tell("STOPPING=1\nSTATUS=stopping"));
    }

    /// <summary>Half the time after which the manager gives up.</summary>
    public TimeSpan? WatchdogPeriod => _watchdog;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_watchdog is { } period)
        {
            _beats = _runtime.Own.TimeProvider.CreateTimer(static self => ((ServiceManager)self!).Tell("WATCHDOG=1"), this, period, period);
            ServiceLog.WatchdogFed(_log, period.Ticks * 100);
        }

        return Task.CompletedTask;
    }

    /// <summary>Everything is restored and applied, and the socket listens.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isReady, true);
        TellReady("listening");
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void TellReloading() => TellWhenUp($"RELOADING=1\nMONOTONIC_USEC={_runtime.ReadClocks().Monotonic.Nanoseconds / 1000}\nSTATUS=reading the configuration");

    public void TellReady(string status) => TellWhenUp($"READY=1\nSTATUS={status}");

    public void Dispose()
    {
        _stopping.Dispose();
        _beats?.Dispose();
        _socket?.Dispose();
    }

    /// <summary>A reload during the start is part of the start.</summary>
    private void TellWhenUp(string lines)
    {
        if (Volatile.Read(ref _isReady))
        {
            Tell(lines);
        }
    }

    private void Tell(string lines)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(lines));
        }
        catch (SocketException unreachable)
        {
            if (!Interlocked.Exchange(ref _isUnreachable, true))
            {
                ServiceLog.ManagerUnreachable(_log, unreachable.Message);
            }
        }
        catch (ObjectDisposedException)
        {
            // The service has ended meanwhile.
        }
    }

    /// <param name="address">A path, or with <c>@</c> in front an abstract name.</param>
    private Socket? Connect(string? address)
    {
        if (string.IsNullOrEmpty(address))
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
            return socket;
        }
        catch (Exception unreachable) when (unreachable is SocketException or ArgumentException)
        {
            ServiceLog.ManagerUnreachable(_log, unreachable.Message);
            socket.Dispose();
            return null;
        }
    }

    /// <summary>WATCHDOG_USEC, when it is meant for this process.</summary>
    private static TimeSpan? Watchdog(Func<string, string?> variable)
    {
        var isOurs = variable("WATCHDOG_PID") is not { Length: > 0 } pid
            || string.Equals(pid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return isOurs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var us) && us is > 0 and <= long.MaxValue / 10
            ? TimeSpan.FromMicroseconds(us / 2.0)
            : null;
    }
}
