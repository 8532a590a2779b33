using System.Text;
using System.Text.Json;
using NodaTime;
using TimeNs.Tool.Scenarios;
using TimeNs.Tool.Scenarios.Kernel;

namespace TimeNs.Tests.Tool;

/// <summary>What <c>simulate --kernel</c> decides before it runs anything, on any system.</summary>
public class KernelPlanTest
{
    [TestCase("""[1,1]""", "0.5s", true, Description = "the deadline is half a second away")]
    [TestCase("""[1,1]""", "1s", false, Description = "1 ns after the advance")]
    [TestCase("""[1,0]""", "1s", false, Description = "due with the advance, unless it was set late")]
    [TestCase("""[1,0]""", "1.05s", true, Description = "due by the tolerance earlier")]
    [TestCase("""[1,0]""", "1.049s", false)]
    public void Plan_RelativeTimer_IsJudgedWhereTheToleranceDecidesNothing(string value, string by, bool judged)
    {
        var plan = Plan(
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            $$"""{"do":"timerfd_settime","fd":"t","value":{{value}}}""",
            $$"""{"do":"advance","by":"{{by}}"}""",
            """{"do":"poll","fd":"t"}""");
        Assert.That(plan.Reason(3), judged ? Is.Null : Does.StartWith("too close to call"));
        Assert.That(plan.IsOmitted(3), Is.False, "it is done in either case");
    }

    [Test]
    public void Plan_AbsoluteDeadlineAtTheAdvance_IsJudged()
    {
        var plan = Plan(
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            """{"do":"timerfd_settime","fd":"t","flags":1,"value":[1001,0]}""",
            """{"do":"advance","by":"1s"}""",
            """{"do":"read","fd":"t"}""",
            """{"do":"timerfd_settime","fd":"t","flags":1,"value":[1001,10]}""",
            """{"do":"read","fd":"t"}""");
        Assert.That(plan.Reason(3), Is.Null, "a clock is never early");
        Assert.That(plan.Reason(5), Does.StartWith("too close to call"));
    }

    [Test]
    public void Plan_NoNamespaces_SkipsThemAndWhatIsInThem()
    {
        var plan = new KernelPlan(
            Parse("""{"do":"namespace","ns":"a","monotonic":"1s"}""", """{"do":"timerfd_create","ns":"a","fd":"t","clock":1}""", """{"do":"poll","fd":"t"}""", """{"do":"clock_gettime","ns":"host","clock":1}"""),
            Duration.FromMilliseconds(50), "no privilege");
        Assert.That(Enumerable.Range(0, 4).Select(plan.Reason), Is.EqualTo(new[]
        {
            "no privilege", "it depends on line 1, which was skipped", "it depends on line 1, which was skipped", null,
        }));
    }

    [Test]
    public void Plan_RealtimeOffset_LosesTheWallClockAndNothingElse()
    {
        var plan = Plan(
            """{"do":"namespace","ns":"a","realtime":"1h","monotonic":"10s"}""",
            """{"do":"clock_gettime","ns":"a","clock":"CLOCK_REALTIME"}""",
            """{"do":"clock_gettime","ns":"a","clock":"CLOCK_TAI"}""",
            """{"do":"clock_gettime","ns":"a","clock":"CLOCK_MONOTONIC"}""",
            """{"do":"timerfd_create","ns":"a","fd":"r","clock":"CLOCK_REALTIME_ALARM"}""",
            """{"do":"poll","fd":"r"}""",
            """{"do":"timerfd_create","ns":"a","fd":"b","clock":"CLOCK_BOOTTIME"}""",
            """{"do":"poll","fd":"b"}""",
            """{"do":"timerfd_create","ns":"a","fd":"c","clock":"CLOCK_REALTIME","flags":1}""",
            """{"do":"namespace","ns":"far","realtime":"-1d","monotonic":"-2000s"}""");
        const string dependent = "it depends on line 1, which was skipped";
        Assert.Multiple(() =>
        {
            Assert.That(Enumerable.Range(0, 10).Select(plan.Reason), Is.EqualTo(new[]
            {
                "a kernel has no REALTIME offset", dependent, dependent, null, dependent, "it depends on line 5, which was skipped", null, null, null,
                "a kernel has no REALTIME offset",
            }));
            Assert.That(Enumerable.Range(0, 10).Where(plan.IsOmitted), Is.EqualTo(new[] { 1, 2, 4, 5, 9 }), "the first namespace is made, without its wall clock");
            Assert.That(plan.Namespaces, Is.EqualTo(new[] { (1, new NamespaceOffsets(10_000_000_000, 0)) }));
        });
    }

    [Test]
    public void Plan_RealtimeOffsetWithoutNamespaces_LosesAll()
    {
        var plan = new KernelPlan(
            Parse("""{"do":"namespace","ns":"a","realtime":"1s"}""", """{"do":"clock_gettime","ns":"a","clock":"CLOCK_MONOTONIC"}"""),
            Duration.FromMilliseconds(50), "no privilege");
        Assert.That(Enumerable.Range(0, 2).Select(plan.Reason), Is.EqualTo(new[] { "no privilege", "it depends on line 1, which was skipped" }));
        Assert.That(plan.IsOmitted(0), Is.True);
    }

    [Test]
    public void Plan_NothingButAdvancesLeft_IsNotWaitedFor()
    {
        var plan = Plan(
            """{"do":"timerfd_create","ns":"host","fd":"t","clock":1}""",
            """{"do":"advance","by":"1s"}""",
            """{"do":"poll","fd":"t"}""",
            """{"do":"advance","by":"1s"}""",
            """{"do":"advance","by":"1s","expect":{}}""",
            """{"do":"subscribe","fd":"t"}""",
            """{"do":"advance","by":"1s"}""",
            """{"do":"poll","fd":"t"}""");
        Assert.That(new[] { 1, 3, 4, 6 }.Select(plan.IsWaitedFor), Is.EqualTo(new[] { true, true, true, false }));
        Assert.That(plan.Length, Is.EqualTo(Duration.FromSeconds(3)));
    }

    [TestCase("""{"time":[10,0]}""", """{"time":[10,50]}""", true)]
    [TestCase("""{"time":[10,0]}""", """{"time":[9,999999950]}""", true)]
    [TestCase("""{"time":[10,0]}""", """{"time":[10,51]}""", false)]
    [TestCase("""{"interval":[10,0]}""", """{"interval":[10,1]}""", false)]
    [TestCase("""{"expirations":3}""", """{"expirations":4}""", false)]
    [TestCase("""{"errno":"EAGAIN","message":"a"}""", """{"errno":"EAGAIN","message":"b"}""", true)]
    [TestCase("""{"errno":"EAGAIN"}""", """{"errno":"EBADF"}""", false)]
    [TestCase("""{"text":"ticks: 1\nit_value: (5, 0)\n"}""", """{"text":"ticks: 1\nit_value: (4, 999999960)\n"}""", true)]
    [TestCase("""{"text":"ticks: 1\nit_value: (5, 0)\n"}""", """{"text":"ticks: 2\nit_value: (5, 0)\n"}""", false)]
    [TestCase("""{"text":"ticks: 1\nit_value: (5, 0)\n"}""", """{"text":"ticks: 1\nit_value: (4, 0)\n"}""", false)]
    public void Matches_TimesNear_AndTheRestEqual(string one, string other, bool matches) =>
        Assert.That(ResultComparison.Within(50).Matches(JsonElement.Parse(one), JsonElement.Parse(other)), Is.EqualTo(matches));

    private static KernelPlan Plan(params string[] lines) => new(Parse(lines), Duration.FromMilliseconds(50), noNamespaces: null);

    private static Scenario Parse(params string[] lines) => ScenarioParser.Parse("plan.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', lines)));
}
