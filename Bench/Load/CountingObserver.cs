using TimeNs.Timers;

namespace TimeNs.Bench.Load;

/// <summary>The least that an observer can do, with a state of its own as every real one has.</summary>
internal sealed class CountingObserver(Tally tally) : IObserver<Tick>
{
    public ulong Expirations { get; private set; }

    public void OnNext(Tick value)
    {
        Expirations += value.Expirations;
        tally.Count += (long)value.Expirations;
    }

    public void OnError(Exception error) => throw error;

    public void OnCompleted()
    {
        // Nothing is owed.
    }
}
