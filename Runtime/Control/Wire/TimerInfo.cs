namespace TimeNs.Control.Wire;

/// <summary>A timer, as of one moment. Looking at it forwards nothing and reads nothing.</summary>
public sealed record TimerInfo
{
    /// <summary>Its id, unique in its namespace, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>Its name, or null.</summary>
    public required string? Name { get; init; }

    /// <summary>The namespace it belongs to.</summary>
    public required string Namespace { get; init; }

    /// <summary>The clock it runs on, for example <c>CLOCK_REALTIME</c>.</summary>
    public required string Clock { get; init; }

    /// <summary>True when it will expire.</summary>
    public required bool Armed { get; init; }

    /// <summary>True when a read would return at once.</summary>
    public required bool Readable { get; init; }

    /// <summary>Nanoseconds until it expires; 0 when it is not armed.</summary>
    public required long ValueNs { get; init; }

    /// <summary>Nanoseconds between expirations; 0 for a one-shot.</summary>
    public required long IntervalNs { get; init; }

    /// <summary><c>TFD_TIMER_ABSTIME</c>, <c>TFD_TIMER_CANCEL_ON_SET</c>, or none.</summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>Its lines of <c>/proc/PID/fdinfo/FD</c>.</summary>
    public required string Fdinfo { get; init; }
}

/// <summary>Timers of a namespace in the order of their ids, a page of them.</summary>
public sealed record TimerList
{
    /// <summary>The timers.</summary>
    public required IReadOnlyList<TimerInfo> Timers { get; init; }

    /// <summary>The id to give as <c>after</c> for the next page; null when this is the last.</summary>
    public required long? Next { get; init; }
}

/// <summary>What a timer was set to before, and what it is now.</summary>
public sealed record TimerSet
{
    /// <summary>Nanoseconds that were left to the next expiration; 0 when it was not armed.</summary>
    public required long OldValueNs { get; init; }

    /// <summary>The interval that it had.</summary>
    public required long OldIntervalNs { get; init; }

    /// <summary>True when the notice of a clock set was pending (ECANCELED); the timer is set all the same.</summary>
    public required bool Canceled { get; init; }

    /// <summary>The timer now: in a dry run as it is.</summary>
    public required TimerInfo Timer { get; init; }

    /// <summary>True when nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The timer when it was readable at once, as worked out just before it was set; null when it was not.</summary>
    public required Fire? Fires { get; init; }
}

/// <summary>What a read of a timer gave.</summary>
public sealed record TimerRead
{
    /// <summary><c>ticks</c>, <c>empty</c>, <c>canceled</c> or <c>stepped-back</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The expirations since the last read.</summary>
    public required ulong Expirations { get; init; }

    /// <summary>The first deadline that had passed, on the timer's clock; null when nothing was read.</summary>
    public required long? DueNs { get; init; }

    /// <summary>What the timer's clock read for this read; null when nothing was read.</summary>
    public required long? AtNs { get; init; }
}
