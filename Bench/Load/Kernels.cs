using TimeNs.Runtime.Kernel;

namespace TimeNs.Bench.Load;

/// <summary>The kernel for benchmarks whose peers use the machine's clocks: the machine's own.</summary>
internal static class Kernels
{
    public static IKernel Open() => LinuxKernel.IsSupported ? new LinuxKernel() : new PortableKernel();
}
