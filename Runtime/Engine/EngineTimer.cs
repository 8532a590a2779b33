using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>What stands behind a timer's state in the engine: who is told of its ticks.</summary>
internal interface IEngineTimer
{
    /// <summary>The namespace it belongs to; from any thread.</summary>
    TimeNamespace Place { get; }

    /// <summary>Takes a tick, on the engine's thread, without the lock. False when no reader was left to take it.</summary>
    bool Deliver(in TickRead read);

    /// <summary>The timer is closed: the last call, on the engine's thread. <paramref name="error"/> is the kernel's failure, if that was why.</summary>
    void End(Exception? error);
}
