using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TimeNs.Control.Sockets;

namespace TimeNs.Control.Web;

/// <summary>
/// The token that makes a client over TCP an admin, where the configuration names none: in a file beside the socket that only the user of
/// the service can read.
/// </summary>
/// <remarks>A file that is there is used again, so that a page which is open outlives the service; a service that is refused the socket changes nothing.</remarks>
internal static class WebToken
{
    private const int Bytes = 32;
    private const uint OthersMay = 63;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string FileOf(string socket) => socket + ".token";

    /// <summary>Sees that the file is there.</summary>
    /// <exception cref="IOException">The directory of the socket is not safe, or the file is not: somebody else could know the token.</exception>
    public static void Ensure(SocketFile socket)
    {
        socket.PrepareDirectory();
        var file = FileOf(socket.Path);
        if (LibC.Status(file) is null)
        {
            Create(file);
        }

        if (LibC.Status(file) is not { IsFile: true } status || (status.Uid != LibC.EffectiveUid && status.Uid != 0) || (status.Mode & OthersMay) != 0)
        {
            throw new IOException($"'{file}' must be a file of mode 0600 of the user of the service: others could know the token. Remove it, and a new one is made.");
        }
    }

    private static void Create(string file)
    {
        Span<byte> random = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(random);
        var whole = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(whole, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(random) + "\n"));
        }

        try
        {
            File.Move(whole, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(whole); // another service was first
        }
    }
}
