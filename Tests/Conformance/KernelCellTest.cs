namespace TimeNs.Tests.Conformance;

/// <summary>The table says no more of the kernel than the kernel has checked.</summary>
public class KernelCellTest
{
    private static readonly Dictionary<string, Dictionary<int, bool>> s_steps = new(StringComparer.Ordinal)
    {
        ["one"] = new() { [1] = true, [2] = true, [3] = false, [4] = true },
        ["two"] = new() { [1] = false, [3] = true },
    };

    [TestCase(3, 0, 0, "", ExpectedResult = "agrees (3)")]
    [TestCase(2, 0, 1, "too close to call: a, too close to call: b", ExpectedResult = "agrees as far as it goes (2 checked, 1 skipped: too close to call)")]
    [TestCase(1, 0, 2, "suspend would, it depends on line 3", ExpectedResult = "agrees as far as it goes (1 checked, 2 skipped: suspend would)")]
    [TestCase(0, 0, 2, "a kernel has no restore, a kernel has no REALTIME offset, a kernel has no forecast",
        ExpectedResult = "cannot (2 skipped): nothing ran; a kernel has no restore, forecast; a kernel has no REALTIME offset")]
    [TestCase(2, 1, 1, "too close to call", ExpectedResult = "differs (1 of 4)")]
    public string Cell_OfARun(int passed, int failed, int skipped, string reasons) =>
        KernelCell.Of(new ScenarioRun(passed, failed, skipped, reasons.Split(", ", StringSplitOptions.RemoveEmptyEntries), ""));

    [TestCase("agrees (3)", 3, 0)]
    [TestCase("agrees as far as it goes (2 checked, 1 skipped: fault C (rule N4'))", 2, 1)]
    [TestCase("cannot (2 skipped): nothing ran; a kernel has no restore", 0, 2)]
    [TestCase("not run", 0, 0)]
    public void Numbers_OfACell(string cell, int passed, int skipped) => Assert.That(KernelCell.Numbers(cell), Is.EqualTo((passed, skipped)));

    [Test]
    public void Parse_TwoScenarios_CountsTheExpectationsOfEach()
    {
        var runs = ScenarioRun.Parse(
            """
            {"line":1,"time":[1,0]}
            {"line":2,"skipped":"this machine was 600 ms late"}
            {"line":3,"skipped":"a kernel has no thaw"}
            {"line":4}
            {"line":1,"readable":true}
            {"line":3,"readable":true}
            2 passed, 1 failed, 2 skipped
            """.ReplaceLineEndings("\n"), "a/two.jsonl:3: expected, got\n", ["one", "two"], static name => s_steps[name]);
        Assert.Multiple(() =>
        {
            Assert.That((runs["one"].Passed, runs["one"].Failed, runs["one"].Skipped), Is.EqualTo((2, 0, 1)));
            Assert.That(runs["one"].Reasons, Is.EqualTo(new[] { "this machine was 600 ms late", "a kernel has no thaw" }));
            Assert.That((runs["one"].WasLate, runs["one"].DependsOnMachine), Is.EqualTo((true, true)));
            Assert.That((runs["two"].Passed, runs["two"].Failed, runs["two"].Skipped), Is.EqualTo((0, 1, 0)));
            Assert.That((runs["two"].WasLate, runs["two"].DependsOnMachine), Is.EqualTo((false, false)));
        });
    }

    [TestCase("", TestName = "Parse_NoOutput_GivesNoRun")]
    [TestCase("{\"line\":1}\n", TestName = "Parse_EndsInTheMiddle_GivesNoRun")]
    [TestCase("{\"line\":1}\n{\"line\":3}\n2 passed, 0 failed\n", TestName = "Parse_AnotherCount_GivesNoRun")]
    public void Parse_GivesNoRun(string output) =>
        Assert.That(ScenarioRun.Parse(output, "", ["two"], static name => s_steps[name]), Is.Empty);
}
