using System.Text.RegularExpressions;
using TimeNs.Tests.Tool;
using TimeNs.Tests.Tool.Service;

namespace TimeNs.Tests.Docs;

/// <summary>The session in the README gives what the README says, on a service in simulated time. TIMENS_UPDATE_GOLDEN=1 writes it anew.</summary>
[NonParallelizable]
public class ReadmeSessionTest
{
    private static readonly Regex Block = new("^```console\n(?<session>\\$ timens .*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private static string Document => Path.Combine(Repository.Root, "README.md");

    [Test]
    public void Readme_Session_GivesWhatItSays()
    {
        var text = File.ReadAllText(Document);
        var said = Block.Match(text).Groups["session"].Value;
        var given = Play(said.Split('\n').Where(static line => line.StartsWith("$ timens ", StringComparison.Ordinal)));
        if (Environment.GetEnvironmentVariable("TIMENS_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Document, text.Replace(said, given, StringComparison.Ordinal));
            return;
        }

        Assert.That(given, Is.EqualTo(said).And.Not.Empty);
    }

    private static string Play(IEnumerable<string> commands)
    {
        using var service = new ToolService();
        using var folder = new TestFolder();
        var before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder.Path;
            return string.Concat(commands.Select(command =>
            {
                var run = service.Run(command.Split(' ')[2..]);
                Assert.That((run.Code, run.Error), Is.EqualTo((0, "")), command);
                return $"{command}\n{run.Output}";
            }));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
