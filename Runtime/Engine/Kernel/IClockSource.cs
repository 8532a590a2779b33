namespace TimeNs.Runtime.Kernel;

/// <summary>The raw clocks of a machine, in nanoseconds. From any thread; never fails, allocates nothing.</summary>
internal interface IClockSource
{
    /// <summary>The clock that is never set and never goes back.</summary>
    long MonotonicNs();

    /// <summary>The wall clock.</summary>
    long RealtimeNs();

    /// <summary>The monotonic clock that counts suspends; the same as <see cref="MonotonicNs"/> where there is no other.</summary>
    long BoottimeNs();

    /// <summary>REALTIME - MONOTONIC to the nanosecond, where the machine can tell it.</summary>
    /// <returns>False when it cannot, or not now.</returns>
    bool TryWallOffset(out long wallOffsetNs);
}
