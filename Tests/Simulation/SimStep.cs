namespace TimeNs.Tests.Simulation;

/// <summary>What a random step does.</summary>
internal enum SimVerb
{
    CreateNamespace, CloseNamespace, CreateTimer, CloseTimer, Set, SetBad, Get, Read, ReadBytes, SetTicks, Subscribe, SubscribeSlowly, Unsubscribe, Drain,
    SubscribeChanges, Await, CancelAwait, Provide, ChangeProvided, Schedule, CloseFace, Advance, AdvanceAll, Suspend, SetHostClock,
    SetOffsets, SetBadOffsets, SetRealtime, Freeze, Thaw, Checkpoint, Restore, Move, Twin, Damage, Forecast, CrashHost, StopHost,
}

/// <summary>
/// One random step. The numbers are raw: <see cref="SimulatedWorld"/> gives them their meaning, so that a step fits any state and a run can
/// be shortened anywhere.
/// </summary>
internal readonly record struct SimStep(SimVerb Verb, int Host, int Who, int Which, int Flags, long Value, long Interval, int Policy, ulong Seed)
{
    private static readonly (int Weight, SimVerb Verb)[] Weights =
    [
        (9, SimVerb.CreateNamespace), (3, SimVerb.CloseNamespace), (24, SimVerb.CreateTimer), (6, SimVerb.CloseTimer), (80, SimVerb.Set), (3, SimVerb.SetBad),
        (12, SimVerb.Get), (20, SimVerb.Read), (3, SimVerb.ReadBytes), (6, SimVerb.SetTicks), (42, SimVerb.Subscribe), (12, SimVerb.SubscribeSlowly),
        (6, SimVerb.Unsubscribe), (12, SimVerb.Drain), (3, SimVerb.SubscribeChanges), (12, SimVerb.Await), (3, SimVerb.CancelAwait), (6, SimVerb.Provide),
        (3, SimVerb.ChangeProvided), (9, SimVerb.Schedule), (3, SimVerb.CloseFace), (72, SimVerb.Advance), (6, SimVerb.AdvanceAll), (9, SimVerb.Suspend),
        (14, SimVerb.SetHostClock), (16, SimVerb.SetOffsets), (6, SimVerb.SetBadOffsets), (14, SimVerb.SetRealtime), (12, SimVerb.Freeze), (12, SimVerb.Thaw),
        (16, SimVerb.Checkpoint), (10, SimVerb.Restore), (21, SimVerb.Move), (12, SimVerb.Twin), (6, SimVerb.Damage), (6, SimVerb.Forecast),
        (1, SimVerb.CrashHost), (1, SimVerb.StopHost),
    ];

    public static SimStep[] Sequence(ulong seed, int count)
    {
        var dice = new Dice(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Next(dice))];
    }

    private static SimStep Next(Dice dice) => new(
        AnyVerb(dice), dice.Next(1 << 16), dice.Next(1 << 16), dice.Next(1 << 16), dice.Pick(0, 0, 0, 1, 1, 1, 2, 3, 3, 3), AnyValue(dice), AnyInterval(dice), dice.Next(24), dice.Next());

    private static SimVerb AnyVerb(Dice dice)
    {
        var place = dice.Next(Weights.Sum(static w => w.Weight));
        return Weights.First(w => (place -= w.Weight) < 0).Verb;
    }

    /// <summary>Nanoseconds. Mostly multiples of 500, so that deadlines meet; sometimes the ends of the range.</summary>
    private static long AnyValue(Dice dice) => dice.Next(20) switch
    {
        < 13 => dice.Next(13) * 500L,
        < 17 => dice.Between(-6_000, 12_000),
        < 18 => dice.Between(-50, 50) * 1_000_000_000,
        18 => dice.Between(1, 1_000_000) * 1_000_000_000,
        _ => dice.Pick(1, 9_223_372_035_999_999_999, 9_223_372_036_000_000_000, long.MaxValue - 50, long.MaxValue,
            4_611_686_018_999_999_000, 4_611_686_019_000_000_000, -4_611_686_018_999_999_000, long.MinValue),
    };

    private static long AnyInterval(Dice dice) => dice.Next(20) switch
    {
        < 6 => 0,
        < 14 => dice.Pick(500L, 1000, 1500, 700),
        < 18 => dice.Between(1, 4_000),
        18 => dice.Pick(1_000_000_000L, 3_600_000_000_000),
        _ => dice.Pick(1, long.MaxValue, long.MaxValue - 7),
    };
}
