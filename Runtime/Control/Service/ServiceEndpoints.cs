using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control.Calls;
using TimeNs.Control.Configuration;
using TimeNs.Control.Metrics;
using TimeNs.Control.Problems;
using TimeNs.Control.Routes;
using TimeNs.Control.State;

namespace TimeNs.Control.Service;

/// <summary>The calls that only the service has, beside those of the control interface.</summary>
internal static class ServiceEndpoints
{
    public static readonly Route State = new("state", "GET", "/v1/state", Role.Read, "What is kept of the namespaces, and what was found at the start")
    {
        Response = StateJson.Default.StateInfo,
    };

    public static readonly Route Save = new("save", "POST", "/v1/state", Role.Admin, "Write every namespace down now")
    {
        Response = StateJson.Default.StateInfo,
        Problems = [ProblemKind.Refused],
    };

    public static readonly Route Metrics = new("metrics", "GET", "/metrics", Role.Read, "The metrics as Prometheus wants them")
    {
        ResponseType = PrometheusText.ContentType,
    };

    public static void Map(WebApplication application)
    {
        var services = application.Services;
        var service = services.GetRequiredService<ControlService>();
        var health = services.GetRequiredService<ServiceHealth>();
        var heart = services.GetRequiredService<EngineHeart>();
        service.IsDegraded = () => health.IsDegraded;
        service.IsStuck = () => heart.IsStuck;
        Map(application, service, State, call => call.AnswerAsync(Look(services), StateJson.Default.StateInfo));
        Map(application, service, Save, call => SaveAsync(call, services));
        if (services.GetService<PrometheusText>() is { } text) // it listens from here on, before anything is restored
        {
            Map(application, service, Metrics, call => WriteAsync(call, text));
        }
    }

    private static void Map(WebApplication application, ControlService service, Route route, Func<ControlCall, Task> handler)
    {
        service.Add(route);
        TimeNsEndpoints.Map(application, service, route, handler);
    }

    private static async Task WriteAsync(ControlCall call, PrometheusText text)
    {
        call.Http.Response.ContentType = PrometheusText.ContentType;
        await call.Http.Response.WriteAsync(text.Collect(), call.Http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SaveAsync(ControlCall call, IServiceProvider services)
    {
        if (services.GetService<StateService>() is not { } state)
        {
            throw new ControlException(ProblemKind.Refused, "The service has no state directory.");
        }

        if (!await state.SaveAsync().ConfigureAwait(false))
        {
            throw new ControlException(ProblemKind.Internal, $"Not everything could be written down: {state.Look().SaveFault}");
        }

        await call.AnswerAsync(Look(services), StateJson.Default.StateInfo).ConfigureAwait(false);
    }

    private static StateInfo Look(IServiceProvider services)
    {
        var info = services.GetService<StateService>()?.Look() ?? new StateInfo();
        info = info with { Degraded = [.. services.GetRequiredService<ServiceHealth>().Reasons.Values.Order(StringComparer.Ordinal)] };
        return services.GetService<ConfigFile>() is { } config
            ? info with { Config = new ConfigInfo { File = config.FilePath, Applied = config.AppliedInstant, Faults = config.Faults } }
            : info;
    }
}
