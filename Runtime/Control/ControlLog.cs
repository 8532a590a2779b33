using Microsoft.Extensions.Logging;

namespace TimeNs.Control;

/// <summary>What the control interface logs, with stable ids from 100 on.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(100, LogLevel.Error, "The call {Call} failed")]
    public static partial void CallFailed(ILogger logger, string call, Exception exception);

    [LoggerMessage(101, LogLevel.Warning, "An event stream of client {Client} was cut off: its reader took nothing")]
    public static partial void SlowReaderDropped(ILogger logger, long client);

    [LoggerMessage(102, LogLevel.Warning, "Client {Client} was refused a connection: it has as many as it may")]
    public static partial void ConnectionRefused(ILogger logger, long client);

    [LoggerMessage(103, LogLevel.Error, "The changed options are not used: {Reason}")]
    public static partial void OptionsRefused(ILogger logger, string reason);

    [LoggerMessage(104, LogLevel.Warning, "A connection was refused: the kernel does not say who its peer is")]
    public static partial void PeerUnknown(ILogger logger, Exception exception);
}
