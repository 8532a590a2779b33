using System.Net.Sockets;

namespace TimeNs.Tool.Client;

/// <summary>Opens connections to the service's Unix socket, and says in a line why one cannot be had.</summary>
internal static class SocketConnector
{
    public static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(EndPoint(path), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failed)
        {
            socket.Dispose();
            throw Explain(path, failed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="ToolException">No path that a socket can have.</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            throw new ToolException(path.Length == 0 ? "--socket must not be empty" : $"--socket {path}: the path of a socket has at most 107 bytes");
        }
    }

    private static ToolException Explain(string path, SocketException failed) => failed.SocketErrorCode switch
    {
        SocketError.AccessDenied => new ToolException($"{path}: permission denied: this user may not ask the service", CommandLine.NotAuthorised),
        _ when Directory.Exists(path) => Unreachable(path, "this is a directory"),
        _ when !File.Exists(path) => Unreachable(path, "there is no such socket. Is 'timens serve' running? Another path is given by --socket or TIMENS_SOCKET"),
        SocketError.ConnectionRefused => Unreachable(path, "nobody listens there; it was left by a service that has ended, or is no socket"),
        _ => Unreachable(path, failed.Message),
    };

    private static ToolException Unreachable(string path, string reason) => new($"cannot reach the service at {path}: {reason}", CommandLine.Unreachable);
}
