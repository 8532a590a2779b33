using Microsoft.Extensions.Logging;

namespace TimeNs.Control.Service;

/// <summary>What the service logs of its configuration and its state, with stable ids from 200 on.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(200, LogLevel.Information, "{File} is applied; namespaces that it changed: {Count}")]
    public static partial void ConfigApplied(ILogger logger, string file, int count);

    [LoggerMessage(201, LogLevel.Error, "The configuration is refused and nothing has changed: {Fault}")]
    public static partial void ConfigRefused(ILogger logger, string fault);

    [LoggerMessage(202, LogLevel.Warning, "{File} has changed in what is read at the start alone (host_name, state, http, metrics): that waits for the next start")]
    public static partial void NeedsRestart(ILogger logger, string file);

    [LoggerMessage(203, LogLevel.Information, "Namespace {Namespace} is no longer in the configuration and lives on")]
    public static partial void NamespaceLeft(ILogger logger, string @namespace);

    [LoggerMessage(204, LogLevel.Warning, "The configuration that was applied last cannot be read any more; the present one is applied in full: {Fault}")]
    public static partial void AppliedUnknown(ILogger logger, string fault);

    [LoggerMessage(205, LogLevel.Warning, "{Folder} cannot be watched; the configuration is read every {Seconds} s and at SIGHUP: {Reason}")]
    public static partial void NotWatched(ILogger logger, string folder, int seconds, string reason);

    [LoggerMessage(206, LogLevel.Information, "SIGHUP without a configuration file: the service stops")]
    public static partial void HangupStops(ILogger logger);

    [LoggerMessage(210, LogLevel.Information, "Namespace {Namespace} is restored from its image of {Taken}, {DownNs} ns ago; timers: {Timers}")]
    public static partial void Restored(ILogger logger, string @namespace, string taken, long downNs, int timers);

    [LoggerMessage(211, LogLevel.Warning, "The service before did not stop cleanly: what happened in namespace {Namespace} after {Taken} may be missing: between {AtLeastNs} ns and {AtMostNs} ns of it")]
    public static partial void MayMiss(ILogger logger, string @namespace, string taken, long atLeastNs, long atMostNs);

    [LoggerMessage(212, LogLevel.Error, "Image {File} cannot be restored and is kept as {Aside}: {Reason}")]
    public static partial void ImageRefused(ILogger logger, string file, string aside, string reason);

    [LoggerMessage(213, LogLevel.Error, "Namespace {Namespace} cannot be written down: {Reason}")]
    public static partial void SaveFailed(ILogger logger, string @namespace, string reason);

    [LoggerMessage(214, LogLevel.Information, "The service stops cleanly; namespaces written down: {Count}")]
    public static partial void StoppedClean(ILogger logger, int count);

    [LoggerMessage(215, LogLevel.Error, "The state directory cannot be kept up: {Reason}")]
    public static partial void StateFailed(ILogger logger, string reason);

    [LoggerMessage(216, LogLevel.Information, "The state directory can be written again")]
    public static partial void StateRecovered(ILogger logger);

    [LoggerMessage(217, LogLevel.Error, "The service stops and not everything is written down: the next start takes it for an unclean end")]
    public static partial void StoppedWithLoss(ILogger logger);

    [LoggerMessage(220, LogLevel.Warning, "The service manager cannot be told: {Reason}")]
    public static partial void ManagerUnreachable(ILogger logger, string reason);

    [LoggerMessage(221, LogLevel.Information, "The watchdog of the service manager is fed every {PeriodNs} ns, by the engine's thread")]
    public static partial void WatchdogFed(ILogger logger, long periodNs);
}
