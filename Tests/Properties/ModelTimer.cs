namespace TimeNs.Tests.Properties;

/// <summary>A timer of the model: a plain bag of what the rules speak of. Points are in the time of the namespace.</summary>
internal sealed class ModelTimer
{
    public long Id { get; init; }

    public string? Name { get; init; }

    public int Clock { get; init; }

    /// <summary>Of a delegate (TimeProvider, IScheduler): in no image.</summary>
    public bool Ephemeral { get; init; }

    public bool Absolute { get; set; }

    public bool Armed { get; set; }

    public bool Expired { get; set; }

    public Int128 Deadline { get; set; }

    /// <summary>What the policy "one" drops of the periods missed in a stop, once the timer has expired for them.</summary>
    public Int128 DropAtExpiry { get; set; }

    public Int128 Interval { get; set; }

    public Int128 Ticks { get; set; }

    public Int128? FirstDue { get; set; }

    public int ShownFlags { get; set; }

    /// <summary>On the list of timers that a clock set cancels (S3, X4).</summary>
    public bool Listed { get; set; }

    public bool CancelPending { get; set; }

    /// <summary>REALTIME - MONOTONIC at create or at the last report (X5).</summary>
    public Int128 Remembered { get; set; }

    public bool Watched { get; set; }

    /// <summary>When it was last armed, or created, among all timers of the host.</summary>
    public long Order { get; set; }

    public bool Alive => Armed || (Expired && Interval != 0);

    public bool WillFire => Armed && Deadline != Model.Never;

    /// <summary>0 REALTIME, 1 MONOTONIC, 2 BOOTTIME. Relative REALTIME lives on MONOTONIC (table of clocks).</summary>
    public int Base => Clock == 0 && !Absolute ? 1 : OwnBase;

    public int OwnBase => Clock switch { 0 or 8 => 0, 1 => 1, _ => 2 };

    /// <summary>F1.</summary>
    public void Expire()
    {
        Armed = false;
        Expired = true;
        FirstDue ??= Deadline;
        (Deadline, DropAtExpiry) = (Int128.Min(Deadline + DropAtExpiry, Model.Never), 0);
        Ticks = Int128.Min(Ticks + 1, Model.MaxTicks);
    }

    /// <summary>F4, F5, F6: the part that read and gettime share. True when the timer is armed again.</summary>
    public bool ForwardTo(Int128 now)
    {
        if (!Expired || Interval == 0)
        {
            return false;
        }

        var overruns = Model.Passed(Deadline, Interval, now);
        Ticks = Int128.Min(Ticks + overruns - 1, Model.MaxTicks);
        Deadline = Int128.Min(Deadline + (overruns * Interval), Model.Never);
        FirstDue = Ticks == 0 ? null : FirstDue;
        Expired = false;
        Armed = true;
        return true;
    }

    public Int128 Remaining(Int128 now) => Armed ? Model.Saturate(Int128.Max(0, Deadline - now)) : 0;

    public Int128 Peek(Int128 now) => Expired && Interval != 0
        ? Int128.Min(Ticks + Model.Passed(Deadline, Interval, now) - 1, Model.MaxTicks)
        : Ticks;

    public void ClearTicks()
    {
        Ticks = 0;
        Expired = false;
        FirstDue = null;
    }

    /// <summary>Deadlines up to a reading that are not counted yet: what a missed-tick policy looks at.</summary>
    public Int128 Due(Int128 now) => !Alive || Deadline == Model.Never ? 0
        : Interval != 0 ? Model.Passed(Deadline, Interval, now)
        : Deadline <= now ? 1 : 0;

    public ModelTimer Copy()
    {
        var copy = (ModelTimer)MemberwiseClone();
        (copy.Deadline, copy.DropAtExpiry) = (Int128.Min(Deadline + DropAtExpiry, Model.Never), 0);
        return copy;
    }
}
