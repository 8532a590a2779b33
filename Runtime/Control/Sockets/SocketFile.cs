using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TimeNs.Control.Sockets;

/// <summary>
/// The file of the service's Unix socket: made so that nobody can connect before its mode is right, and so that of two services that
/// start at once only one has it.
/// </summary>
/// <remarks>
/// <code>
///   directory 0750 ── lock (flock, held until the end) ── stale file away ── socket, fchmod 0660 ── bind ── chmod 0660 ── listen
/// </code>
/// bind gives the file the mode of the socket less the umask, so that it is never wider than 0660; the chmod after it puts back what
/// the umask took. Until listen every connect is refused. The lock tells a live service from a dead one even while it starts; a socket
/// of somebody who holds no lock is asked by connecting. A file that is no socket, or a symbolic link, is never touched.
/// Assumed: nobody but the owner (and root) can write to the directory, which is checked.
/// </remarks>
internal sealed class SocketFile : IDisposable
{
    public const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    public const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>struct sockaddr_un has room for 107 bytes and the zero.</summary>
    private const int LongestPath = 107;

    private const uint OthersMayWrite = 2;
    private const uint GroupMayWrite = 16;
    private const uint Sticky = 512;

    private readonly uint? _group;
    private SafeFileHandle? _lock;

    /// <param name="path">Of the socket, absolute.</param>
    /// <param name="group">The group, by name or number, that is to be able to connect; null for that of the process.</param>
    /// <exception cref="ArgumentException">A relative path, one that is too long for a socket, or an unknown group.</exception>
    public SocketFile(string path, string? group = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!System.IO.Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal) || path.EndsWith('/'))
        {
            throw new ArgumentException($"The path of a socket must be absolute, not '{path}'.", nameof(path));
        }

        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new ArgumentException($"The path of a socket has at most {LongestPath} bytes: '{path}' has more.", nameof(path));
        }

        Path = path;
        _group = group is null ? null
            : Access.Accounts.FindGroup(group) ?? throw new ArgumentException($"There is no group '{group}'.", nameof(group));
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The lock file beside it. It stays when the service ends: to remove it would let two services lock two files.</summary>
    public string LockPath => Path + ".lock";

    private string Directory => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>A bound socket, ready to listen. From then on the path is this object's until it is disposed of.</summary>
    /// <exception cref="IOException">The path cannot be had, and why.</exception>
    public Socket Bind()
    {
        PrepareDirectory();
        _lock ??= LibC.TryLock(LockPath) ?? throw new IOException($"Another service has '{Path}': its lock is held.");
        try
        {
            RemoveStale();
            return BindSocket();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gives up the lock. The listener has removed the socket by then.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>Makes the directory when it is not there, and sees that nobody else can put anything in the place of what is in it.</summary>
    /// <exception cref="IOException">Somebody could, or it cannot be made.</exception>
    public void PrepareDirectory()
    {
        if (LibC.Status(Directory) is null)
        {
            CreateDirectory();
        }

        var status = LibC.Status(Directory) ?? throw new IOException($"There is no directory '{Directory}'.");
        if (!status.IsDirectory)
        {
            throw new IOException($"'{Directory}' is not a directory.");
        }

        if (status.Uid != 0 && status.Uid != LibC.EffectiveUid)
        {
            throw new IOException($"'{Directory}' belongs to user {status.Uid}, who could replace the socket in it.");
        }

        if ((status.Mode & (OthersMayWrite | GroupMayWrite)) != 0 && (status.Mode & Sticky) == 0)
        {
            throw new IOException($"'{Directory}' can be written to by others (mode {Convert.ToString(status.Mode, 8)}), who could replace the socket in it.");
        }
    }

    /// <summary>The last part alone: what is above it is not the service's to make.</summary>
    private void CreateDirectory()
    {
        if (System.IO.Path.GetDirectoryName(Directory) is { } parent && !System.IO.Directory.Exists(parent))
        {
            throw new IOException($"There is no directory '{parent}' to make '{System.IO.Path.GetFileName(Directory)}' in.");
        }

        if (!OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(Directory, DirectoryMode);
        }

        if (_group is { } group)
        {
            LibC.SetGroup(Directory, group);
        }

        SetMode(Directory, DirectoryMode);
    }

    /// <summary>Whatever the umask is. The directory is nobody else's to write to, so the path is still the file that was made.</summary>
    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private void RemoveStale()
    {
        if (LibC.Status(Path) is not { } status)
        {
            return;
        }

        if (!status.IsSocket)
        {
            throw new IOException($"'{Path}' is there and is not a socket: it is left alone.");
        }

        if (IsLive())
        {
            throw new IOException($"Another process listens on '{Path}'.");
        }

        File.Delete(Path);
    }

    /// <summary>Whether somebody listens: only a refusal says that nobody does.</summary>
    private bool IsLive()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path));
            return true;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
        catch (SocketException busy) when (busy.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            return true; // its queue is full
        }
        catch (SocketException failed)
        {
            throw new IOException($"Cannot tell whether somebody listens on '{Path}': {failed.Message}", failed);
        }
    }

    private Socket BindSocket()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            LibC.SetMode(socket.SafeHandle, (uint)SocketMode, Path);
            socket.Bind(new UnixDomainSocketEndPoint(Path));
            if (_group is { } group)
            {
                LibC.SetGroup(Path, group);
            }

            SetMode(Path, SocketMode);
            return socket;
        }
        catch (SocketException failed)
        {
            socket.Dispose();
            throw new IOException($"Cannot bind '{Path}': {failed.Message}", failed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
