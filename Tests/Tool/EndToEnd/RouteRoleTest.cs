using System.Diagnostics;
using System.Text;
using TimeNs.Control;
using TimeNs.Control.Routes;
using TimeNs.Control.Service;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>Every call of the interface on the real socket, made by users of each role: the kernel says who they are, and nobody else.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class RouteRoleTest
{
    private static IReadOnlyList<Route> Routes => [.. RouteTable.All, ServiceEndpoints.State, ServiceEndpoints.Save, ServiceEndpoints.Metrics];

    [Test]
    public async Task EveryCall_OfEveryRole_IsDoneOrForbidden(CancellationToken cancel)
    {
        if (!EndToEndService.IsRoot || !File.Exists("/usr/bin/curl"))
        {
            Assert.Ignore("needs root, setpriv and curl, to be another user");
        }

        using var service = new EndToEndService();
        await service.MakeAsync("web");
        foreach (var (role, uid) in new[] { (Role.None, EndToEndService.Nobody), (Role.Read, EndToEndService.Reader), (Role.Admin, 0) })
        {
            var statuses = await AskAllAsync(service, uid, cancel);
            Assert.That(statuses, Has.Length.EqualTo(Routes.Count));
            foreach (var (route, status) in Routes.Zip(statuses))
            {
                Assert.That(status is 403, Is.EqualTo(role < route.Role), $"{route.Id} as {role}: {status}");
                Assert.That(status, Is.Not.InRange(500, 599), $"{route.Id} as {role}: {status}");
            }
        }
    }

    /// <summary>One after the other by one process: what is not there, so that nothing changes on the way.</summary>
    private static async Task<int[]> AskAllAsync(EndToEndService service, int uid, CancellationToken cancel)
    {
        var asked = new StringBuilder();
        foreach (var route in Routes)
        {
            var path = route.Path.Replace("{ns}", route.Role == Role.Admin ? "none" : "web", StringComparison.Ordinal).Replace("{t}", "tick", StringComparison.Ordinal);
            asked.Append($"url = \"http://localhost{path}\"\nrequest = \"{route.Method}\"\nunix-socket = \"{service.Socket}\"\nsilent\noutput = \"/dev/null\"\nwrite-out = \"%{{http_code}}\\n\"\n");
            asked.Append(route == RouteTable.Events ? "max-time = 1\n" : "max-time = 30\n"); // a stream does not end by itself
            asked.Append(route.Method is "POST" or "PUT" or "PATCH" ? "data = \"{}\"\n" : "").Append("next\n");
        }

        var start = new ProcessStartInfo("setpriv", [$"--reuid={uid}", $"--regid={EndToEndService.Group}", "--clear-groups", "curl", "-K", "-"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        using var curl = Process.Start(start)!;
        try
        {
            await curl.StandardInput.WriteAsync(asked, cancel);
            curl.StandardInput.Close();
            var output = await curl.StandardOutput.ReadToEndAsync(cancel);
            await curl.WaitForExitAsync(cancel);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        finally
        {
            if (!curl.HasExited)
            {
                curl.Kill();
            }
        }
    }
}
