using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using TimeNs.Control.Access;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;

namespace TimeNs.Control.Calls;

/// <summary>A trace of each call, from the activity source <c>TimeNs</c>, with the names that OpenTelemetry has for HTTP servers. Nothing where nobody listens.</summary>
internal static class CallTrace
{
    public const string Source = "TimeNs";

    private static readonly ActivitySource Activities = new(Source, ControlService.Version);

    /// <summary>
    /// Null when nobody listens, and for the probes of health. Paths stand with their parameters' names, not with what clients call their namespaces. Below the trace of the host application, where
    /// it has one of this request; else below the one that the client names.
    /// </summary>
    public static Activity? Start(Route route, HttpContext http)
    {
        var isUnknown = route == RouteTable.Unknown;
        if (!Activities.HasListeners() || (route.Role == Role.None && !isUnknown))
        {
            return null;
        }

        var method = isUnknown ? "_OTHER" : route.Method;
        var trace = Begin(isUnknown ? "HTTP" : $"{method} {route.Path}", http.Request.Headers);
        trace?.SetTag("http.request.method", method);
        if (!isUnknown)
        {
            trace?.SetTag("http.route", route.Path);
        }

        return trace;
    }

    /// <summary>Who makes it, as the log has it.</summary>
    public static void Tell(this Activity trace, Client client) => trace.SetTag("timens.client", client.ToString());

    /// <summary>The call was refused, or failed. Only what is the service's own fault is an error of its trace.</summary>
    public static void Tell(this Activity trace, Problem problem, Exception thrown)
    {
        trace.SetTag("error.type", problem.Type[Problem.TypePrefix.Length..]);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            trace.SetStatus(ActivityStatusCode.Error, problem.Title).AddException(thrown);
        }
    }

    public static void End(this Activity trace, int status) => trace.SetTag("http.response.status_code", status);

    private static Activity? Begin(string name, IHeaderDictionary headers)
    {
        if (Activity.Current is { } ambient && ambient.Source.HasListeners())
        {
            return Activities.StartActivity(name, ActivityKind.Internal);
        }

        Activity.Current = null; // one that the server keeps for its log, which no collector is sent
        return ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var parent)
            ? Activities.StartActivity(name, ActivityKind.Server, parent)
            : Activities.StartActivity(name, ActivityKind.Server);
    }
}
