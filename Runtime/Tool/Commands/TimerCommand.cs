using System.CommandLine;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens timer</c>: the timers of a namespace.</summary>
internal static class TimerCommand
{
    public static Command Create(ServiceVerbs verbs) => verbs.Group("timer", "Create, see, set and read the timers of a namespace.",
        TimerCreateCommand.Create(verbs), TimerListCommand.Create(verbs), TimerShowCommand.Create(verbs),
        TimerSetCommand.Create(verbs), TimerReadCommand.Create(verbs), TimerDeleteCommand.Create(verbs));
}
