using Microsoft.Extensions.Logging;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Runtime;

/// <summary>How a <see cref="TimeRuntime"/> is to be started.</summary>
public sealed class TimeRuntimeOptions
{
    /// <summary>
    /// The kernel to run on, owned by the runtime from then on. Null: <see cref="LinuxKernel"/> on Linux, else
    /// <see cref="PortableKernel"/>.
    /// </summary>
    public IKernel? Kernel { get; init; }

    /// <summary>Where the engine logs to, with stable event ids; null: nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The name of this host, which a checkpoint writes into its image. Null: the machine's name.</summary>
    public string? HostName { get; init; }
}
