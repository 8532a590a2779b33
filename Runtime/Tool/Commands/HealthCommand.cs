using System.CommandLine;
using TimeNs.Control.Wire;
using TimeNs.Tool.Client;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Commands;

/// <summary><c>timens health</c>: for whoever watches over the service and has no HTTP client, as in a container.</summary>
internal static class HealthCommand
{
    public static Command Create(ServiceVerbs verbs)
    {
        var ready = new Option<bool>("--ready") { Description = "Ask whether it takes calls, too." };
        return verbs.Verb(
            new ExampleCommand("health", "Ask whether the service lives: exit code 0, also when it is degraded, or 3 when it is stuck or away. No role is needed.",
                "timens health",
                "timens health --ready"),
            async session =>
            {
                if (session.Get(ready))
                {
                    await session.Service.AskAsync(HttpMethod.Get, Paths.Ready, ControlJson.Default.HealthInfo).ConfigureAwait(false);
                }

                var health = await session.Service.AskAsync(HttpMethod.Get, Paths.Health, ControlJson.Default.HealthInfo).ConfigureAwait(false);
                return session.Show(health, WireJson.Page.HealthInfo, h => session.Output.WriteLine(h.Status));
            },
            ready);
    }
}
