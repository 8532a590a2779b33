using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TimeNs.Runtime;

/// <summary>
/// Brings a directory to the disk, so that a rename in it outlives a power cut (<c>man 2 fsync</c>). .NET opens no directories, so
/// this asks the C library. On Windows it does nothing: there the file system's journal orders a rename.
/// </summary>
internal static partial class DirectoryFlush
{
    private const int EACCES = 13;
    private const int EINVAL = 22;

    /// <summary>
    /// Returns when the directory's entries are on the disk, or when it cannot be told to: it is not readable for us, or its file
    /// system knows no such thing.
    /// </summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void ToDisk(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = OpenDirectory(directory, CloseOnExec);
        if (handle.IsInvalid)
        {
            ThrowUnless(EACCES, "opened", directory);
            return;
        }

        if (Sync(handle) != 0)
        {
            ThrowUnless(EINVAL, "brought to the disk", directory);
        }
    }

    /// <summary>O_CLOEXEC (with O_RDONLY, which is 0): the systems do not agree on the number.</summary>
    private static int CloseOnExec =>
        OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 0x80000
        : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsMacCatalyst() || OperatingSystem.IsTvOS() ? 0x1000000
        : OperatingSystem.IsFreeBSD() ? 0x100000
        : 0;

    private static void ThrowUnless(int tolerated, string what, string directory)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != tolerated)
        {
            throw new IOException($"Directory '{directory}' could not be {what}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})", new Win32Exception(errno));
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
