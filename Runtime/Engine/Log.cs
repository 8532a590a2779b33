using Microsoft.Extensions.Logging;

namespace TimeNs.Runtime;

/// <summary>What the engine logs. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Engine started on kernel {Kernel}")]
    public static partial void Started(ILogger logger, string kernel);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Engine stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "An observer of {Source} threw and has lost its subscription")]
    public static partial void ObserverFaulted(ILogger logger, string source, Exception exception);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "A callback threw: of a TimeProvider timer or of a scheduled action")]
    public static partial void CallbackFaulted(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "The host's wall clock moved against MONOTONIC by {ByNs} ns ({Reason})")]
    public static partial void HostClockMoved(ILogger logger, long byNs, ClockChangeReason reason);

    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "The kernel threw while the engine disposed of it")]
    public static partial void KernelDisposeFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6, Level = LogLevel.Critical, Message = "The kernel failed; the engine has stopped and every timer with it")]
    public static partial void EngineFailed(ILogger logger, Exception exception);
}
