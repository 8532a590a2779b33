using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using TimeNs.Clocks;
using TimeNs.Runtime.Kernel;

namespace TimeNs.Tests.Control.Web;

/// <summary>A machine that was started at another time.</summary>
internal static class LaterMachine
{
    public static void Add(WebApplicationBuilder builder)
    {
        var boot = ClockTime.FromSinceZero(Duration.FromSeconds(5));
        builder.Services.AddSingleton<IKernel>(new SimulatedKernel(new ClockReadings(ClockTime.FromInstant(Instant.FromUtc(2026, 6, 1, 0, 0)), boot, boot)));
    }
}
