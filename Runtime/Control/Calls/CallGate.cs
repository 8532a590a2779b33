using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TimeNs.Control.Access;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;

namespace TimeNs.Control.Calls;

/// <summary>
/// What every request goes through before its handler: who is it, may it, not too often, nothing too large; and after it: whatever was
/// thrown becomes a problem. In this order, so that who may not ask learns nothing and costs little.
/// </summary>
internal sealed class CallGate(ControlService service, Route route, Func<ControlCall, Task> handler)
{
    /// <summary>
    /// Bytes of the body beyond which the server itself does not take it in: well beyond the limit of the call, which names itself when it
    /// is met; the server counts what frames the chunks too.
    /// </summary>
    private long BodyLimit => (2L * (route.TakesImage ? service.Options.Limits.ImageBytes : service.Options.Limits.JsonBytes)) + 4096;

    public async Task RunAsync(HttpContext http)
    {
        using var trace = CallTrace.Start(route, http);
        await AnswerAsync(http, trace).ConfigureAwait(false);
        trace?.End(http.Response.StatusCode);
    }

    private async Task AnswerAsync(HttpContext http, Activity? trace)
    {
        try
        {
            http.Response.Headers.CacheControl = "no-store";
            var client = route.Role == Role.None && route != RouteTable.Unknown ? new Client(Client.Anonymous, Role.None) : Admit(http);
            trace?.Tell(client);
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = BodyLimit;
            }

            var call = new ControlCall(http, service, route, client);
            if (route != RouteTable.Unknown)
            {
                call.CheckQuery();
            }

            await handler(call).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to tell.
        }
#pragma warning disable CA1031 // Every error is a problem for the client; what is no refusal is logged.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            await RefuseAsync(http, thrown, trace).ConfigureAwait(false);
        }
    }

    private Client Admit(HttpContext http)
    {
        var client = service.Access.Identify(http);
        if (client.Role < (route.Role == Role.None ? Role.Read : route.Role))
        {
            throw client is { Role: Role.None, Key: Client.Anonymous }
                ? new ControlException(ProblemKind.Unauthorised, "A client that does not come over the Unix socket may do nothing here.")
                : new ControlException(ProblemKind.Forbidden, $"Client {client} has the role {Name(client.Role)}; the call needs {Name(route.Role)}.") { Errno = Errno.EACCES };
        }

        service.Rate.Take(client, service.Options.Limits);
        return client;
    }

    private static string Name(Role role) => role.ToString().ToLowerInvariant();

    private async Task RefuseAsync(HttpContext http, Exception thrown, Activity? trace)
    {
        var problem = ProblemMapper.Of(thrown, service.Runtime.Host.Engine.IsStopping);
        trace?.Tell(problem, thrown);
        if (problem.Status == ProblemKind.Internal.Status)
        {
            ControlLog.CallFailed(service.Log, $"{route.Method} {route.Path}", thrown);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = problem.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (thrown is ControlException { Kind: var kind })
        {
            AddHeaders(http, kind);
        }

        await ControlCall.WriteAsync(http, problem, ControlJson.Default.Problem, Problem.MediaType).ConfigureAwait(false);
    }

    private static void AddHeaders(HttpContext http, ProblemKind kind)
    {
        if (kind == ProblemKind.Limit)
        {
            http.Response.Headers.RetryAfter = "1";
        }
        else if (kind == ProblemKind.Unauthorised)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }
        else if (kind == ProblemKind.BadMethod && http.Items.TryGetValue(UnknownPath.Allowed, out var methods))
        {
            http.Response.Headers.Allow = (string)methods!;
        }
    }
}
