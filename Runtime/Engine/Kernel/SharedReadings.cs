using TimeNs.Clocks;

namespace TimeNs.Runtime.Kernel;

/// <summary>
/// Three clocks that one thread at a time moves and every thread reads: a sequence lock, so that a reader never blocks, never
/// allocates and never sees half of a move.
/// </summary>
/// <remarks>
/// <code>
///   sequence   even: at rest      odd: being written
///   writer     odd, three stores, even          each a release: none passes another
///   reader     sequence, three loads, sequence  each an acquire; again when it was odd or has changed
/// </code>
/// </remarks>
internal sealed class SharedReadings(ClockReadings start)
{
    private long _sequence;
    private long _realtimeNs = start.Realtime.Nanoseconds;
    private long _monotonicNs = start.Monotonic.Nanoseconds;
    private long _boottimeNs = start.Boottime.Nanoseconds;

    /// <summary>The readings of one moment. From any thread.</summary>
    public ClockReadings Read()
    {
        var spin = default(SpinWait);
        while (true)
        {
            var sequence = Volatile.Read(ref _sequence);
            var readings = new ClockReadings(
                new ClockTime(Volatile.Read(ref _realtimeNs)),
                new ClockTime(Volatile.Read(ref _monotonicNs)),
                new ClockTime(Volatile.Read(ref _boottimeNs)));
            if ((sequence & 1) == 0 && Volatile.Read(ref _sequence) == sequence)
            {
                return readings;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Publishes new readings. The caller sees to it that no other thread writes.</summary>
    public void Write(in ClockReadings readings)
    {
        var sequence = _sequence;
        Volatile.Write(ref _sequence, sequence + 1);
        Volatile.Write(ref _realtimeNs, readings.Realtime.Nanoseconds);
        Volatile.Write(ref _monotonicNs, readings.Monotonic.Nanoseconds);
        Volatile.Write(ref _boottimeNs, readings.Boottime.Nanoseconds);
        Volatile.Write(ref _sequence, sequence + 2);
    }
}
