using TimeNs.Clocks;
using TimeNs.Images;

namespace TimeNs.Runtime;

/// <summary>Looks at namespaces and timers under the lock, each time at one moment, and touches nothing.</summary>
internal static class Inspection
{
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public static NamespaceLook Look(this RuntimeNamespace ns)
    {
        lock (ns.Engine.Gate)
        {
            ns.CheckOpen();
            return ns.State.Look(ns.Engine.ReadHost());
        }
    }

    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    public static TimerLook Look(this NamespaceTimer timer)
    {
        lock (timer.Namespace.Engine.Gate)
        {
            timer.Namespace.CheckOpen();
            return timer.Namespace.State.FindTimer(timer.Id) is { IsNull: false } state && !timer.IsClosed
                ? timer.Namespace.State.Look(state, timer.Namespace.Engine.ReadHost())
                : throw new ObjectDisposedException(nameof(NamespaceTimer), $"Timer {timer} is closed.");
        }
    }

    /// <summary>Timers in the order of their ids, from the one after <paramref name="after"/> on.</summary>
    /// <exception cref="ObjectDisposedException">The namespace is closed.</exception>
    public static IReadOnlyList<TimerLook> LookAtTimers(this RuntimeNamespace ns, long after, int limit)
    {
        lock (ns.Engine.Gate)
        {
            ns.CheckOpen();
            var host = ns.Engine.ReadHost();
            return [.. ns.State.TimersAfter(after, limit).Select(t => ns.State.Look(t, host))];
        }
    }

    /// <summary>What new offsets would fire at once; throws what <see cref="RuntimeNamespace.SetOffsets"/> would.</summary>
    public static IReadOnlyList<ForecastEntry> ForetellOffsets(this RuntimeNamespace ns, ClockOffsets offsets)
    {
        lock (ns.Engine.Gate)
        {
            ns.CheckOpen();
            return ns.State.ForetellOffsets(offsets, ns.Engine.ReadHost());
        }
    }

    /// <summary>What a thaw would fire at once; throws what <see cref="RuntimeNamespace.Thaw"/> would. The engine waits as for a checkpoint.</summary>
    public static IReadOnlyList<ForecastEntry> ForetellThaw(this RuntimeNamespace ns, RestorePolicy policy)
    {
        lock (ns.Engine.Gate)
        {
            ns.CheckOpen();
            return ns.State.ForetellThaw(policy, ns.Engine.ReadHost());
        }
    }

    /// <summary>All live namespaces, the host first, those of one shard as of one moment. Only the first shard's host is one.</summary>
    /// <exception cref="ObjectDisposedException">The runtime has ended.</exception>
    public static IReadOnlyList<NamespaceLook> LookAtNamespaces(this TimeRuntime runtime)
    {
        List<NamespaceLook> looks = [];
        foreach (var engine in runtime.Engines)
        {
            lock (engine.Gate)
            {
                engine.CheckRunning();
                var host = engine.ReadHost();
                looks.AddRange(engine.Table.Namespaces.Where(static ns => ns.Tag is RuntimeNamespace).Select(ns => ns.Look(host)));
            }
        }

        return looks;
    }
}
