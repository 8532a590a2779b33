using System.Net.Sockets;
using System.Text;

namespace TimeNs.Tests.Control.Service;

/// <summary>The end of a service manager: the socket of NOTIFY_SOCKET.</summary>
internal sealed class ManagerStub : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="address">A path, or with <c>@</c> in front an abstract name.</param>
    public ManagerStub(string address)
    {
        Address = address;
        _socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
    }

    public string Address { get; }

    /// <summary>The next message, without its STATUS and the times in it.</summary>
    public async Task<string> ReceiveAsync(TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Patience);
        var bytes = new byte[4096];
        var count = await _socket.ReceiveAsync(bytes, SocketFlags.None, patience.Token);
        var lines = Encoding.UTF8.GetString(bytes, 0, count).Split('\n');
        return string.Join(' ', lines.Where(static l => !l.StartsWith("STATUS=", StringComparison.Ordinal)).Select(static l => l.StartsWith("MONOTONIC_USEC=", StringComparison.Ordinal) ? "MONOTONIC_USEC" : l));
    }

    /// <summary>How many messages come in this time.</summary>
    public async Task<int> CountAsync(TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        var count = 0;
        try
        {
            for (; ; count++)
            {
                await _socket.ReceiveAsync(new byte[4096], SocketFlags.None, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return count;
        }
    }

    public Func<string, string?> Variables(string? watchdogUs = null, string? watchdogPid = null) => name => name switch
    {
        "NOTIFY_SOCKET" => Address,
        "WATCHDOG_USEC" => watchdogUs,
        "WATCHDOG_PID" => watchdogPid,
        _ => null,
    };

    public void Dispose() => _socket.Dispose();
}
