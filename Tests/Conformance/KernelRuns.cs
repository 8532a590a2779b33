using System.Diagnostics;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tests.Conformance;

/// <summary>
/// Scenarios on this machine's kernel. A run sleeps most of the time, so several go on at once, each in a process of its own; what met a
/// machine that was too slow is done again, alone.
/// </summary>
internal static class KernelRuns
{
    private const int Attempts = 3;
    private const int Processes = 6;

    /// <summary>Why this machine cannot be asked; null when it can.</summary>
    public static string? WhyNot => KernelCalls.IsSupported ? KernelSupport.Find().NoNamespaces : "no timerfds of a 64-bit Linux";

    /// <summary>Runs all of them.</summary>
    public static async Task<IReadOnlyDictionary<string, ScenarioRun>> OfAsync(IEnumerable<string> scenarios)
    {
        var all = scenarios.ToArray();
        var shares = all.Index().GroupBy(static s => s.Index % Processes, static s => s.Item).Select(static share => RunAsync([.. share])).ToArray();
        var runs = new Dictionary<string, ScenarioRun>((await Task.WhenAll(shares)).SelectMany(static share => share), StringComparer.Ordinal);
        for (var attempt = 1; attempt < Attempts; attempt++)
        {
            foreach (var scenario in all.Where(s => !runs.TryGetValue(s, out var run) || run.WasLate))
            {
                runs[scenario] = (await RunAsync([scenario])).TryGetValue(scenario, out var again) ? again : new ScenarioRun(0, 0, 0, [], "it did not run to its end");
            }
        }

        return runs;
    }

    private static async Task<IReadOnlyDictionary<string, ScenarioRun>> RunAsync(string[] scenarios)
    {
        using var process = Process.Start(Command(scenarios))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return ScenarioRun.Parse(output, await error, scenarios, ConformanceCase.Steps);
    }

    private static ProcessStartInfo Command(IEnumerable<string> scenarios) => new(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [typeof(TimeNs.Tool.CommandLine).Assembly.Location, "simulate", "--kernel", "--tolerance", "500ms", .. scenarios.Select(ConformanceCase.PathOf)])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
