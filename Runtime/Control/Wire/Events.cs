namespace TimeNs.Control.Wire;

/// <summary>Ticks of a timer: the data of an event <c>tick</c>.</summary>
public sealed record TickEvent
{
    /// <summary>The timer's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The timer's id.</summary>
    public required long Timer { get; init; }

    /// <summary>The timer's name, or null.</summary>
    public required string? Name { get; init; }

    /// <summary>The clock that it runs on.</summary>
    public required string Clock { get; init; }

    /// <summary>How often it expired since the tick before; summed when the reader was slow. 0 when <see cref="Canceled"/>.</summary>
    public required ulong Expirations { get; init; }

    /// <summary>The first deadline that passed, on the timer's clock.</summary>
    public required long DueNs { get; init; }

    /// <summary>What the timer's clock read at the delivery; at the last one when several were summed.</summary>
    public required long AtNs { get; init; }

    /// <summary><c>at_ns - due_ns</c>.</summary>
    public required long LatenessNs { get; init; }

    /// <summary>True for the notice that the wall clock was set (ECANCELED).</summary>
    public required bool Canceled { get; init; }
}

/// <summary>A discontinuity of a namespace's clocks: the data of an event <c>change</c>.</summary>
public sealed record ChangeEvent
{
    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary><c>offsets-set</c>, <c>realtime-set</c>, <c>host-clock-set</c>, <c>host-resumed</c>, <c>frozen</c>, <c>thawed</c> or <c>restored</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>Its offsets before.</summary>
    public required Offsets OldOffsets { get; init; }

    /// <summary>Its offsets since.</summary>
    public required Offsets NewOffsets { get; init; }

    /// <summary>Its clocks just after the change.</summary>
    public required Readings At { get; init; }
}

/// <summary>A namespace or a timer that came or went through the control interface: the data of <c>created</c> and <c>closed</c>.</summary>
public sealed record LifeEvent
{
    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The timer's id; null when the event is about the namespace.</summary>
    public required long? Timer { get; init; }

    /// <summary>The timer's name, or null.</summary>
    public required string? Name { get; init; }
}

/// <summary>What a slow reader of events did not get one by one, since the last such event: the data of <c>dropped</c>.</summary>
public sealed record DroppedEvent
{
    /// <summary>Events that were thrown away since the reader's buffer was full.</summary>
    public required long Count { get; init; }

    /// <summary>The expirations that were in them.</summary>
    public required ulong Expirations { get; init; }

    /// <summary>Ticks that were summed into another one: nothing of their counts is lost.</summary>
    public required long Conflated { get; init; }
}
