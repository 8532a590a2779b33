using System.Runtime.InteropServices;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// A call into the operating system failed: descriptors ran out, memory did, or the system refuses the call (seccomp).
/// </summary>
public sealed class KernelException : Exception
{
    /// <summary>A failed call.</summary>
    /// <param name="call">The call as in the manual pages, for example <c>timerfd_create</c>.</param>
    /// <param name="errno">The error number that it left, as this machine counts them.</param>
    public KernelException(string call, int errno)
        : base($"{call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})") =>
        (Call, Errno) = (call, errno);

    /// <summary>The call as in the manual pages.</summary>
    public string Call { get; }

    /// <summary>The error number that the call left; <see cref="TimeNs.Errno"/> names some of them.</summary>
    public int Errno { get; }
}
