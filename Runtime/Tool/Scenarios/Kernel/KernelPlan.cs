using System.Text.Json;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// What of a scenario can be done on a kernel and what of that can be judged, decided before any real time passes, by simulation.
/// </summary>
/// <remarks>
/// A step is left out when a kernel cannot do it (<see cref="KernelLimits"/>). It is done but not judged when its result is another
/// once those are left out, so that it depends on one of them; and when it is another once any one step comes late by the tolerance,
/// so that the machine's speed would decide (a deadline 1 ns after an <c>advance</c>).
/// </remarks>
internal sealed class KernelPlan
{
    private readonly Scenario _scenario;
    private readonly bool[] _omitted;
    private readonly string?[] _reasons;

    /// <param name="scenario">The scenario.</param>
    /// <param name="tolerance">How late a step may come.</param>
    /// <param name="noNamespaces">Why there are no kernel time namespaces; null when there are.</param>
    public KernelPlan(Scenario scenario, Duration tolerance, string? noNamespaces)
    {
        _scenario = scenario;
        var whole = Rehearsal.Run(scenario);
        var limits = new KernelLimits(noNamespaces);
        var checks = scenario.Steps.Select((step, i) => limits.Check(step, whole[i], isFirst: i == 0)).ToArray();
        _reasons = [.. checks.Select(static check => check.Reason)];
        _omitted = [.. checks.Select(static check => !check.IsDone)];
        Results = Rehearsal.Run(scenario, _omitted, lateAt: -1, Duration.Zero);
        Mark(whole, ResultComparison.ByValue, 0, "it depends on a step that was skipped");
        for (var late = 0; late < _reasons.Length; late++)
        {
            if (!_omitted[late] && scenario.Steps[late].Verb.Name is not ("host" or "namespace" or "advance"))
            {
                var results = Rehearsal.Run(scenario, _omitted, late, tolerance);
                Mark(results, ResultComparison.Late(tolerance.ToInt64Nanoseconds()), late,
                    $"too close to call: it would be another if line {scenario.Steps[late].Line} came {DurationText.Format(tolerance.ToInt64Nanoseconds())} later");
            }
        }
    }

    /// <summary>What each step that is done gives in simulation.</summary>
    public JsonElement[] Results { get; }

    /// <summary>Whether a step is not done at all.</summary>
    public bool IsOmitted(int step) => _omitted[step];

    /// <summary>Why a step is not judged; null when it is.</summary>
    public string? Reason(int step) => _reasons[step];

    /// <summary>Whether a step after this one, or this one, shows that time has passed: if none does, nobody need wait.</summary>
    public bool IsWaitedFor(int advance) => Enumerable.Range(advance, _reasons.Length - advance).Any(i =>
        !_omitted[i] && (_scenario.Steps[i].Verb.Name is not ("advance" or "host") || (_scenario.Steps[i].Expect is not null && _reasons[i] is null)));

    /// <summary>The real time that the advances take.</summary>
    public Duration Length => _scenario.Steps
        .Where((step, i) => step.Verb.Name == "advance" && IsWaitedFor(i))
        .Aggregate(Duration.Zero, static (sum, step) => sum + step.Arguments.Get<Duration>("by"));

    /// <summary>What the clocks of the host read at first.</summary>
    public ClockReadings Start
    {
        get
        {
            var absent = ScenarioHost.DefaultReadings;
            return _scenario.Steps is [{ Verb.Name: "host" } host, ..] && !_omitted[0]
                ? new ClockReadings(
                    host.Arguments.Has("realtime") ? ClockTime.FromInstant(host.Arguments.Get<Instant>("realtime")) : absent.Realtime,
                    host.Arguments.Has("monotonic") ? ClockTime.FromSinceZero(host.Arguments.Get<Duration>("monotonic")) : absent.Monotonic,
                    host.Arguments.Has("boottime") ? ClockTime.FromSinceZero(host.Arguments.Get<Duration>("boottime")) : absent.Boottime)
                : absent;
        }
    }

    /// <summary>The namespaces that the kernel is to make: the line of the step, and the offsets.</summary>
    public IEnumerable<(int Line, NamespaceOffsets Offsets)> Namespaces => _scenario.Steps
        .Where((step, i) => step.Verb.Name == "namespace" && !_omitted[i])
        .Select(static step => (step.Line, new NamespaceOffsets(Nanoseconds(step, "monotonic"), Nanoseconds(step, "boottime"))));

    private static long Nanoseconds(Step step, string clock) =>
        ClockTime.FromSinceZero(step.Arguments.Get(clock, Duration.Zero)).Nanoseconds;

    private void Mark(JsonElement[] others, ResultComparison comparison, int from, string reason)
    {
        for (var i = from; i < _reasons.Length; i++)
        {
            if (_reasons[i] is null && !comparison.Matches(Results[i], others[i]))
            {
                _reasons[i] = reason;
            }
        }
    }
}
