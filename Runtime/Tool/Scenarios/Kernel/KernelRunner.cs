using System.Text.Json.Nodes;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>Runs the steps of one scenario, in order, on real timerfds in real time.</summary>
/// <remarks>
/// An <c>advance</c> sleeps until the scenario's beginning plus all that it has advanced, so that the time that steps take does not
/// add up. Once nothing more is done than that, it does not sleep.
/// </remarks>
internal sealed class KernelRunner : IDisposable
{
    private const string Refused = "its namespace was refused";

    private readonly Scenario _scenario;
    private readonly KernelPlan _plan;
    private readonly KernelMachine _machine;
    private readonly ResultComparison _comparison;
    private readonly Dictionary<string, KernelTimer> _timers = new(StringComparer.Ordinal);
    private readonly long _toleranceNs;
    private long _now;

    /// <summary>Starts the machine, and returns at the scenario's beginning.</summary>
    public KernelRunner(Scenario scenario, KernelPlan plan, Duration tolerance)
    {
        _scenario = scenario;
        _plan = plan;
        _toleranceNs = tolerance.ToInt64Nanoseconds();
        _comparison = ResultComparison.Within(_toleranceNs);
        _machine = KernelMachine.Start(_plan, KernelSupport.Find());
        _now = _machine.Beginning;
    }

    /// <summary>Makes the plan, and refuses a scenario that would take too long.</summary>
    /// <exception cref="ToolException">The advances that are waited for are longer than that, taken together.</exception>
    public static KernelPlan Plan(Scenario scenario, Duration tolerance, Duration max)
    {
        var plan = new KernelPlan(scenario, tolerance, KernelSupport.Find().NoNamespaces);
        return plan.Length <= max ? plan : throw new ToolException(
            $"{scenario.File}: it would take {plan.Length.TotalSeconds:0.###} s of real time, more than {max.TotalSeconds:0.###} s (--max)");
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

        var (result, reason) = Do(step, index);
        var late = Late(step);
        return (reason ?? _plan.Reason(index) ?? late) is { } skipped
            ? StepResult.Skip(step, skipped)
            : new StepResult(step, Json.Compose(result, []), comparison: _comparison);
    }

    /// <summary>What the plan says holds for steps that come late by the tolerance at most; of a timer that met a later one, nothing is known.</summary>
    private string? Late(Step step)
    {
        var late = KernelCalls.ReadClock(KernelCalls.Monotonic) - _now;
        if (late <= _toleranceNs)
        {
            return null;
        }

        if (step.Arguments.Has("fd") && _timers.TryGetValue(step.Arguments.Get<string>("fd"), out var timer))
        {
            timer.Lose(step.Line);
        }

        return $"this machine was {late / 1_000_000} ms late";
    }

    /// <summary>The result, or why there is none that could be judged.</summary>
    private (JsonObject Result, string? Reason) Do(Step step, int index)
    {
        switch (step.Verb.Name)
        {
            case "host":
                return ([], null);
            case "advance":
                _now += step.Arguments.Get<Duration>("by").ToInt64Nanoseconds();
                if (_plan.IsWaitedFor(index))
                {
                    KernelCalls.SleepUntil(_now);
                }

                return ([], null);
            case "namespace":
                return Make(step, index);
            case "clock_gettime":
                return ReadClock(step);
            case "timerfd_create":
                return Create(step);
            default:
                var fd = step.Arguments.Get<string>("fd");
                var done = _timers.TryGetValue(fd, out var timer) ? timer.Do(step) : (_machine.Host.Do(StepText.Of(step)), null);
                if (step.Verb.Name == "close")
                {
                    _timers.Remove(fd);
                }

                return done;
        }
    }

    /// <summary>
    /// The namespace was made before the scenario began, when its clocks read less than they do now: at a bound of what they may read
    /// the kernel and the scenario do not mean the same moment.
    /// </summary>
    private (JsonObject Result, string? Reason) Make(Step step, int index)
    {
        var errno = _machine.Enter(step.Arguments.Get<string>("ns"), step.Line).Errno;
        var result = errno == 0 ? [] : new JsonObject
        {
            ["errno"] = KernelCalls.NameOf(errno),
            ["message"] = KernelCalls.MessageOf("timens_offsets", errno),
        };
        var expected = _plan.Results[index].TryGetProperty("errno", out _);
        return (result, expected == (errno != 0) ? null : "too close to call: a namespace is made before the scenario begins, when its clocks read less");
    }

    private (JsonObject Result, string? Reason) ReadClock(Step step)
    {
        var world = _machine.Find(step.Arguments.Get<string>("ns"));
        if (world.Errno != 0)
        {
            return ([], Refused);
        }

        var result = world.Do(StepText.Of(step));
        var clock = step.Arguments.Get<ClockId>("clock");
        if (ClockName.ReadAs(clock) is { } readAs)
        {
            world.ToScenario(readAs.Base(), result, Beside(clock, readAs));
        }

        // The kernel reads the ALARM clocks through a real-time clock device, which a virtual machine may lack.
        return (result, clock.IsAlarm() && result.ContainsKey("errno") ? "this machine has no device behind its ALARM clocks" : null);
    }

    /// <summary>RAW and TAI go beside the clock that a scenario takes them for: nobody slews the one, the other leaves out leap seconds.</summary>
    private static long Beside(ClockId clock, ClockId readAs) => (int)clock is 4 or 11 && KernelCalls.ReadClock((int)clock, out var now) == 0
        ? KernelCalls.ReadClock((int)readAs) - now.ToNanoseconds()
        : 0;

    private (JsonObject Result, string? Reason) Create(Step step)
    {
        var fd = step.Arguments.Get<string>("fd");
        if (_timers.TryGetValue(fd, out var open) && !open.IsLost)
        {
            return ([], "an fd of that name is open, since the step that would have closed it was skipped");
        }

        var world = _machine.Find(step.Arguments.Get<string>("ns"));
        var timer = new KernelTimer(world, step.Arguments.Get<ClockId>("clock"));
        if (world.Errno != 0)
        {
            timer.Lose(step.Line);
            _timers[fd] = timer;
            return ([], Refused);
        }

        var result = world.Do(StepText.Of(step));
        if (!result.ContainsKey("errno"))
        {
            _timers[fd] = timer;
            return (result, null);
        }

        // Every other check comes before this one (rule C3), so the machine alone is in the way.
        if (result["errno"]!.GetValue<string>() != nameof(Errno.EPERM))
        {
            return (result, null);
        }

        timer.Lose(step.Line);
        _timers[fd] = timer;
        return (result, "ALARM clocks need CAP_WAKE_ALARM");
    }
}
