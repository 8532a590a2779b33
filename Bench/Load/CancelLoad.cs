namespace TimeNs.Bench.Load;

/// <summary>Cancels a number of different timers of a load, and arms them again outside of what is measured.</summary>
internal sealed class CancelLoad : IDisposable
{
    /// <summary>How many are cancelled at once.</summary>
    public const int Cancels = 500;

    private readonly ChangeLoad _load;
    private readonly int[] _shuffled;
    private int _next;

    /// <param name="load">All of its timers are armed.</param>
    public CancelLoad(ChangeLoad load)
    {
        _load = load;
        _shuffled = [.. Enumerable.Range(0, load.Timers)];
        new Random(3).Shuffle(_shuffled);
        Check.That(load.Timers >= Cancels, $"{load.Timers} timers are too few to cancel {Cancels}");
    }

    /// <summary>Arms those that were cancelled, and chooses others.</summary>
    public void Arm()
    {
        for (var i = 0; i < Cancels; i++)
        {
            _load.Set(_shuffled[_next + i], ChangeLoad.Most);
        }

        _next = _next + 2 * Cancels <= _shuffled.Length ? _next + Cancels : 0;
    }

    public void Cancel()
    {
        foreach (var timer in _shuffled.AsSpan(_next, Cancels))
        {
            _load.Cancel(timer);
        }
    }

    public void Verify() => _load.VerifyArmed(_load.Timers - Cancels);

    public void Dispose() => _load.Dispose();
}
