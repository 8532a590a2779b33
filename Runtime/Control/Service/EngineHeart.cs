using TimeNs.Clocks;
using TimeNs.Runtime;

namespace TimeNs.Control.Service;

/// <summary>
/// Whether the engine's thread still comes round: a timer of the engine itself notes the time, and only as long as it expires does that time
/// go on. A thread that an observer keeps, or that waits for ever, shows here, however well the calls are answered.
/// </summary>
internal sealed class EngineHeart : IDisposable
{
    /// <summary>A beat that is this late is none: longer than any change of time or any checkpoint keeps the engine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly TimeRuntime _runtime;
    private readonly ITimer _beats;
    private long _lastNs;

    public EngineHeart(TimeRuntime runtime)
    {
        _runtime = runtime;
        Note();
        _beats = runtime.Own.TimeProvider.CreateTimer(static self => ((EngineHeart)self!).Note(), this, Beat, Beat);
    }

    /// <summary>From any thread; MONOTONIC, so that a machine that slept is not taken for an engine that hangs.</summary>
    public bool IsStuck => IsStuckAt(_runtime.ReadClocks().Monotonic);

    public bool IsStuckAt(ClockTime now) => now.Since(new ClockTime(Volatile.Read(ref _lastNs))) > Patience.Ticks * 100;

    public void Dispose() => _beats.Dispose();

    private void Note() => Volatile.Write(ref _lastNs, _runtime.ReadClocks().Monotonic.Nanoseconds);
}
