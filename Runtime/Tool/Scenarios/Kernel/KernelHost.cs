using System.Text;
using System.Text.Json.Nodes;
using TimeNs.Clocks;
using TimeNs.Control.Text;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>
/// The steps of a scenario as real calls on real timerfds, in whatever time namespace this process is: the process that
/// <c>timens kernel-host</c> is. A line on its input is a step as in a scenario file, a line on its output the result.
/// </summary>
internal sealed class KernelHost
{
    /// <summary>A number that no process gives to an fd: the calls find it closed.</summary>
    private const int NeverOpen = int.MaxValue;

    private static readonly string[] TimerLines = ["clockid:", "ticks:", "settime flags:", "it_value:", "it_interval:"];

    private readonly Dictionary<string, int> _fds = new(StringComparer.Ordinal);

    /// <summary>Does steps until there are no more, after a first line that says that it can.</summary>
    public void Serve(TextReader input, TextWriter output)
    {
        for (var reply = "{}"; reply is not null; reply = input.ReadLine() is { } line ? Do(line) : null)
        {
            output.WriteLine(reply);
            output.Flush();
        }
    }

    private string Do(string line)
    {
        var step = ScenarioParser.Parse("kernel-host", Encoding.UTF8.GetBytes(line)).Steps[0];
        return Encoding.UTF8.GetString(Json.Compose(Do(step.Verb.Name, step.Arguments), []).Span);
    }

    private JsonObject Do(string verb, StepArguments step) => verb switch
    {
        "clock_gettime" => Result("clock_gettime", KernelCalls.ReadClock((int)step.Get<ClockId>("clock"), out var now), new() { ["time"] = Json.Of(now) }),
        "timerfd_create" => Create(step),
        "timerfd_settime" => SetTime(step),
        "timerfd_gettime" => Result("timerfd_gettime", KernelCalls.GetTimer(Fd(step), out var timer), new() { ["value"] = Json.Of(timer.Value), ["interval"] = Json.Of(timer.Interval) }),
        "read" => Result("read", KernelCalls.ReadTicks(Fd(step), out var ticks), new() { ["expirations"] = ticks }),
        "poll" => Result("poll", KernelCalls.Poll(Fd(step), out var readable), new() { ["readable"] = readable }),
        "set_ticks" => Result("ioctl", KernelCalls.SetTicks(Fd(step), step.Get<ulong>("ticks")), []),
        "fdinfo" => FdInfo(Fd(step)),
        "close" => Close(step),
        _ => throw new InvalidOperationException($"{verb} is no call of a kernel"),
    };

    private int Fd(StepArguments step) => _fds.GetValueOrDefault(step.Get<string>("fd"), NeverOpen);

    /// <summary>Non-blocking whatever the flags say, as every fd of a scenario is.</summary>
    private JsonObject Create(StepArguments step)
    {
        var flags = step.Get("flags", 0) | FlagNames.Nonblock | FlagNames.Cloexec;
        var errno = KernelCalls.CreateTimer((int)step.Get<ClockId>("clock"), flags, out var fd);
        if (errno == 0)
        {
            _fds[step.Get<string>("fd")] = fd;
        }

        return Result("timerfd_create", errno, []);
    }

    private JsonObject SetTime(StepArguments step)
    {
        var setting = new KernelCalls.Setting { Value = step.Get<Timespec>("value"), Interval = step.Get("interval", default(Timespec)) };
        var errno = KernelCalls.SetTimer(Fd(step), step.Get("flags", 0), setting, out var old);
        return Result("timerfd_settime", errno, new() { ["old_value"] = Json.Of(old.Value), ["old_interval"] = Json.Of(old.Interval) });
    }

    private JsonObject Close(StepArguments step)
    {
        var fd = Fd(step);
        _fds.Remove(step.Get<string>("fd"));
        return Result("close", KernelCalls.CloseFd(fd), []);
    }

    private static JsonObject FdInfo(int fd)
    {
        var path = $"/proc/self/fdinfo/{fd}";
        if (!File.Exists(path))
        {
            return Result("fdinfo", (int)Errno.EBADF, []);
        }

        var lines = File.ReadLines(path).Where(static line => Array.Exists(TimerLines, start => line.StartsWith(start, StringComparison.Ordinal)));
        return new() { ["text"] = string.Concat(lines.Select(static line => line + "\n")) };
    }

    private static JsonObject Result(string call, int errno, JsonObject result) => errno == 0
        ? result
        : new() { ["errno"] = KernelCalls.NameOf(errno), ["message"] = KernelCalls.MessageOf(call, errno) };
}
