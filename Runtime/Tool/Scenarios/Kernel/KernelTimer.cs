using System.Text.Json.Nodes;
using TimeNs.Clocks;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// An fd of a scenario on the kernel. From a setting that the kernel is known to mistake, until it is closed, nothing is done with it:
/// it would tell of the kernel's faults and not of the scenario.
/// </summary>
internal sealed class KernelTimer(KernelWorld world, ClockId clock)
{
    private const int Absolute = 1;

    private int? _lostAt;
    private bool _armed;
    private bool _showsOldDeadline;

    public bool IsLost => _lostAt is not null;

    /// <summary>Nothing is done with it any more, because of this line.</summary>
    public void Lose(int line) => _lostAt = line;

    /// <summary>The result, or why there is none that could be judged.</summary>
    public (JsonObject Result, string? Reason) Do(Step step)
    {
        if (_lostAt is { } line)
        {
            return ([], KernelLimits.DependsOn(line));
        }

        var faultC = _showsOldDeadline && step.Verb.Name is ("timerfd_gettime" or "timerfd_settime" or "fdinfo")
            ? "kernel fault C: a disarmed ALARM timer shows its old deadline (rule N4')"
            : null;
        var (result, reason) = step.Verb.Name == "timerfd_settime" ? SetTime(step) : (world.Do(StepText.Of(step)), null);
        return (result, reason ?? faultC);
    }

    private (JsonObject Result, string? Reason) SetTime(Step step)
    {
        var text = StepText.Of(step);
        var value = step.Arguments.Get<Timespec>("value");
        var interval = step.Arguments.Get("interval", default(Timespec));
        if ((step.Arguments.Get("flags", 0) & Absolute) != 0)
        {
            var mistake = world.Mistakes(clock, value, interval);
            var translated = world.ToKernel(clock, value);
            if (mistake is not null || (translated is null && interval != default))
            {
                Lose(step.Line);
                return ([], mistake ?? "the deadline is before this machine's clock began");
            }

            text["value"] = Json.Of(translated ?? new Timespec(0, 1));
        }

        var result = world.Do(text);
        if (!result.ContainsKey("errno"))
        {
            _showsOldDeadline = clock.IsAlarm() && value == default && (_armed || _showsOldDeadline);
            _armed = value != default;
        }

        return (result, null);
    }
}
