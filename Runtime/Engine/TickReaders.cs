using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>The readers of a timer that has more than one observer. Changed under the engine's lock, walked without it.</summary>
internal sealed class TickReaders
{
    /// <summary>Replaced, never written to.</summary>
    public TickSubscription[] Observers { get; set; } = [];

    /// <summary>Reads that wait, in their order; under the lock.</summary>
    public LinkedList<TaskCompletionSource<Tick>> Waiters { get; } = new();

    public bool IsEmpty => Observers.Length == 0 && Waiters.Count == 0;

    /// <summary>Reads that wait, or nobody did a moment ago: asked without the lock.</summary>
    public bool MayHaveWaiters => Waiters.Count != 0;

    public void Add(TickSubscription subscription) => Observers = [.. Observers, subscription];

    public void Remove(TickSubscription subscription) => Observers = Array.FindAll(Observers, s => s != subscription);

    /// <summary>The same readers in the leanest form: nothing, one subscription, or this.</summary>
    public object? Reduce() => Waiters.Count != 0 || Observers.Length > 1 ? this : Observers.Length == 1 ? Observers[0] : null;
}
