using TimeNs.Timers;

namespace TimeNs.Runtime;

/// <summary>Is told of every tick that readers took, whoever they were: for measurements and for whoever only looks on.</summary>
/// <remarks>
/// Both members run on the engine's thread, without the lock; with several shards, on the thread of each. A tap is no reader: nothing is read for it, and
/// a timer that nobody reads tells it nothing. One that throws is taken off, and counted as an observer that threw.
/// </remarks>
internal interface IDeliveryTap
{
    /// <summary>Asked once a batch: false spares the batch the work of being written down.</summary>
    bool IsWanted { get; }

    /// <summary>What was taken of one batch, in its order, after the last reader of the batch has returned. Valid during the call.</summary>
    void Delivered(ReadOnlySpan<DeliveredTick> batch);
}

/// <summary>A tick that a reader of a timer took.</summary>
/// <param name="Timer">A <see cref="NamespaceTimer"/> or a <see cref="CallbackTimer"/>; closed by its reader, perhaps.</param>
/// <param name="Namespace">The timer's.</param>
/// <param name="Tick">What it was told.</param>
internal readonly record struct DeliveredTick(object Timer, TimeNamespace Namespace, Tick Tick);
