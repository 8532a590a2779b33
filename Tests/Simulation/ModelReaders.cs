using TimeNs.Tests.Properties;

namespace TimeNs.Tests.Simulation;

/// <summary>Who reads a timer of the model.</summary>
internal sealed class ModelReaders
{
    public List<ModelSubscription> Subscriptions { get; set; } = [];

    public List<string> Waiting { get; } = [];

    /// <summary>Counts settings: a tick that was read for an older one is void (S4).</summary>
    public int Epoch { get; set; }

    public bool Closed { get; set; }

    /// <summary>What a timer of a delegate runs, and whether a run is on its way.</summary>
    public Action? Callback { get; set; }

    public bool Posted { get; set; }
}

/// <summary>One subscription to a timer of the model.</summary>
internal sealed class ModelSubscription(Script script, bool slow)
{
    private readonly List<ModelRead> _told = [];

    public Script Script { get; } = script;

    public bool IsSlow { get; } = slow;

    public bool Ended { get; set; }

    /// <summary>The observer of a slow one is told of nothing more.</summary>
    public bool Disposed { get; set; }

    public bool Completed { get; set; }

    /// <summary>Waits for the scheduler of slow observers.</summary>
    public bool Queued { get; set; }

    public void Note(ModelRead read) => _told.Add(read);

    /// <summary>What a slow observer is told at once: counts summed, before and after the last cancel.</summary>
    public IEnumerable<ModelRead> Conflated()
    {
        var cancel = _told.FindLastIndex(static r => r.Canceled);
        List<ModelRead?> told = [Sum(_told.Take(cancel + 1)), cancel < 0 ? null : _told[cancel], Sum(_told.Skip(cancel + 1))];
        _told.Clear();
        return told.OfType<ModelRead>();
    }

    private static ModelRead? Sum(IEnumerable<ModelRead> reads)
    {
        var ticks = reads.Where(static r => !r.Canceled).ToList();
        return ticks.Count == 0 ? null : ticks[^1] with
        {
            Count = Int128.Min(ticks.Aggregate((Int128)0, static (sum, r) => sum + r.Count), Model.MaxTicks),
            Due = ticks[0].Due,
        };
    }
}
