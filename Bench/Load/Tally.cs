namespace TimeNs.Bench.Load;

/// <summary>
/// Counts expirations against what was asked for. A surplus of one round (deadlines that fall together) is credited to the next, so
/// that the rounds do what was asked on average exactly.
/// </summary>
internal sealed class Tally(PeriodicLoad load)
{
    private long _goal;

    public long Count { get; set; }

    public long ElapsedNs { get; set; }

    public bool IsShort => Count < _goal;

    public void Ask(int expirations) => _goal += expirations;

    /// <summary>Moves a clock until that many timers have expired.</summary>
    public long Walk(int expirations, Action<long> advanceNs)
    {
        Ask(expirations);
        while (IsShort)
        {
            var span = load.SpanFor(_goal - Count);
            ElapsedNs += span;
            advanceNs(span);
        }

        return Count;
    }

    /// <exception cref="InvalidOperationException">Fewer or more expirations than the intervals give for the time that has passed.</exception>
    public void Verify()
    {
        Check.That(_goal > 0 && Count >= _goal, $"{Count} expirations counted, {_goal} asked for");
        Check.Equal(load.ExpirationsBy(ElapsedNs), Count, $"expirations in {ElapsedNs} ns");
    }
}
