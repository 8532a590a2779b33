using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control.Access;
using TimeNs.Control.Sockets;

namespace TimeNs.Control;

/// <summary>The Unix socket of the control interface.</summary>
public static class TimeNsSocket
{
    /// <summary>
    /// Where the socket is unless said: <c>/run/timens/timens.sock</c> for root, else <c>timens/timens.sock</c> in XDG_RUNTIME_DIR; null when
    /// that is not set.
    /// </summary>
    public static string? DefaultPath =>
        OperatingSystem.IsLinux() && LibC.EffectiveUid == 0 ? "/run/timens/timens.sock"
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory ? Path.Combine(directory, "timens", "timens.sock")
        : null;

    /// <summary>
    /// Has Kestrel listen on a Unix socket of mode 0660 in a directory of mode 0750, and note for each connection who is at its other end.
    /// The directory is made when it is not there (not what is above it). Linux only.
    /// </summary>
    /// <remarks>
    /// When the application starts: a socket that a dead service has left is removed; one of a live process, or a file that is no socket, is an
    /// <see cref="IOException"/>. Kestrel listens on nothing else unless told to.
    /// </remarks>
    /// <param name="builder">Of the application.</param>
    /// <param name="path">Of the socket, absolute, at most 107 bytes.</param>
    /// <param name="group">A group, by name or number, whose members may connect; null for that of the process.</param>
    /// <exception cref="ArgumentException">An impossible path or an unknown group.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    public static IWebHostBuilder UseTimeNsSocket(this IWebHostBuilder builder, string path, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The control socket asks the kernel who its peers are, which is done for Linux alone.");
        }

        _ = new SocketFile(path, group); // refuses what is impossible here and now
        return builder.ConfigureServices(services =>
        {
            services.AddSingleton(_ => new SocketFile(path, group));
            services.AddOptions<SocketTransportOptions>().Configure<SocketFile>(Bind);
            services.AddOptions<KestrelServerOptions>().Configure<ControlService>((kestrel, service) => kestrel.ListenUnixSocket(path, listen => Identify(listen, service)));
        });
    }

    private static void Bind(SocketTransportOptions transport, SocketFile file)
    {
        var others = transport.CreateBoundListenSocket;
        transport.CreateBoundListenSocket = endpoint =>
            endpoint is UnixDomainSocketEndPoint unix && string.Equals(unix.ToString(), file.Path, StringComparison.Ordinal) ? file.Bind() : others(endpoint);
    }

    /// <summary>Asks the kernel once a connection; the requests on it find the answer among its features.</summary>
    private static void Identify(ListenOptions listen, ControlService service) => listen.Use(next => async connection =>
    {
        if (PeerOf(connection, service) is not { } peer)
        {
            connection.Abort();
            return;
        }

        using var slot = service.Connections.TryTake(peer.Uid, service.Options.Limits.ConnectionsPerClient);
        if (slot is null)
        {
            ControlLog.ConnectionRefused(service.Log, peer.Uid);
            connection.Abort();
            return;
        }

        connection.Features.Set(peer);
        await next(connection).ConfigureAwait(false);
    });

    private static PeerIdentity? PeerOf(ConnectionContext connection, ControlService service)
    {
        try
        {
            return connection.Features.Get<IConnectionSocketFeature>() is { } feature ? PeerIdentity.Of(feature.Socket) : null;
        }
        catch (SocketException unknown)
        {
            ControlLog.PeerUnknown(service.Log, unknown);
            return null;
        }
    }
}
