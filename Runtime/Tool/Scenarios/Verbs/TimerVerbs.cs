using System.Text.Json.Nodes;
using TimeNs.Clocks;
using TimeNs.Control.Text;
using TimeNs.Timers;

namespace TimeNs.Tool.Scenarios.Verbs;

/// <summary>The calls on timerfds. Arguments are looked at before the fd, as the kernel does (rules C3, S1).</summary>
internal static class TimerVerbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("timerfd_create", Create, Verb.Required("ns", ArgumentKind.Name), Fd, Verb.Required("clock", ArgumentKind.Clock), Verb.Optional("flags", ArgumentKind.Flags)),
        new("timerfd_settime", SetTime, Fd, Verb.Optional("flags", ArgumentKind.Flags), Verb.Required("value", ArgumentKind.Timespec), Verb.Optional("interval", ArgumentKind.Timespec)),
        new("timerfd_gettime", GetTime, Fd),
        new("read", Read, Fd),
        new("poll", Poll, Fd),
        new("set_ticks", SetTicks, Fd, Verb.Required("ticks", ArgumentKind.Count)),
        new("fdinfo", FdInfo, Fd),
        new("close", Close, Fd),
    ];

    private static ArgumentSpec Fd => Verb.Required("fd", ArgumentKind.Name);

    private static JsonObject Create(ScenarioHost host, StepArguments step)
    {
        var clock = step.Get<ClockId>("clock");
        var flags = step.Get("flags", 0);
        if (!ClockIds.IsTimerClock(clock))
        {
            throw new TimeNamespaceException(Errno.EINVAL, $"{(int)clock} is no clock that timers run on");
        }

        if ((flags & ~(FlagNames.Nonblock | FlagNames.Cloexec)) != 0)
        {
            throw new TimeNamespaceException(Errno.EINVAL, $"timerfd_create takes TFD_NONBLOCK and TFD_CLOEXEC only, not 0x{flags:x}");
        }

        var fd = step.Get<string>("fd");
        var ns = host.Namespace(step.Get<string>("ns"));
        host.Fds.CheckFree(fd);
        host.Fds.Add(fd, ns.CreateTimer(clock, fd));
        return [];
    }

    private static JsonObject SetTime(ScenarioHost host, StepArguments step)
    {
        var setting = TimerSetting.FromTimespec((SettimeFlags)step.Get("flags", 0), step.Get<Timespec>("value"), step.Get("interval", default(Timespec)));
        var result = host.Fds.Get(step.Get<string>("fd")).Set(setting);
        return result.Canceled
            ? throw new TimeNamespaceException(Errno.ECANCELED, "The wall clock was set under the timer; the new setting is in force all the same")
            : new JsonObject { ["old_value"] = Json.OfNanoseconds(result.Old.ValueNs), ["old_interval"] = Json.OfNanoseconds(result.Old.IntervalNs) };
    }

    private static JsonObject GetTime(ScenarioHost host, StepArguments step)
    {
        var timer = host.Fds.Get(step.Get<string>("fd")).Get();
        return new JsonObject { ["value"] = Json.OfNanoseconds(timer.ValueNs), ["interval"] = Json.OfNanoseconds(timer.IntervalNs) };
    }

    private static JsonObject Read(ScenarioHost host, StepArguments step) =>
        host.Fds.Get(step.Get<string>("fd")).TryRead(out var tick) switch
        {
            ReadStatus.Ticks => new JsonObject { ["expirations"] = tick.Expirations },
            ReadStatus.Canceled => throw new TimeNamespaceException(Errno.ECANCELED, "The wall clock was set under the timer"),
            ReadStatus.SteppedBack => throw new TimeNamespaceException(Errno.EAGAIN, "The wall clock was stepped back to before the expiration"),
            _ => throw new TimeNamespaceException(Errno.EAGAIN, "No expiration since the last read"),
        };

    private static JsonObject Poll(ScenarioHost host, StepArguments step) =>
        new() { ["readable"] = host.Fds.Get(step.Get<string>("fd")).IsReadable };

    private static JsonObject SetTicks(ScenarioHost host, StepArguments step) =>
        host.Fds.Get(step.Get<string>("fd")).SetTicks(step.Get<ulong>("ticks"))
            ? []
            : throw new TimeNamespaceException(Errno.ECANCELED, "The wall clock was set under the timer; its ticks are as they were");

    private static JsonObject FdInfo(ScenarioHost host, StepArguments step) =>
        new() { ["text"] = host.Fds.Get(step.Get<string>("fd")).DescribeFd() };

    private static JsonObject Close(ScenarioHost host, StepArguments step)
    {
        var fd = step.Get<string>("fd");
        host.Fds.Get(fd).Dispose();
        host.ForgetClosed();
        return [];
    }
}
