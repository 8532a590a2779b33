using TimeNs.Clocks;

namespace TimeNs.Runtime;

/// <summary>Why the clocks of a namespace stopped being a smooth continuation of themselves.</summary>
public enum ClockChangeReason
{
    /// <summary>Its offsets were set.</summary>
    OffsetsSet,

    /// <summary>Its wall clock was set, and nothing else.</summary>
    RealtimeSet,

    /// <summary>The wall clock of its host was set.</summary>
    HostClockSet,

    /// <summary>Its host was suspended and has resumed.</summary>
    HostResumed,

    /// <summary>It was frozen: its clocks stand.</summary>
    Frozen,

    /// <summary>It was thawed, with new offsets.</summary>
    Thawed,

    /// <summary>It was restored from an image, with new offsets.</summary>
    Restored,
}

/// <summary>A discontinuity of a namespace's clocks.</summary>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="Reason">What happened.</param>
/// <param name="OldOffsets">Its offsets before; in the image, for a restore.</param>
/// <param name="NewOffsets">Its offsets since.</param>
/// <param name="At">Its clocks just after the change.</param>
public readonly record struct ClockChange(
    string Namespace, ClockChangeReason Reason, ClockOffsets OldOffsets, ClockOffsets NewOffsets, ClockReadings At);
