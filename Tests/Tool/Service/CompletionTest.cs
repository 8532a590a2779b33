using System.Diagnostics;

namespace TimeNs.Tests.Tool.Service;

/// <summary>Names that a shell completes by asking the service.</summary>
public class CompletionTest
{
    private ToolService _service;

    [OneTimeSetUp]
    public void Start()
    {
        _service = new ToolService();
        _service.Do("ns", "create", "web");
        _service.Do("ns", "create", "$(touch x)`x` y");
        _service.Do("timer", "create", "web", "monotonic", "--name", "tick");
        _service.Do("timer", "create", "web", "monotonic");
    }

    [OneTimeTearDown]
    public void Stop() => _service.Dispose();

    [TestCase("ns show w", "web")]
    [TestCase("ns freeze ho", "host")]
    [TestCase("checkpoint we", "web")]
    [TestCase("watch we", "web")]
    [TestCase("timer read web ti", "tick")]
    [TestCase("timer create web real", "realtime", "realtime-alarm")]
    public void Suggest_AName_AsksTheService(string line, params string[] offers) => Assert.That(Suggest(line), Is.EquivalentTo(offers));

    [TestCase("ns show ", "web", true)]
    [TestCase("ns show web ", "web", false)]
    [TestCase("timer show ", "web", true)]
    [TestCase("timer show ", "tick", false)]
    [TestCase("timer show web ", "tick", true)]
    [TestCase("timer show web ", "2", true)]
    [TestCase("timer show web ", "web", false)]
    [TestCase("timer show nope ", "tick", false)]
    [TestCase("timer create web ", "boottime", true)]
    [TestCase("timer create ", "boottime", false)]
    [TestCase("ns create ", "web", false)]
    public void Suggest_AtAPlace_OffersWhatGoesThere(string line, string offer, bool isThere) =>
        Assert.That(Suggest(line), isThere ? Does.Contain(offer) : Does.Not.Contain(offer));

    [Test]
    public void Suggest_ByTheSocketOnTheLine() =>
        Assert.That(ToolRun.In(ToolService.Around(null), Directive($"--socket {_service.Socket} ns show w")).OutputLines, Is.EqualTo(new[] { "web" }));

    [TestCase("/nowhere/s")]
    [TestCase(null)]
    public void Suggest_NoService_OffersNothingAndSaysNothing(string? socket)
    {
        var run = ToolRun.In(ToolService.Around(socket), Directive("ns show w"));
        Assert.That(run, Is.EqualTo(new ToolRun(0, "\n", "")));
    }

    [Test]
    public void Suggest_ServiceThatRefuses_OffersNothingAndSaysNothing()
    {
        using var fake = new FakeService(static http => FakeService.Refuse(http, 403, "no"));
        Assert.That(fake.Run(Directive("ns show w")), Is.EqualTo(new ToolRun(0, "\n", "")));
    }

    [Test]
    public void Completion_InBash_ANameIsQuotedAndNeverRun()
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("there is no bash here");
        }

        using var folder = new TestFolder();
        var script = $$"""
            cd '{{folder.Path}}'; export TIMENS_SOCKET='{{_service.Socket}}'
            eval "$(dotnet '{{Path.ChangeExtension(typeof(TimeNs.Tool.CommandLine).Assembly.Location, ".dll")}}' completion bash)"
            timens() { printf '%s\n' '$(touch pwned)`touch pwned` y' -x other; }
            COMP_LINE='timens ns show $'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(timens ns show '$'); COMP_CWORD=3
            _timens; printf '%s\n' "${COMPREPLY[@]}"; eval "echo ${COMPREPLY[0]}"; ls
            """;
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", script]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var bash = Process.Start(start)!;
        Assert.That(bash.StandardOutput.ReadToEnd(), Is.EqualTo("\\$\\(touch\\ pwned\\)\\`touch\\ pwned\\`\\ y\n$(touch pwned)`touch pwned` y\n"));
    }

    private string[] Suggest(string line) => _service.Run(Directive(line)).OutputLines;

    private static string[] Directive(string line) => [$"[suggest:{line.Length}]", line];
}
