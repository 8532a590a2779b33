using System.Diagnostics;
using System.Text.RegularExpressions;
using TimeNs.Control;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary>
/// Every example of docs/operations.md gives what the document says, one after the other on one service in simulated time.
/// TIMENS_UPDATE_GOLDEN=1 writes the answers into the document.
/// </summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public class OperationsTest
{
    private static readonly Regex Block = new("^```console\n\\$ (?<command>[^\n]*)\n(?<output>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private static string Document => Path.Combine(Repository.Root, "docs/operations.md");

    [Test]
    public async Task Examples_GiveWhatTheySay()
    {
        await using var rig = await ControlRig.StartAsync(static o => o.HostName = "db-1");
        using var folder = new TestFolder();
        var text = File.ReadAllText(Document);
        List<(string Command, string Documented, string Given)> examples = [];
        var updated = Block.Replace(text, match =>
        {
            var command = match.Groups["command"].Value;
            var given = Run(command, folder.Path, rig.Socket);
            examples.Add((command, match.Groups["output"].Value, given));
            return $"```console\n$ {command}\n{given}```";
        });
        if (Environment.GetEnvironmentVariable("TIMENS_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Document, updated);
            return;
        }

        Assert.That(examples, Has.Count.GreaterThan(20));
        Assert.Multiple(() => examples.ForEach(static e => Assert.That(e.Given, Is.EqualTo(e.Documented), e.Command)));
    }

    private static string Run(string command, string folder, string socket)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["S"] = socket;
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Not.EqualTo(127), "needs curl");
            output = Regex.Replace(output, "\"pid\":[0-9]+", "\"pid\":1234", RegexOptions.None, TimeSpan.FromSeconds(5));
            output = Regex.Replace(output, "\"version\":\"[^\"]*\"", $"\"version\":\"{ControlService.Version}\"", RegexOptions.None, TimeSpan.FromSeconds(5));
            return output.Length == 0 || output.EndsWith('\n') ? output : output + "\n";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("needs /bin/sh");
            return "";
        }
    }
}
