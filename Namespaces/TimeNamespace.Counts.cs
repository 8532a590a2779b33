namespace TimeNs;

/// <content>What its owner counts of the ticks that readers took, where somebody asks for it.</content>
internal sealed partial class TimeNamespace
{
    /// <summary>Ticks whose lateness is in <see cref="LatenessSumNs"/>.</summary>
    public long LatenessTicks { get; private set; }

    /// <summary>How late they were together. It saturates.</summary>
    public long LatenessSumNs { get; private set; }

    /// <summary>By whoever delivers its ticks, who is one, and needs no serialising with other calls: a look meanwhile may see one of the two counts and not yet the other.</summary>
    /// <param name="latenessNs">At least 0.</param>
    public void CountLateness(long latenessNs)
    {
        LatenessSumNs = long.MaxValue - LatenessSumNs < latenessNs ? long.MaxValue : LatenessSumNs + latenessNs;
        LatenessTicks++;
    }
}
