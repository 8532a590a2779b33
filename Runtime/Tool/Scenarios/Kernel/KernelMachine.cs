using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// The processes that a scenario's calls are made in, one for each namespace, all started before the scenario begins. They are made
/// such that their clocks read what the scenario says at one moment in the near future, and that moment is its beginning.
/// </summary>
internal sealed class KernelMachine : IDisposable
{
    private const string HostName = "host";

    private const int Attempts = 4;
    private const long Second = 1_000_000_000;

    /// <summary>Measured once: it is a first guess, which is doubled when it was too short.</summary>
    private static readonly Lazy<long> TimeToStart = new(MeasureTimeToStart);

    private readonly Dictionary<string, KernelWorld> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<int, KernelWorld> _made = [];

    private KernelMachine(long beginning) => Beginning = beginning;

    /// <summary>What this process's MONOTONIC reads when the scenario begins.</summary>
    public long Beginning { get; }

    public KernelWorld Host => _live[HostName];

    /// <summary>A namespace whose step has come, also when the kernel refused it.</summary>
    public KernelWorld Find(string ns) => _live[ns];

    /// <summary>The step of a namespace has come: it has its name from now on.</summary>
    public KernelWorld Enter(string ns, int line) => _live[ns] = _made[line];

    /// <summary>Starts everything, and returns at the beginning of the scenario.</summary>
    /// <param name="plan">The scenario's plan.</param>
    /// <param name="support">What there is of kernel time namespaces.</param>
    public static KernelMachine Start(KernelPlan plan, KernelSupport support)
    {
        var patience = 2 * (plan.Namespaces.Count() + 1) * TimeToStart.Value;
        for (var attempt = 1; ; attempt++, patience *= 2)
        {
            var machine = new KernelMachine(KernelCalls.ReadClock(KernelCalls.Monotonic) + patience);
            try
            {
                machine.Populate(plan, support);
                if (machine.Begin())
                {
                    return machine;
                }
            }
            catch
            {
                machine.Dispose();
                throw;
            }

            machine.Dispose();
            if (attempt == Attempts)
            {
                throw new ToolException("this machine is too slow to start the scenario's processes in time");
            }
        }
    }

    public void Dispose()
    {
        foreach (var world in _made.Values)
        {
            world.Dispose();
        }
    }

    /// <summary>
    /// How long one process takes, in nanoseconds. This is also the child that has to be started before the first one in a namespace is.
    /// </summary>
    private static long MeasureTimeToStart()
    {
        var before = KernelCalls.ReadClock(KernelCalls.Monotonic);
        using var process = new KernelProcess(NamespaceLauncher.Start());
        if (!process.Greet())
        {
            throw new ToolException("cannot start itself: timens kernel-host ends at once");
        }

        process.Rehearse();
        return Math.Clamp(KernelCalls.ReadClock(KernelCalls.Monotonic) - before, Second / 20, 10 * Second);
    }

    private void Populate(KernelPlan plan, KernelSupport support)
    {
        var differences = Differences(plan.Start);
        var host = new NamespaceOffsets(differences.MonotonicNs, differences.BoottimeNs);
        _made.Add(0, support.NoNamespaces is null ? KernelWorld.InNamespace(host, differences.RealtimeNs, support) : KernelWorld.Outside(differences));
        _ = Enter(HostName, line: 0);
        foreach (var (line, offsets) in plan.Namespaces)
        {
            _made.Add(line, KernelWorld.InNamespace(host.Plus(offsets), differences.RealtimeNs, support));
        }

        foreach (var world in _made.Values)
        {
            world.Prepare();
        }
    }

    private bool Begin()
    {
        if (KernelCalls.ReadClock(KernelCalls.Monotonic) > Beginning)
        {
            return false;
        }

        KernelCalls.SleepUntil(Beginning);
        return true;
    }

    /// <summary>How far the scenario's clocks are ahead of the machine's, at the beginning as at any time.</summary>
    private ClockOffsets Differences(in ClockReadings start)
    {
        var ahead = Beginning - KernelCalls.ReadClock(KernelCalls.Monotonic);
        var (realtime, boottime) = (KernelCalls.ReadClock(KernelCalls.Realtime), KernelCalls.ReadClock(KernelCalls.Boottime));
        return new ClockOffsets(
            start.Realtime.Nanoseconds - realtime - ahead, start.Monotonic.Nanoseconds - Beginning, start.Boottime.Nanoseconds - boottime - ahead);
    }
}
