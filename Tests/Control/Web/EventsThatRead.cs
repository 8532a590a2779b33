using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Control.Web;

/// <summary>What tests change about the service behind a page.</summary>
internal static class EventsThatRead
{
    /// <summary>Every stream of events is one that reads the timers of this namespace.</summary>
    public static void Add(WebApplicationBuilder builder, string ns) => builder.Services.AddSingleton<IStartupFilter>(new Rewrite(ns));

    /// <summary>A machine that was started at another time.</summary>
    public static void StartLater(WebApplicationBuilder builder)
    {
        var boot = ClockTime.FromSinceZero(Duration.FromSeconds(5));
        builder.Services.AddSingleton<IKernel>(new SimulatedKernel(new ClockReadings(ClockTime.FromInstant(Instant.FromUtc(2026, 6, 1, 0, 0)), boot, boot)));
    }

    private sealed class Rewrite(string ns) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, then) =>
            {
                if (http.Request.Path == "/v1/events")
                {
                    http.Request.QueryString = new QueryString($"?namespace={ns}&read=true");
                }

                return then(http);
            });
            next(app);
        };
    }
}
