using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TimeNs.Control.Sockets;

/// <summary>The calls of Linux that the base library does not have, or has only with a symbolic link followed.</summary>
internal static unsafe partial class LibC
{
    public const int Enoent = 2;
    public const int Erange = 34;
    public const int Ewouldblock = 11;
    public const int Eloop = 40;

    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenNoFollowX64 = 0x20000;
    private const int OpenNoFollowArm = 0x8000;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusiveNoWait = 2 | 4;
    private const int AtCurrentDirectory = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint StatxBasic = 0x7ff;

    // O_NOFOLLOW is one of the few numbers that arm64 has of its own.
    private static readonly int OpenNoFollow =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenNoFollowArm : OpenNoFollowX64;

    /// <summary>What kind of file is at a path, whose it is, and with what mode.</summary>
    public readonly record struct FileStatus(uint Type, uint Mode, uint Uid)
    {
        public bool IsSocket => Type == 0xC000;

        public bool IsDirectory => Type == 0x4000;

        public bool IsFile => Type == 0x8000;
    }

    public static uint EffectiveUid => Geteuid();

    /// <summary>The file at a path itself, not what a symbolic link there points to; null when there is none.</summary>
    public static FileStatus? Status(string path)
    {
        var buffer = stackalloc byte[256]; // struct statx, the same on every architecture
        if (Statx(AtCurrentDirectory, path, AtSymlinkNoFollow, StatxBasic, buffer) != 0)
        {
            return Marshal.GetLastPInvokeError() == Enoent ? null : throw Failed($"look at '{path}'");
        }

        var mode = *(ushort*)(buffer + 28);
        return new FileStatus((uint)mode & 0xF000, (uint)mode & 0xFFF, *(uint*)(buffer + 20));
    }

    /// <summary>Opens a lock file, never through a symbolic link, and takes its lock; null when somebody has it.</summary>
    public static SafeFileHandle? TryLock(string path)
    {
        var fd = Open(path, OpenReadWrite | OpenCreate | OpenNoFollow | OpenCloseOnExec, 0x180 /* 0600 */);
        if (fd < 0)
        {
            throw Failed($"open '{path}'");
        }

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (Flock(fd, LockExclusiveNoWait) == 0)
        {
            return handle;
        }

        var errno = Marshal.GetLastPInvokeError();
        handle.Dispose();
        return errno == Ewouldblock ? null : throw Failed($"lock '{path}'", errno);
    }

    /// <summary>The mode that bind gives to the file it makes, less the umask.</summary>
    public static void SetMode(SafeHandle socket, uint mode, string path)
    {
        if (Fchmod((int)socket.DangerousGetHandle(), mode) != 0)
        {
            throw Failed($"set the mode of '{path}'");
        }
    }

    /// <summary>Gives a file to a group, not through a symbolic link.</summary>
    public static void SetGroup(string path, uint gid)
    {
        if (Lchown(path, uint.MaxValue, gid) != 0)
        {
            throw Failed($"give '{path}' to group {gid}");
        }
    }

    /// <summary>The id of a user, or null when there is none of this name.</summary>
    public static uint? FindUser(string name) => Find(name, static (name, entry, buffer, size, found) => Getpwnam(name, entry, buffer, size, found));

    /// <summary>The id of a group, or null when there is none of this name.</summary>
    public static uint? FindGroup(string name) => Find(name, static (name, entry, buffer, size, found) => Getgrnam(name, entry, buffer, size, found));

    private delegate int Lookup(string name, byte* entry, byte* buffer, nuint size, void** found);

    /// <summary>struct passwd and struct group both begin with two pointers, and then the id.</summary>
    private static uint? Find(string name, Lookup lookup)
    {
        var entry = stackalloc byte[128];
        for (var size = 4096; size <= 1 << 22; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* strings = buffer)
            {
                void* found;
                var error = lookup(name, entry, strings, (nuint)size, &found);
                if (error != Erange)
                {
                    return error != 0 && error != Enoent ? throw Failed($"look up '{name}'", error) : found == null ? null : *(uint*)(entry + (2 * sizeof(nint)));
                }
            }
        }

        throw Failed($"look up '{name}'", Erange);
    }

    private static IOException Failed(string what, int? errno = null)
    {
        var number = errno ?? Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {what}: {Marshal.GetPInvokeErrorMessage(number)}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint Geteuid();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int Fchmod(int fd, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lchown(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Getpwnam(string name, byte* entry, byte* buffer, nuint size, void** found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Getgrnam(string name, byte* entry, byte* buffer, nuint size, void** found);
}
