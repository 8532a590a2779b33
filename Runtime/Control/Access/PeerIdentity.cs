using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TimeNs.Control.Access;

/// <summary>Who is at the other end of a Unix socket, as the kernel noted it when the connection was made.</summary>
/// <param name="Pid">The process that connected; it may have ended or handed the connection on.</param>
/// <param name="Uid">Its effective user.</param>
/// <param name="Gid">Its effective group.</param>
/// <param name="Groups">Its supplementary groups.</param>
internal sealed record PeerIdentity(int Pid, uint Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    private const int SolSocket = 1;
    private const int SoPeercred = 17;
    private const int SoPeergroups = 59;

    /// <summary>NGROUPS_MAX.</summary>
    private const int MaxGroups = 65536;

    /// <summary>Asks the kernel. Null when the socket is no Unix socket, or the system is not Linux.</summary>
    /// <exception cref="SocketException">The kernel does not tell.</exception>
    public static PeerIdentity? Of(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix || !OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<int> credentials = stackalloc int[3]; // struct ucred
        socket.GetRawSocketOption(SolSocket, SoPeercred, MemoryMarshal.AsBytes(credentials));
        return new PeerIdentity(credentials[0], (uint)credentials[1], (uint)credentials[2], GroupsOf(socket));
    }

    public bool IsIn(uint group) => Gid == group || Groups.Contains(group);

    private static uint[] GroupsOf(Socket socket)
    {
        Span<byte> few = stackalloc byte[256 * sizeof(uint)];
        try
        {
            return Read(socket, few);
        }
        catch (SocketException)
        {
            return Read(socket, new byte[MaxGroups * sizeof(uint)]); // ERANGE, or what fails here again
        }
    }

    private static uint[] Read(Socket socket, Span<byte> buffer)
    {
        var length = socket.GetRawSocketOption(SolSocket, SoPeergroups, buffer);
        var groups = new uint[length / sizeof(uint)];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = BitConverter.IsLittleEndian
                ? BinaryPrimitives.ReadUInt32LittleEndian(buffer[(i * sizeof(uint))..])
                : BinaryPrimitives.ReadUInt32BigEndian(buffer[(i * sizeof(uint))..]);
        }

        return groups;
    }
}
