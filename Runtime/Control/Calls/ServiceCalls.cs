using Microsoft.AspNetCore.Http.Features;
using TimeNs.Control.Access;
using TimeNs.Control.Events;
using TimeNs.Control.OpenApi;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;
using TimeNs.Runtime;

namespace TimeNs.Control.Calls;

/// <summary>The calls about the service itself, and its events.</summary>
internal static class ServiceCalls
{
    public static Task Show(ControlCall call)
    {
        var service = call.Service;
        var namespaces = call.Runtime.LookAtNamespaces();
        var own = call.Runtime.OwnExpirations; // asked for first, so that what is taken away has been counted
        var statistics = call.Runtime.Statistics;
        return call.AnswerAsync(
            new ServiceInfo
            {
                Service = "timens",
                Version = ControlService.Version,
                Role = call.Client.Role.ToString().ToLowerInvariant(),
                Pid = Environment.ProcessId,
                Host = call.Runtime.HostName,
                Kernel = call.Runtime.Kernel.Name,
                StartedInstant = Answers.Instant(service.Started.Realtime),
                UptimeNs = call.Runtime.ReadClocks().Monotonic.Since(service.Started.Monotonic),
                Namespaces = namespaces.Count,
                Timers = namespaces.Sum(static ns => ns.Timers),
                Armed = namespaces.Sum(static ns => ns.Armed),
                Statistics = new ServiceStatistics
                {
                    Wakeups = statistics.Wakeups,
                    Expirations = statistics.Expirations - own,
                    Deliveries = Math.Max(0, statistics.Deliveries - own), // each is a delivery, or is about to be
                    HostClockSets = statistics.HostClockSets,
                    FaultedObservers = statistics.FaultedObservers,
                },
            },
            ControlJson.Default.ServiceInfo);
    }

    public static Task Clocks(ControlCall call) => call.AnswerAsync(Answers.Of(call.Runtime.ReadClocks()), ControlJson.Default.Readings);

    public static async Task OpenApi(ControlCall call)
    {
        call.Http.Response.ContentType = "application/json";
        await call.Http.Response.Body.WriteAsync(OpenApiDocument.Of(call.Service.Routes), call.Http.RequestAborted).ConfigureAwait(false);
    }

    public static Task Health(ControlCall call) => call.Service.IsStuck()
        ? throw new ControlException(ProblemKind.Stopping, "The engine is stuck: no timer expires.")
        : call.AnswerAsync(new HealthInfo { Status = call.Service.IsDegraded() ? "degraded" : "ok" }, ControlJson.Default.HealthInfo);

    public static Task Ready(ControlCall call) => call.Service.IsReady
        ? call.AnswerAsync(new HealthInfo { Status = "ok" }, ControlJson.Default.HealthInfo)
        : throw new ControlException(ProblemKind.Stopping, "The service is starting or stopping.");

    public static async Task Events(ControlCall call)
    {
        var (ns, timer) = ScopeOf(call);
        var reads = call.IsTrue("read");
        if (reads && call.Client.Role < Role.Admin)
        {
            throw new ControlException(ProblemKind.Forbidden, "A stream that reads timers takes their ticks from other readers: it needs the role admin.");
        }

        if (reads && ns is null)
        {
            throw ControlCall.Bad("namespace", "A stream that reads timers needs a namespace.");
        }

        using var slot = call.Service.Streams.Take(call.Client.Key, call.Limits.EventStreamsPerClient);
        var buffer = new EventBuffer(call.Limits.EventBuffer);
        using var scope = new EventScope(buffer, ns, timer, reads ? call.Limits.TimersPerEventStream : 0);
        call.Service.Events.Add(scope);
        try
        {
            scope.Start(call.Runtime);
            await WriteAsync(call, buffer, scope).ConfigureAwait(false);
        }
        finally
        {
            call.Service.Events.Remove(scope);
        }
    }

    private static async Task WriteAsync(ControlCall call, EventBuffer buffer, EventScope scope)
    {
        var (http, time) = (call.Http, call.Runtime.Own.TimeProvider);
        if (http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // a slow reader is this stream's to judge
        }

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = RouteTable.EventsType;
        http.Response.Headers.CacheControl = "no-store";
        var heartbeat = TimeSpan.FromSeconds(call.Limits.HeartbeatSeconds);
        await using var beats = time.CreateTimer(static state => ((EventBuffer)state!).Beat(), buffer, heartbeat, heartbeat).ConfigureAwait(false);
        try
        {
            var stream = new EventStream(buffer, http.Response.BodyWriter);
            await stream.RunAsync(() => scope.ReadNewTimers(), time, TimeSpan.FromSeconds(call.Limits.EventWriteSeconds), http.RequestAborted).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ControlLog.SlowReaderDropped(call.Service.Log, call.Client.Key);
            http.Abort();
        }
    }

    private static (RuntimeNamespace? Namespace, NamespaceTimer? Timer) ScopeOf(ControlCall call)
    {
        var ns = call.Query("namespace") is { } name ? call.FindNamespace(name) : null;
        if (call.Query("timer") is not { } timer)
        {
            return (ns, null);
        }

        return ns is null
            ? throw ControlCall.Bad("namespace", "A timer is one of a namespace: give the namespace too.")
            : (ns, ControlCall.FindTimer(ns, timer));
    }
}
