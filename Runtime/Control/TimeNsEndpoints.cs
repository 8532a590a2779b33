using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control.Calls;
using TimeNs.Control.Routes;
using Route = TimeNs.Control.Routes.Route;

namespace TimeNs.Control;

/// <summary>The control interface as endpoints of a host application.</summary>
public static class TimeNsEndpoints
{
    private static readonly Dictionary<Route, Func<ControlCall, Task>> Handlers = new()
    {
        [RouteTable.Service] = ServiceCalls.Show,
        [RouteTable.Clocks] = ServiceCalls.Clocks,
        [RouteTable.OpenApi] = ServiceCalls.OpenApi,
        [RouteTable.Events] = ServiceCalls.Events,
        [RouteTable.Namespaces] = NamespaceCalls.List,
        [RouteTable.CreateNamespace] = NamespaceCalls.Create,
        [RouteTable.ShowNamespace] = NamespaceCalls.Show,
        [RouteTable.SetOffsets] = NamespaceCalls.SetOffsets,
        [RouteTable.CloseNamespace] = NamespaceCalls.Close,
        [RouteTable.Freeze] = NamespaceCalls.Freeze,
        [RouteTable.Thaw] = NamespaceCalls.Thaw,
        [RouteTable.Timers] = TimerCalls.List,
        [RouteTable.CreateTimer] = TimerCalls.Create,
        [RouteTable.ShowTimer] = TimerCalls.Show,
        [RouteTable.SetTimer] = TimerCalls.Set,
        [RouteTable.ReadTimer] = TimerCalls.Read,
        [RouteTable.CloseTimer] = TimerCalls.Close,
        [RouteTable.Checkpoint] = ImageCalls.Checkpoint,
        [RouteTable.Restore] = ImageCalls.Restore,
        [RouteTable.Forecast] = ImageCalls.Forecast,
        [RouteTable.Health] = ServiceCalls.Health,
        [RouteTable.Ready] = ServiceCalls.Ready,
    };

    /// <summary>
    /// Maps the calls under <c>/v1</c>. Each decides by itself who may make it, so authentication of the application is not asked; a client
    /// over a Unix socket of <see cref="TimeNsSocket.UseTimeNsSocket"/> is who the kernel says it is, any other one has
    /// <see cref="AccessOptions.TcpRole"/>, which is none unless said.
    /// </summary>
    /// <param name="endpoints">Of an application with <see cref="TimeNsServices.AddTimeNs"/>.</param>
    /// <returns>For further conventions on all of them.</returns>
    public static IEndpointConventionBuilder MapTimeNs(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var service = endpoints.ServiceProvider.GetRequiredService<ControlService>();
        var group = endpoints.MapGroup("");
        foreach (var route in RouteTable.All.Where(static r => r.Role != Role.None))
        {
            Map(group, service, route, Handlers[route]);
        }

        group.Map("/v1/{**rest}", http => new CallGate(service, RouteTable.Unknown, UnknownPath.Refuse).RunAsync(http));
        return group;
    }

    /// <summary>Maps <c>/healthz</c> and <c>/readyz</c>, for whoever watches over the application; they need no role.</summary>
    /// <param name="endpoints">Of an application with <see cref="TimeNsServices.AddTimeNs"/>.</param>
    /// <returns>For further conventions on both.</returns>
    public static IEndpointConventionBuilder MapTimeNsHealth(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var service = endpoints.ServiceProvider.GetRequiredService<ControlService>();
        var group = endpoints.MapGroup("");
        Map(group, service, RouteTable.Health, Handlers[RouteTable.Health]);
        Map(group, service, RouteTable.Ready, Handlers[RouteTable.Ready]);
        return group;
    }

    /// <summary>A call, with all that stands between a request and its handler.</summary>
    internal static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, ControlService service, Route route, Func<ControlCall, Task> handler)
    {
        RequestDelegate run = new CallGate(service, route, handler).RunAsync;
        return endpoints.MapMethods(route.Path, [route.Method], run).WithDisplayName($"{route.Method} {route.Path}");
    }
}
