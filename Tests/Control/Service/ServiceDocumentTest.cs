using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TimeNs.Control.Configuration;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary>What docs/operations.md says of the configuration is what the service takes and refuses, and the unit is one that systemd takes.</summary>
public class ServiceDocumentTest
{
    private static readonly Regex Good = new("^```jsonc\n(?<json>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    private static readonly Regex Refused = new("^```jsonc refused\n(?<json>.*?)^```\n\n```text\n(?<faults>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    private static readonly Regex Known = new("known are (?<names>.+)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private static string Document => File.ReadAllText(Path.Combine(Repository.Root, "docs/operations.md"));

    [Test]
    [Platform("Linux")]
    public void Example_IsTaken()
    {
        var config = ConfigParser.Parse(Encoding.UTF8.GetBytes(Good.Match(Document).Groups["json"].Value), "timens.json");
        Assert.That(config.Namespaces.Select(static n => n.Timers.Count), Is.EqualTo(new[] { 2, 0 }));
    }

    [Test]
    public void RefusedExample_IsRefusedWithTheseFaults()
    {
        var example = Refused.Match(Document);
        var refused = Assert.Throws<ConfigException>(() => ConfigParser.Parse(Encoding.UTF8.GetBytes(example.Groups["json"].Value), "timens.json"));
        Assert.That(refused!.Message, Is.EqualTo(example.Groups["faults"].Value));
    }

    /// <summary>An unknown member in each object: the fault lists those that are known, and the document has each of them.</summary>
    [Test]
    [Platform("Linux")]
    public void EveryMember_IsInTheDocument()
    {
        const string Everywhere = """
            {"x":1,"namespaces":[{"name":"a","x":1,"offsets":{"x":1},"timers":[{"name":"t","clock":"realtime","x":1,"set":{"value":1,"x":1}}]}],
            "access":{"x":1},"limits":{"x":1},"state":{"x":1,"restore":{"x":1}},"http":{"x":1},"metrics":{"x":1,"otlp":{"x":1}}}
            """;
        var refused = Assert.Throws<ConfigException>(() => ConfigParser.Parse(Encoding.UTF8.GetBytes(Everywhere), "timens.json"));
        var known = refused!.Faults.SelectMany(static f => Known.Match(f.Reason).Groups["names"].Value.Split(", ")).ToHashSet();
        Assert.That(refused.Faults, Has.Count.EqualTo(12), "one an object");
        var section = Document[Document.IndexOf("\n## The configuration file", StringComparison.Ordinal)..Document.IndexOf("\n## The state directory", StringComparison.Ordinal)];
        Assert.That(known.Where(name => !Regex.IsMatch(section, $"[`\\.]{name}[`\\.\\[]", RegexOptions.None, TimeSpan.FromSeconds(5))), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(60_000)]
    public void Unit_IsTakenBySystemd()
    {
        using var folder = new TestFolder();
        var unit = File.ReadAllText(Path.Combine(Repository.Root, "docs/systemd/timens.service")).Replace("/usr/bin/timens", "/bin/true", StringComparison.Ordinal);
        File.WriteAllText(folder.File("timens.service"), unit);
        try
        {
            using var verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", folder.File("timens.service")]) { UseShellExecute = false, RedirectStandardError = true })!;
            var said = verify.StandardError.ReadToEnd();
            verify.WaitForExit();
            Assert.That((verify.ExitCode, said.Contains("timens.service", StringComparison.Ordinal)), Is.EqualTo((0, false)), said);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("needs systemd-analyze");
        }
    }

    /// <summary>The command lines of the unit and of the image are ones that the command takes.</summary>
    [Test]
    public void Commands_OfTheUnitAndTheImage_AreKnown()
    {
        var unit = File.ReadAllLines(Path.Combine(Repository.Root, "docs/systemd/timens.service")).Single(static l => l.StartsWith("ExecStart=", StringComparison.Ordinal));
        ToolRun.Of([.. unit["ExecStart=/usr/bin/timens ".Length..].Replace("/etc/timens/timens.json", "/no/such.json", StringComparison.Ordinal).Split(' ')]).IsRefused("/no/such.json");
        var image = File.ReadAllText(Path.Combine(Repository.Root, "docs/container/Containerfile"));
        foreach (Match list in Regex.Matches(image, "^(ENTRYPOINT|.* CMD) (?<list>\\[.*\\])$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
        {
            var words = System.Text.Json.JsonSerializer.Deserialize<string[]>(list.Groups["list"].Value)!;
            Assert.That(ToolRun.Of([.. words[1..], "--help"]).Code, Is.Zero);
        }
    }
}
