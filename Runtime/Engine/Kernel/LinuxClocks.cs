namespace TimeNs.Runtime.Kernel;

/// <summary>The clocks of Linux, through the vDSO.</summary>
internal readonly struct LinuxClocks : IClockSource
{
    /// <inheritdoc/>
    public long MonotonicNs() => LinuxNative.ReadClock(LinuxNative.ClockMonotonic);

    /// <inheritdoc/>
    public long RealtimeNs() => LinuxNative.ReadClock(LinuxNative.ClockRealtime);

    /// <inheritdoc/>
    public long BoottimeNs() => LinuxNative.ReadClock(LinuxNative.ClockBoottime);

    /// <inheritdoc/>
    /// <remarks>
    /// The coarse clocks stand between two ticks of the kernel and carry the same fraction of a nanosecond: read within one tick they
    /// are apart by <c>wall_to_monotonic</c> exactly (<c>update_vsyscall</c>). The precise ones can only bracket it.
    /// </remarks>
    public bool TryWallOffset(out long wallOffsetNs)
    {
        var before = LinuxNative.ReadClock(LinuxNative.ClockMonotonicCoarse);
        for (var tries = 0; tries < 8; tries++)
        {
            var realtime = LinuxNative.ReadClock(LinuxNative.ClockRealtimeCoarse);
            var after = LinuxNative.ReadClock(LinuxNative.ClockMonotonicCoarse);
            wallOffsetNs = realtime - after;
            if (before == after)
            {
                return true;
            }

            before = after;
        }

        wallOffsetNs = 0;
        return false;
    }
}
