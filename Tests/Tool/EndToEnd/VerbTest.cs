using System.Text.Json;
using TimeNs.Control;

namespace TimeNs.Tests.Tool.EndToEnd;

/// <summary>Every verb as a process of its own against the real service: what it prints, what it changes, and who may use it.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public class VerbTest
{
    private EndToEndService _service = null!;

    private static IReadOnlyList<VerbCase> All => VerbTable.All;

    private static IEnumerable<VerbCase> OfRoles => VerbTable.OfRoles;

    [OneTimeSetUp]
    public void Start() => _service = new EndToEndService();

    [OneTimeTearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void Table_HasEveryVerbWithEveryOption() =>
        Assert.That(VerbTable.Missing(EndToEndService.IsRoot ? _service.Words : [.. _service.Words, "--group"]), Is.Empty, "verbs and options that no line of the table tries");

    [TestCaseSource(nameof(All))]
    public async Task Verb_ForPeopleAndForPrograms(object verb, CancellationToken cancel)
    {
        var line = (VerbCase)verb;
        await Task.WhenAll(VerbTable.HasJson(line) ? [PeopleAsync(line, Role.Admin, cancel), ProgramsAsync(line, cancel)] : [PeopleAsync(line, Role.Admin, cancel)]);
    }

    [TestCaseSource(nameof(OfRoles))]
    public async Task Verb_OfTheOtherRoles_AsItNeeds(object verb, CancellationToken cancel)
    {
        if (!EndToEndService.IsRoot)
        {
            Assert.Ignore("needs root and setpriv, to be another user");
        }

        await Task.WhenAll(PeopleAsync((VerbCase)verb, Role.Read, cancel), PeopleAsync((VerbCase)verb, Role.None, cancel));
    }

    /// <summary>One run as that role: done as the table says, or refused with exit code 4 and nothing changed.</summary>
    private async Task PeopleAsync(VerbCase verb, Role role, CancellationToken cancel)
    {
        var stage = await _service.PrepareAsync(verb);
        var before = await _service.LookAsync(stage);
        var run = await _service.RunAsync(role, stage.Fill(verb), cancel);
        var after = await _service.LookAsync(stage);
        await _service.RemoveAsync(stage);
        var what = $"{verb} as {role}: exit {run.Code}, {run.Output}{run.Error}";
        if (role < verb.Needs)
        {
            Assert.That(run.Code, Is.EqualTo(4), what);
            Assert.That(run.Error, Does.Match(@"^timens: Client uid \d+ has the role (none|read); the call needs (read|admin) \(EACCES\).*\n$"), what);
            Assert.That(after, Is.EqualTo(before), what);
            Assert.That(File.Exists(stage.Out), Is.False, what);
            return;
        }

        Assert.That(run.Code, Is.EqualTo(verb.Code), what);
        Assert.That(run.Error, verb.Fails is null ? Is.Empty : Does.StartWith("timens: ").And.Contain(verb.Fails), what);
        Assert.That(run.Output, Does.Contain(stage.Fill(verb.Says)), what);
        Assert.That(after != before, Is.EqualTo(verb.Changes), $"{what}\n{before}\n{after}");
    }

    private async Task ProgramsAsync(VerbCase verb, CancellationToken cancel)
    {
        var stage = await _service.PrepareAsync(verb);
        var run = await _service.RunAsync(Role.Admin, stage.Fill(verb, "--json"), cancel);
        await _service.RemoveAsync(stage);
        var what = $"{verb}: exit {run.Code}, {run.Output}{run.Error}";
        Assert.That(run.Code, Is.EqualTo(verb.Code), what);
        Assert.That(run.Error, verb.Fails is null ? Is.Empty : Does.StartWith("timens: ").And.Contain(verb.Fails), what);
        if (verb.Member is { Length: > 0 } member)
        {
            using var json = JsonDocument.Parse(run.Output);
            Assert.That(json.RootElement.TryGetProperty(member, out _), Is.True, what);
        }
        else
        {
            Assert.That(run.Output, Is.Empty, what);
        }
    }
}
