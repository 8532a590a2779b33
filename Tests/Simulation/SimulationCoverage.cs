namespace TimeNs.Tests.Simulation;

/// <summary>What the fixed seeds must do at least once, so that the simulator cannot silently stop doing it.</summary>
internal static class SimulationCoverage
{
    private static readonly string[] Refusals =
    [
        "Checkpoint: EINVAL", "Checkpoint: EOPNOTSUPP", "CloseNamespace: EBUSY", "CreateNamespace: EEXIST", "CreateNamespace: ERANGE", "CreateTimer: EEXIST",
        "CreateTimer: EINVAL", "Freeze: EINVAL", "Thaw: EINVAL", "Read: EAGAIN", "Read: ECANCELED", "Restore: EEXIST", "Set: EINVAL", "Set: ECANCELED",
        "SetHostClock: EINVAL", "SetOffsets: EACCES", "SetOffsets: ERANGE", "SetRealtime: EACCES", "SetRealtime: ERANGE", "SetTicks: EINVAL",
    ];

    private static readonly string[] Answers =
    [
        "Await: ok", "Await: waits", "CancelAwait: ok", "ChangeProvided: True", "CloseFace: ok", "Forecast: ok", "Provide: ok", "Read: ok", "ReadBytes: ok",
        "Restore: missed count", "Restore: missed one", "Restore: missed skip", "Schedule: ok", "ScheduleAt: ok", "SchedulePeriodic: ok", "Set: ok", "SetOffsets: ok",
        "SetRealtime: ok", "SetTicks: ok", "Stop: ok", "SubscribeChanges: ok", "Suspend: ok", "Thaw: missed count", "Thaw: missed one", "Thaw: missed skip",
    ];

    private static readonly string[] Crashes =
    [
        .. Enumerable.Range(0, 8).Select(static moment => $"Save: died at moment {moment}"),
        "Save: died after it", "Save: the old image after a crash", "Save: the new image after a crash", "Save: no image after a crash",
    ];

    private static readonly string[] Damages = ["Damage: cut short", "Damage: too long", "Damage: blanked", "Damage: flipped"];

    private static readonly string[] Told =
    [
        "told: ticks", "told: ECANCELED", "told: ran", "told: canceled", "told: end", "told: a slow observer threw", "told: change Frozen",
        "told: change HostClockSet", "told: change HostResumed", "told: change OffsetsSet", "told: change RealtimeSet", "told: change Restored", "told: change Thawed",
        "told: listener Restored",
    ];

    /// <summary>What observers do inside OnNext; throwing is counted by the runtime.</summary>
    private static readonly string[] Observers =
    [
        .. new[]
        {
            Act.Checkpoint, Act.CloseNamespace, Act.CloseTimer, Act.CreateTimer, Act.Freeze, Act.Probe, Act.Read, Act.Set, Act.SetOffsets, Act.SetRealtime,
            Act.Subscribe, Act.Thaw, Act.Unsubscribe,
        }.Select(static act => $"observer: {act}"),
        "observer: threw",
    ];

    public static IEnumerable<string> Expected => [.. Enum.GetNames<SimVerb>(), .. Refusals, .. Answers, .. Crashes, .. Damages, .. Told, .. Observers];
}
