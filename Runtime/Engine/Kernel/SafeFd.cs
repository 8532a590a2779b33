using Microsoft.Win32.SafeHandles;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// A file descriptor that is closed once, and not while a call uses it. 0 is a valid one.
/// </summary>
internal sealed class SafeFd() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    // Linux has closed the descriptor whatever close returns; to try again could close another's (man close, "Dealing with error returns").
    protected override bool ReleaseHandle() => LinuxNative.Close((int)handle) == 0;
}
