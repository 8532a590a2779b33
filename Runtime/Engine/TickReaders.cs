using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>The readers of a timer that has more than one observer. Changed under the engine's lock, walked without it.</summary>
internal sealed class TickReaders
{
    /// <summary>Replaced, never written to.</summary>
    public TickReader[] Observers { get; set; } = [];

    /// <summary>Reads that wait, in their order; under the lock.</summary>
    public LinkedList<TaskCompletionSource<Tick>> Waiters { get; } = new();

    /// <summary>Reads that wait, or nobody did a moment ago: asked without the lock.</summary>
    public bool MayHaveWaiters => Waiters.Count != 0;

    public void Add(TickReader reader) => Observers = [.. Observers, reader];

    /// <summary>Without effect where there is none with this number.</summary>
    public void Remove(int number)
    {
        foreach (var reader in Observers)
        {
            if (reader.Number == number && reader.TryEnd())
            {
                Observers = Array.FindAll(Observers, r => r != reader);
                return;
            }
        }
    }
}
