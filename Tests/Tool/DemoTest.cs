using System.Diagnostics;

namespace TimeNs.Tests.Tool;

/// <summary>The demonstration as a user runs it: a process of its own, on the machine's clocks, for some seconds.</summary>
public class DemoTest
{
    [Test]
    [NonParallelizable]
    public async Task Demo_AsAUserRunsIt_KeepsEveryTimerAndExitsWithZero()
    {
        var image = Path.Combine(Path.GetTempPath(), $"timens-demo-{Guid.NewGuid():N}.tns");
        try
        {
            var (code, output, error) = await Run("demo", "--save", image);
            Assert.Multiple(() =>
            {
                Assert.That(code, Is.Zero, error);
                Assert.That(error, Is.Empty);
                Assert.That(output.Split('\n').Count(static line => line.Contains("│ kept │", StringComparison.Ordinal)), Is.EqualTo(10), output);
                Assert.That(output, Does.Not.Contain("LOST").And.Contains("All 10 timers kept their meaning."));
                Assert.That(output, Does.Contain("web/noon: 1x").And.Contains("web/lease: the wall clock was set (ECANCELED)"));
            });

            var (shown, table, _) = await Run("image", "show", image);
            Assert.That(shown, Is.Zero);
            Assert.That(table, Does.Contain("release").And.Contains("CLOCK_BOOTTIME"));
        }
        finally
        {
            File.Delete(image);
        }
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TimeNs.Tool.Demo.DemoRun).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
