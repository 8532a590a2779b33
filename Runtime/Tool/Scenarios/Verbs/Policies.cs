using TimeNs.Images;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>The words of a restore policy, in scenarios and on the command line: a preset, and single clocks that override it.</summary>
internal static class Policies
{
    public static (string Word, RestorePolicy Value)[] Presets { get; } =
        [("suspend", RestorePolicy.Suspend), ("criu", RestorePolicy.Criu), ("gvisor", RestorePolicy.Gvisor)];

    public static (string Word, ClockPolicy Value)[] OfRealtime { get; } = [("wall", ClockPolicy.Wall), ("frozen", ClockPolicy.Frozen)];

    public static (string Word, ClockPolicy Value)[] OfOthers { get; } = [("frozen", ClockPolicy.Frozen), ("elapsed", ClockPolicy.Elapsed)];

    public static (string Word, MissedTicks Value)[] OfMissed { get; } =
        [("count", MissedTicks.Count), ("one", MissedTicks.One), ("skip", MissedTicks.Skip)];

    /// <summary>The arguments of a restore. A thaw takes all but the preset.</summary>
    public static ArgumentSpec[] Arguments(bool withPreset) =>
    [
        .. withPreset ? new[] { Verb.Optional("clocks", ArgumentKind.OneOf(Presets)) } : [],
        Verb.Optional("realtime", ArgumentKind.OneOf(OfRealtime)),
        Verb.Optional("monotonic", ArgumentKind.OneOf(OfOthers)),
        Verb.Optional("boottime", ArgumentKind.OneOf(OfOthers)),
        Verb.Optional("missed", ArgumentKind.OneOf(OfMissed)),
    ];

    public static RestorePolicy Read(StepArguments step)
    {
        var preset = step.Get("clocks", RestorePolicy.Suspend);
        return preset with
        {
            Realtime = step.Get("realtime", preset.Realtime),
            Monotonic = step.Get("monotonic", preset.Monotonic),
            Boottime = step.Get("boottime", preset.Boottime),
            Missed = step.Get("missed", preset.Missed),
        };
    }
}
