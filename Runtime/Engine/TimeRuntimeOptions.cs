using Microsoft.Extensions.Logging;
using NodaTime;
using TimeNs.Images;
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

    /// <summary>
    /// Makes the kernel of each shard, from 0, owned by the runtime from then on. Not together with <see cref="Kernel"/>. Null: as
    /// <see cref="Kernel"/> says.
    /// </summary>
    public Func<int, IKernel>? KernelFactory { get; init; }

    /// <summary>
    /// How many engines there are, each with a thread, a lock and a kernel of its own: 1 to 64, by default 1. A namespace lives on one of
    /// them, chosen by its name, the same in every run; observers of namespaces on different shards run at the same time.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>
    /// 1 to 99: the engine's threads run under SCHED_FIFO with this priority, ahead of every ordinary thread of the machine. 0, the default:
    /// as any other thread. Linux alone; needs CAP_SYS_NICE or RLIMIT_RTPRIO, and without them the start is refused.
    /// </summary>
    /// <remarks>
    /// Observers run on these threads: one that does not end keeps a processor, up to <c>sched_rt_runtime_us</c> of each
    /// period and RLIMIT_RTTIME. Threads and processes that an observer starts are ordinary ones.
    /// </remarks>
    public int RealtimePriority { get; init; }

    /// <summary>
    /// How long before a deadline the engine wakes and watches the clock, so that the tick is not late by a wake-up: 0, the default,
    /// to 10 ms. It costs a processor for that long at each wake-up. Never early (INV-2). Not in simulated time, and not together with
    /// <see cref="WakeupSlack"/>.
    /// </summary>
    public Duration SpinBeforeDeadline { get; init; }

    /// <summary>
    /// How much later than its deadline a tick may come so that several share a wake-up: 0, the default, to 1 s. Never early (INV-2).
    /// </summary>
    public Duration WakeupSlack { get; init; }

    /// <summary>Where the engine logs to, with stable event ids; null: nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The name of this host, which a checkpoint writes into its image. Null: the machine's name.</summary>
    public string? HostName { get; init; }

    private const int MostShards = 64;
    private const int MostPriority = 99;

    private static readonly Duration s_mostSpin = Duration.FromMilliseconds(10);
    private static readonly Duration s_mostSlack = Duration.FromSeconds(1);

    /// <summary>Refuses what cannot be, before anything is started.</summary>
    /// <exception cref="ArgumentException">An option that is out of range, or two that contradict each other.</exception>
    /// <exception cref="PlatformNotSupportedException">A realtime priority, not on Linux.</exception>
    internal void Check(string hostName)
    {
        if (ImageRules.HostNameFault(hostName) is { } fault)
        {
            throw new ArgumentException($"'{hostName}': {fault}.", nameof(hostName));
        }

        Within(Shards, 1, MostShards, nameof(Shards));
        Within(RealtimePriority, 0, MostPriority, nameof(RealtimePriority));
        Within(SpinBeforeDeadline, Duration.Zero, s_mostSpin, nameof(SpinBeforeDeadline));
        Within(WakeupSlack, Duration.Zero, s_mostSlack, nameof(WakeupSlack));
        Refuse(SpinBeforeDeadline != Duration.Zero && WakeupSlack != Duration.Zero,
            nameof(WakeupSlack), "A tick cannot come later for company and on time by watching the clock: set WakeupSlack or SpinBeforeDeadline.");
        Refuse(Kernel is not null && KernelFactory is not null, nameof(KernelFactory), "Kernel and KernelFactory are both set.");
        Refuse(Kernel is not null && Shards > 1, nameof(Shards), "One engine uses one kernel: more than one shard needs a KernelFactory, or no kernel at all.");
        if (RealtimePriority != 0 && !OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("RealtimePriority is SCHED_FIFO of Linux.");
        }
    }

    /// <summary>The kernels, one for each shard, after <see cref="Check"/>. When one cannot be made none is left open.</summary>
    internal IKernel[] OpenKernels()
    {
        var kernels = new List<IKernel>();
        try
        {
            for (var shard = 0; shard < Shards; shard++)
            {
                kernels.Add(Kernel ?? (KernelFactory is { } make ? make(shard) : DefaultKernel()));
                CheckKernel(kernels);
            }

            return [.. kernels];
        }
        catch
        {
            foreach (var kernel in kernels.Distinct().Where(k => k != Kernel))
            {
                kernel.Dispose();
            }

            throw;
        }
    }

    private static IKernel DefaultKernel() => LinuxKernel.IsSupported ? new LinuxKernel() : new PortableKernel();

    private void CheckKernel(List<IKernel> kernels)
    {
        Refuse(kernels.Distinct().Count() != kernels.Count, nameof(KernelFactory), "One engine uses one kernel: the factory gave the same one twice.");
        var isSimulated = kernels[^1] is SimulatedKernel;
        Refuse(isSimulated && Shards > 1, nameof(Shards), "Simulated time is one: the clocks of a second shard would part from it. Use one shard.");
        Refuse(isSimulated && SpinBeforeDeadline != Duration.Zero, nameof(SpinBeforeDeadline), "A simulated clock does not move while it is watched.");
    }

    private static void Within<T>(T value, T least, T most, string option)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentOutOfRangeException(option, value, $"Must be from {least} to {most}.");
        }
    }

    private static void Refuse(bool isWrong, string option, string why)
    {
        if (isWrong)
        {
            throw new ArgumentException(why, option);
        }
    }
}
