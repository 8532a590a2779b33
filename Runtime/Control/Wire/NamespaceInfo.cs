namespace TimeNs.Control.Wire;

/// <summary>A time namespace, as of one moment.</summary>
public sealed record NamespaceInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>True while its clocks stand.</summary>
    public required bool Frozen { get; init; }

    /// <summary>What it adds to the clocks of its host.</summary>
    public required Offsets Offsets { get; init; }

    /// <summary>What its clocks read.</summary>
    public required Readings Clocks { get; init; }

    /// <summary>Its open timers, without the ephemeral ones.</summary>
    public required int Timers { get; init; }

    /// <summary>How many of them are armed.</summary>
    public required int Armed { get; init; }

    /// <summary>Which of them expires next; null when none will, or the namespace is frozen.</summary>
    public required NextExpiration? Next { get; init; }

    /// <summary>Armed timers that belong to delegates of the process (TimeProvider, IScheduler) and are in no image.</summary>
    public required int EphemeralTimers { get; init; }

    /// <summary>How often its timers have expired since it was made here, those of delegates among them; an unread periodic timer expires once.</summary>
    public required long Expirations { get; init; }

    /// <summary>Ticks that readers took of it, as many as <see cref="LatenessSumNs"/> is the sum of.</summary>
    public required long LatenessTicks { get; init; }

    /// <summary>
    /// The sum of the lateness of those ticks. Between two answers the difference of this by that of <see cref="LatenessTicks"/> is the mean lateness. Both are counted
    /// from the first time that somebody asks for namespaces, and for a minute after each time.
    /// </summary>
    public required long LatenessSumNs { get; init; }
}

/// <summary>The timer of a namespace that expires next.</summary>
public sealed record NextExpiration
{
    /// <summary>Its id.</summary>
    public required long Id { get; init; }

    /// <summary>Its name, or null.</summary>
    public required string? Name { get; init; }

    /// <summary>The clock that it runs on, for example <c>CLOCK_MONOTONIC</c>.</summary>
    public required string Clock { get; init; }

    /// <summary>Nanoseconds until it expires; 0 when it is due.</summary>
    public required long InNs { get; init; }
}

/// <summary>The live namespaces, the host first.</summary>
public sealed record NamespaceList
{
    /// <summary>The namespaces.</summary>
    public required IReadOnlyList<NamespaceInfo> Namespaces { get; init; }
}

/// <summary>A wake-up that an action leads to.</summary>
public sealed record Fire
{
    /// <summary>The timer's id.</summary>
    public required long Id { get; init; }

    /// <summary>The timer's name, or null.</summary>
    public required string? Name { get; init; }

    /// <summary>The clock that it runs on.</summary>
    public required string Clock { get; init; }

    /// <summary>Nanoseconds from the action to the wake-up; 0 for what is readable at once.</summary>
    public required long InNs { get; init; }

    /// <summary>What a read at that moment returns; 0 when <see cref="Canceled"/>.</summary>
    public required ulong Expirations { get; init; }

    /// <summary>True when the wall clock is set under this cancel-on-set timer.</summary>
    public required bool Canceled { get; init; }
}

/// <summary>A namespace whose clocks were moved, or would be, and what that fires at once.</summary>
public sealed record NamespaceChange
{
    /// <summary>The namespace after the change; before it in a dry run.</summary>
    public required NamespaceInfo Namespace { get; init; }

    /// <summary>True when nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>
    /// The timers that were readable at once after the change, as worked out just before it: the first 1000 of them. What was unread
    /// before the change is among them after a restore, and not after a thaw or a change of offsets.
    /// </summary>
    public required IReadOnlyList<Fire> Fires { get; init; }

    /// <summary>How many there are in all.</summary>
    public required int FiresCount { get; init; }
}

/// <summary>What a restore would fire, and when.</summary>
public sealed record ForecastInfo
{
    /// <summary>The offsets that the namespace would get.</summary>
    public required Offsets Offsets { get; init; }

    /// <summary>What its clocks would read.</summary>
    public required Readings Clocks { get; init; }

    /// <summary>One entry a wake-up, in order.</summary>
    public required IReadOnlyList<Fire> Fires { get; init; }

    /// <summary>True when there are more than the service lists.</summary>
    public required bool Truncated { get; init; }
}
