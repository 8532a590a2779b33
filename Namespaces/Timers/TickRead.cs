namespace TimeNs.Timers;

/// <summary>A tick and the point on the timer's base clock that it was read for, so that the read can be taken back.</summary>
internal readonly record struct TickRead(Tick Tick, long? FirstDue);

/// <summary>A tick on its way to the readers of a timer.</summary>
/// <param name="Timer">The timer.</param>
/// <param name="Read">What was read.</param>
/// <param name="Epoch">The timer's epoch then: a delivery for an older one is void.</param>
internal readonly record struct Delivery(TimerState Timer, TickRead Read, int Epoch);
