namespace TimeNs.Bench.Load;

/// <summary>
/// Counts expirations against what was asked for. A surplus of one round (deadlines that fall together) is credited to the
/// next, so that the rounds do what was asked on average exactly.
/// </summary>
internal sealed class Tally(PeriodicLoad load)
{
    private long _goal;
    private long _verified;

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

    /// <exception cref="InvalidOperationException">
    /// Nothing was asked for since the last time, or there were fewer or more expirations than the intervals give for the time
    /// that has passed.
    /// </exception>
    public void Verify()
    {
        Check.That(
            _goal > _verified && Count >= _goal, $"{Count} expirations counted, {_goal} asked for, {_verified} of them before");
        _verified = _goal;
        Check.Equal(load.ExpirationsBy(ElapsedNs), Count, $"expirations in {ElapsedNs} ns");
    }
}
