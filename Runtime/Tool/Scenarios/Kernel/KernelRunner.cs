using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>Runs the steps of one scenario, in order, on real timerfds in real time.</summary>
/// <remarks>
/// An <c>advance</c> sleeps until the scenario's beginning plus all that it has advanced, so that the time that steps take does not
/// add up.
/// </remarks>
internal sealed class KernelRunner : IDisposable
{
    private readonly Scenario _scenario;
    private readonly KernelPlan _plan;
    private readonly KernelMachine _machine;
    private readonly ResultComparison _comparison;
    private readonly Dictionary<string, KernelTimer> _timers = new(StringComparer.Ordinal);
    private long _now;

    /// <summary>Makes the plan, starts the machine, and returns at the scenario's beginning.</summary>
    public KernelRunner(Scenario scenario, Duration tolerance)
    {
        var noNamespaces = NamespaceLauncher.WhyNot();
        _scenario = scenario;
        _plan = new KernelPlan(scenario, tolerance, noNamespaces);
        _comparison = ResultComparison.Within(tolerance.ToInt64Nanoseconds());
        _machine = KernelMachine.Start(_plan, noNamespaces);
        _now = _machine.Beginning;
    }

    /// <summary>Refuses a scenario that would take too long.</summary>
    /// <exception cref="ToolException">Its advances are longer than that, taken together.</exception>
    public static Scenario CheckLength(Scenario scenario, Duration max)
    {
        var total = scenario.Steps.Where(static s => s.Verb.Name == "advance").Aggregate(Duration.Zero, static (sum, s) => sum + s.Arguments.Get<Duration>("by"));
        return total <= max ? scenario : throw new ToolException(
            $"{scenario.File}: it would take {total.TotalSeconds:0.###} s of real time, more than {max.TotalSeconds:0.###} s (--max)");
    }

    /// <summary>The steps, each when its time has come.</summary>
    public IEnumerable<StepResult> Run()
    {
        for (var i = 0; i < _scenario.Steps.Count; i++)
        {
            yield return Run(i);
        }
    }

    public void Dispose() => _machine.Dispose();

    private StepResult Run(int index)
    {
        var step = _scenario.Steps[index];
        if (_plan.IsOmitted(index))
        {
            return StepResult.Skip(step, _plan.Reason(index)!);
        }

        var (result, reason) = Do(step);
        return (reason ?? _plan.Reason(index)) is { } skipped
            ? StepResult.Skip(step, skipped)
            : new StepResult(step, Json.Compose(result, []), comparison: _comparison);
    }

    /// <summary>The result, or why there is none that could be judged.</summary>
    private (JsonObject Result, string? Reason) Do(Step step)
    {
        switch (step.Verb.Name)
        {
            case "host":
                return ([], null);
            case "advance":
                _now += step.Arguments.Get<Duration>("by").ToInt64Nanoseconds();
                KernelCalls.SleepUntil(_now);
                return ([], null);
            case "namespace":
                return (Make(_machine.Find(step.Arguments.Get<string>("ns"))!), null);
            case "clock_gettime":
                return (ReadClock(step), null);
            case "timerfd_create":
                return Create(step);
            default:
                var fd = step.Arguments.Get<string>("fd");
                return _timers.TryGetValue(fd, out var timer) ? timer.Do(step) : (_machine.Find(KernelMachine.Host)!.Do(StepText.Of(step)), null);
        }
    }

    private static JsonObject Make(KernelWorld world) => world.Errno == 0 ? [] : new JsonObject
    {
        ["errno"] = KernelCalls.NameOf(world.Errno),
        ["message"] = KernelCalls.MessageOf("timens_offsets", world.Errno),
    };

    private JsonObject ReadClock(Step step)
    {
        var world = _machine.Find(step.Arguments.Get<string>("ns"))!;
        var result = world.Do(StepText.Of(step));
        if (ClockName.ReadAs(step.Arguments.Get<ClockId>("clock")) is { } clock)
        {
            world.ToScenario(clock.Base(), result);
        }

        return result;
    }

    private (JsonObject Result, string? Reason) Create(Step step)
    {
        var world = _machine.Find(step.Arguments.Get<string>("ns"))!;
        var result = world.Do(StepText.Of(step));
        var timer = new KernelTimer(world, step.Arguments.Get<ClockId>("clock"));
        if (!result.ContainsKey("errno"))
        {
            _timers[step.Arguments.Get<string>("fd")] = timer;
            return (result, null);
        }

        // Every other check comes before this one (rule C3), so the machine alone is in the way.
        if (result["errno"]!.GetValue<string>() != nameof(Errno.EPERM))
        {
            return (result, null);
        }

        timer.Lose(step.Line);
        _timers[step.Arguments.Get<string>("fd")] = timer;
        return (result, "ALARM clocks need CAP_WAKE_ALARM");
    }
}
