namespace TimeNs.Bench.Goals;

/// <summary>Every race, in the order in which they are run.</summary>
internal static class GoalList
{
    public static IReadOnlyList<Race> All(GoalScale scale) =>
    [
        .. ExpiryRaces.All(scale),
        .. ChangeRaces.All(scale),
        .. RealTimeRaces.All(scale),
        .. NamespaceRaces.All(scale),
        .. MemoryRaces.All(scale),
    ];
}
