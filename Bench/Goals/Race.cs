namespace TimeNs.Bench.Goals;

/// <summary>Contestants that are measured together, a slice of each in turn, and the rows that come of it.</summary>
/// <param name="Id">For the command line.</param>
/// <param name="Unit">Of the contestants' figures.</param>
/// <param name="Contestants">In the order of their turns.</param>
/// <param name="Goals">The rows.</param>
internal sealed record Race(string Id, Unit Unit, IReadOnlyList<Contestant> Contestants, IReadOnlyList<Goal> Goals)
{
    /// <summary>How often each takes its turn at most; a figure that cannot vary needs one.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>One contestant is set up, measured and taken down before the next: for what they take, not how fast they are.</summary>
    public bool IsOneByOne { get; init; }

    /// <summary>Races that share what they set up stand one after another; this ends it.</summary>
    public SharedSetup? Shared { get; init; }
}

/// <summary>What several races use, made when the first of them asks for it.</summary>
internal sealed class SharedSetup : IDisposable
{
    private readonly Dictionary<string, IDisposable> _made = [];

    public T Get<T>(string name, Func<T> make)
        where T : IDisposable
    {
        if (!_made.TryGetValue(name, out var made))
        {
            _made[name] = made = make();
        }

        return (T)made;
    }

    public void Dispose()
    {
        foreach (var made in _made.Values)
        {
            made.Dispose();
        }

        _made.Clear();
    }
}
