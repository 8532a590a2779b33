namespace TimeNs.Tests.Simulation;

/// <summary>What the fixed seeds must do at least once, so that the simulator cannot silently stop doing it.</summary>
internal static class SimulationCoverage
{
    public static IEnumerable<string> Expected => Enum.GetNames<SimVerb>();
}
