using System.Text.Json;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// Which steps a kernel cannot do, and what hangs by them: the fd or the namespace that such a step has changed is left alone from
/// then on. A step that was refused in simulation has changed nothing. Of a namespace with a REALTIME offset a kernel can do the rest:
/// only what goes by its wall clock is left alone.
/// </summary>
/// <param name="noNamespaces">Why there are no kernel time namespaces; null when there are.</param>
internal sealed class KernelLimits(string? noNamespaces)
{
    private const string Names = "a kernel knows no names of namespaces and fds";
    private const string NoRealtimeOffset = "a kernel has no REALTIME offset";

    private readonly Dictionary<string, int> _lostNamespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lostWallClocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lostFds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _namespaceOf = new(StringComparer.Ordinal);

    /// <summary>The next step of a scenario.</summary>
    /// <param name="step">The step.</param>
    /// <param name="result">What it gives in simulation.</param>
    /// <param name="isFirst">Whether it is the first one.</param>
    /// <returns>Why it cannot be judged, or null; and whether it is done, also when only in part.</returns>
    public (string? Reason, bool IsDone) Check(Step step, JsonElement result, bool isFirst)
    {
        var errno = result.TryGetProperty("errno", out var name) ? name.GetString() : null;
        var reason = Impossible(step, errno, isFirst) ?? Depends(step) ?? (errno is null ? DependsOnWallClock(step) : null);
        if (errno is not null)
        {
            return (reason, reason is null);
        }

        if (step.Verb.Name == "timerfd_create")
        {
            Create(step, isLost: reason is not null);
        }
        else if (reason is not null)
        {
            Lose(step);
        }
        else if (HasRealtimeOffset(step))
        {
            _lostWallClocks[step.Arguments.Get<string>("ns")] = step.Line;
            return (NoRealtimeOffset, IsDone: true);
        }

        return (reason, reason is null);
    }

    private string? Impossible(Step step, string? errno, bool isFirst) => step.Verb.Name switch
    {
        "host" when !isFirst => "a kernel cannot move to another machine",
        "host" when errno is not null => "no clocks of a machine",
        "suspend" or "clock_settime" => $"{step.Verb.Name} would change the clocks of the whole machine",
        "set_offsets" => "the offsets of a kernel namespace are fixed",
        "subscribe" or "unsubscribe" or "freeze" or "thaw" or "checkpoint" or "restore" or "forecast" => $"a kernel has no {step.Verb.Name}",
        "namespace" when errno is not null && HasRealtimeOffset(step) => NoRealtimeOffset,
        "namespace" or "timerfd_create" when IsAboutNames(step, errno) => Names,
        "namespace" => noNamespaces,
        "clock_gettime" when step.Arguments.Get<ClockId>("clock") is (ClockId)2 or (ClockId)3 => "the CPU clocks are in no namespace",
        _ when errno is "ENOENT" or "EEXIST" => Names,
        _ => null,
    };

    private static bool HasRealtimeOffset(Step step) =>
        step.Verb.Name == "namespace" && step.Arguments.Get("realtime", Duration.Zero) != Duration.Zero;

    private static bool IsAboutNames(Step step, string? errno) => errno switch
    {
        "ENOENT" or "EEXIST" => true,
        "EINVAL" when step.Verb.Name == "timerfd_create" =>
            ClockIds.IsTimerClock(step.Arguments.Get<ClockId>("clock"))
            && (step.Arguments.Get("flags", 0) & ~(FlagNames.Nonblock | FlagNames.Cloexec)) == 0,
        "EINVAL" => true,
        _ => false,
    };

    private string? Depends(Step step) =>
        step.Arguments.Has("ns") && _lostNamespaces.TryGetValue(step.Arguments.Get<string>("ns"), out var line) ? DependsOn(line)
        : step.Verb.Name != "timerfd_create" && step.Arguments.Has("fd") && _lostFds.TryGetValue(step.Arguments.Get<string>("fd"), out line) ? DependsOn(line)
        : null;

    private string? DependsOnWallClock(Step step) =>
        step.Verb.Name is "clock_gettime" or "timerfd_create"
        && ClockName.ReadAs(step.Arguments.Get<ClockId>("clock")) == ClockId.Realtime
        && _lostWallClocks.TryGetValue(step.Arguments.Get<string>("ns"), out var line) ? DependsOn(line) : null;

    private void Create(Step step, bool isLost)
    {
        var (fd, ns) = (step.Arguments.Get<string>("fd"), step.Arguments.Get<string>("ns"));
        _namespaceOf[fd] = ns;
        _lostFds.Remove(fd);
        if (isLost)
        {
            _lostFds[fd] = _lostNamespaces.GetValueOrDefault(ns, step.Line);
        }
    }

    /// <summary>What a step that is left out would have changed. Clocks are not among it: what they change shows in simulation.</summary>
    private void Lose(Step step)
    {
        switch (step.Verb.Name)
        {
            case "subscribe":
                _lostFds.TryAdd(step.Arguments.Get<string>("fd"), step.Line);
                break;
            case "namespace" or "set_offsets" or "freeze" or "thaw" or "restore":
            case "checkpoint" when step.Arguments.Get("stop", absent: true):
                LoseNamespace(step.Arguments.Get<string>("ns"), step.Line);
                break;
            default:
                break;
        }
    }

    private void LoseNamespace(string ns, int line)
    {
        _lostNamespaces.TryAdd(ns, line);
        foreach (var (fd, _) in _namespaceOf.Where(entry => entry.Value == ns))
        {
            _lostFds.TryAdd(fd, line);
        }
    }

    public static string DependsOn(int line) => $"it depends on line {line}, which was skipped";
}
