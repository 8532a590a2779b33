using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// The only seam to the machine: three clocks, one alarm for each, and a place to wait for them.
/// </summary>
/// <remarks>
/// One engine uses one kernel. <see cref="Wait"/> is called by the engine's thread alone; everything else from any thread.
/// An implementation may return from <see cref="Wait"/> without cause; it must never miss a cause.
/// </remarks>
public interface IKernel : IDisposable
{
    /// <summary>A short name for people and for logs, for example <c>linux</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Reads the three clocks as of one moment. Never fails, allocates nothing, from any thread.
    /// </summary>
    /// <remarks>
    /// MONOTONIC and BOOTTIME never go back, also from one thread to another. REALTIME - MONOTONIC and BOOTTIME - MONOTONIC are
    /// exactly the same in every reading, to the nanosecond, unless the wall clock was set or the machine was suspended in
    /// between: the engine takes a difference for a clock set. No clock reads ahead of the machine's own (INV-2).
    /// </remarks>
    ClockReadings Read();

    /// <summary>
    /// The three clocks from one reading of MONOTONIC, and the differences that were true when <see cref="Read()"/> last looked. From any
    /// thread.
    /// </summary>
    /// <remarks>
    /// For whoever asks for MONOTONIC alone: a wall clock set or a resume that nobody has noticed yet may show later, with
    /// <see cref="Read()"/> or <see cref="Wait"/>. It agrees with <see cref="Read()"/> in everything else, and is that where a kernel has
    /// nothing cheaper.
    /// </remarks>
    ClockReadings ReadOnce() => Read();

    /// <summary>Reads one clock, as cheaply as the machine can. From any thread.</summary>
    ClockTime Read(ClockBase clock);

    /// <summary>
    /// Sets the alarm of one clock: <see cref="Wait"/> returns when the clock reads <paramref name="deadline"/> or later, at once when
    /// it already does. Replaces the alarm that was set. From any thread, also while another one waits.
    /// </summary>
    /// <param name="clock">The host clock.</param>
    /// <param name="deadline">A point on the host clock, possibly past or negative; <see cref="ClockTime.Never"/> clears the alarm.</param>
    void SetAlarm(ClockBase clock, ClockTime deadline);

    /// <summary>
    /// Waits until an alarm is due, the wall clock was set, the machine resumed, or <see cref="Interrupt"/> was called. An alarm that
    /// was reported is cleared. The engine's thread alone.
    /// </summary>
    /// <returns>True when the wall clock was set or the machine resumed since the last call.</returns>
    bool Wait();

    /// <summary>Makes the present or the next <see cref="Wait"/> return. From any thread.</summary>
    void Interrupt();
}
