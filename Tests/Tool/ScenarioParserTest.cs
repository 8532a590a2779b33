using System.Text;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tests.Tool;

public class ScenarioParserTest
{
    private const string Advance = """{"do":"advance","by":"1s"}""";

    [TestCase("""not json""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s"} x""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s",}""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s"} // why""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s"}{"do":"advance","by":"1s"}""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s","by":"2s"}""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s","expect":{"a":1,"a":2}}""", "not JSON")]
    [TestCase("""{"do":"advance","do":"advance","by":"1s"}""", "not JSON")]
    [TestCase("""{"do":"advance","by":"1s","note":"\ud800"}""", "not well-formed Unicode")]
    [TestCase("""{"do":"advance","by":"1s","expect":{"\udc00":1}}""", "not well-formed Unicode")]
    [TestCase("""["advance"]""", "a step is a JSON object, not [\"advance\"]")]
    [TestCase("""null""", "a step is a JSON object, not null")]
    [TestCase("""42""", "a step is a JSON object, not 42")]
    [TestCase("""{}""", "no verb")]
    [TestCase("""{"by":"1s"}""", "no verb")]
    [TestCase("""{"do":1,"by":"1s"}""", "unknown verb 1")]
    [TestCase("""{"do":"advanse","by":"1s"}""", "unknown verb \"advanse\"")]
    [TestCase("""{"do":"Advance","by":"1s"}""", "unknown verb \"Advance\"")]
    [TestCase("""{"do":"advance"}""", "advance needs \"by\"")]
    [TestCase("""{"do":"advance","for":"1s"}""", "advance takes no \"for\"; it takes by")]
    [TestCase("""{"do":"advance","by":"1s","Note":"x"}""", "advance takes no \"Note\"")]
    [TestCase("""{"do":"advance","by":"1s","line":3}""", "advance takes no \"line\"")]
    [TestCase("""{"do":"advance","by":"1s","a\nb\u001b":3}""", """advance takes no "a\nb\u001B"; it takes by""")]
    [TestCase("""{"do":"advance","by":"1s","note":3}""", "\"note\" must be a string")]
    [TestCase("""{"do":"advance","by":"1s","expect":[]}""", "\"expect\" must be an object")]
    [TestCase("""{"do":"advance","by":"1s","expect":null}""", "\"expect\" must be an object")]
    [TestCase("""{"do":"advance","by":1}""", "\"by\" must be a duration of at least 0")]
    [TestCase("""{"do":"advance","by":null}""", "\"by\" must be a duration of at least 0")]
    [TestCase("""{"do":"advance","by":"-1s"}""", "\"by\" must be a duration of at least 0")]
    [TestCase("""{"do":"advance","by":"1.0000000001s"}""", "\"by\" must be a duration of at least 0")]
    [TestCase("""{"do":"suspend","by":"-1ns"}""", "\"by\" must be a duration of at least 0")]
    [TestCase("""{"do":"host","realtime":"2026-01-01"}""", "\"realtime\" must be an instant")]
    [TestCase("""{"do":"host","realtime":0}""", "\"realtime\" must be an instant")]
    [TestCase("""{"do":"host","monotonic":"2026-01-01T00:00:00Z"}""", "\"monotonic\" must be a duration")]
    [TestCase("""{"do":"namespace"}""", "namespace needs \"ns\"")]
    [TestCase("""{"do":"namespace","ns":1}""", "\"ns\" must be a name")]
    [TestCase("""{"do":"namespace","ns":"a","realtime":"2026-01-01T00:00:00Z"}""", "\"realtime\" must be a duration")]
    [TestCase("""{"do":"clock_settime","ns":"a"}""", "clock_settime needs \"realtime\"")]
    [TestCase("""{"do":"clock_gettime","ns":"a"}""", "clock_gettime needs \"clock\"")]
    [TestCase("""{"do":"clock_gettime","clock":0}""", "clock_gettime needs \"ns\"")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":"MONOTONIC"}""", "\"clock\" must be a clock")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":1.5}""", "\"clock\" must be a clock")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":1e0}""", "\"clock\" must be a clock")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":3,"clock":1}""", "\"fd\" must be a name")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":1,"flags":"NONBLOCK"}""", "\"flags\" must be flags")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":1,"flags":null}""", "\"flags\" must be flags")]
    [TestCase("""{"do":"timerfd_settime","fd":"t"}""", "timerfd_settime needs \"value\"")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":"1s"}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":1}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":[1]}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":[1,0,0]}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":[1,0.5]}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":["1","0"]}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":[9223372036854775808,0]}""", "\"value\" must be a timespec")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","value":[1,0],"interval":[null,0]}""", "\"interval\" must be a timespec")]
    [TestCase("""{"do":"set_ticks","fd":"t","ticks":-1}""", "\"ticks\" must be an integer")]
    [TestCase("""{"do":"set_ticks","fd":"t","ticks":18446744073709551616}""", "\"ticks\" must be an integer")]
    [TestCase("""{"do":"set_ticks","fd":"t","ticks":"5"}""", "\"ticks\" must be an integer")]
    [TestCase("""{"do":"checkpoint","ns":"a","image":"i","absolute":"drop"}""", "\"absolute\" must be one of keep, refuse, relative")]
    [TestCase("""{"do":"checkpoint","ns":"a","image":"i","stop":"yes"}""", "\"stop\" must be true or false")]
    [TestCase("""{"do":"checkpoint","ns":"a","image":"i","stop":1}""", "\"stop\" must be true or false")]
    [TestCase("""{"do":"restore","image":"i"}""", "restore needs \"ns\"")]
    [TestCase("""{"do":"restore","image":"i","ns":"a","clocks":"Suspend"}""", "\"clocks\" must be one of suspend, criu, gvisor")]
    [TestCase("""{"do":"restore","image":"i","ns":"a","realtime":"elapsed"}""", "\"realtime\" must be one of wall, frozen")]
    [TestCase("""{"do":"restore","image":"i","ns":"a","monotonic":"wall"}""", "\"monotonic\" must be one of frozen, elapsed")]
    [TestCase("""{"do":"restore","image":"i","ns":"a","missed":"all"}""", "\"missed\" must be one of count, one, skip")]
    [TestCase("""{"do":"thaw","ns":"a","clocks":"criu"}""", "thaw takes no \"clocks\"")]
    [TestCase("""{"do":"forecast","image":"i"}""", "forecast needs \"within\"")]
    [TestCase("""{"do":"forecast","image":"i","within":"-1s"}""", "\"within\" must be a duration of at least 0")]
    public void Parse_MalformedLine_NamesFileLineAndReason(string line, string reason)
    {
        var refused = Assert.Throws<ScenarioException>(() => Parse("# a comment\n" + Advance + "\n\n" + line + "\n" + Advance))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.File, Is.EqualTo("some.jsonl"));
            Assert.That(refused.Line, Is.EqualTo(4));
            Assert.That(refused.Reason, Does.Contain(reason));
            Assert.That(refused.Message, Is.EqualTo($"some.jsonl:4: {refused.Reason}"));
            Assert.That(refused.Message, Does.Not.Contain("\n"));
        });
    }

    [TestCase("{0}")]
    [TestCase("{{\"do\":\"{0}\"}}")]
    [TestCase("{{\"do\":\"advance\",\"{0}\":1}}")]
    [TestCase("{{\"do\":\"advance\",\"by\":\"{0}\"}}")]
    public void Parse_LongGarbage_IsQuotedShortly(string line)
    {
        var refused = Assert.Throws<ScenarioException>(() => Parse(string.Format(line, new string('n', 100_000))))!;
        Assert.That(refused.Message, Has.Length.LessThan(500));
    }

    [TestCase("\"do\":\"advance\"", "\"by\":\"1s\"")]
    [TestCase("\"by\":\"1s\"", "\"do\":\"advance\"")]
    public void Parse_MembersInAnyOrder_AreTheSameStep(string first, string second)
    {
        var step = Parse($$"""{"note":"n",{{first}},"expect":{"x":1},{{second}}}""").Steps.Single();
        Assert.That(step.Verb.Name, Is.EqualTo("advance"));
        Assert.That(step.Arguments.Get<NodaTime.Duration>("by"), Is.EqualTo(NodaTime.Duration.FromSeconds(1)));
        Assert.That(step.Expect!.Value.GetProperty("x").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public void Parse_CommentsBlanksAndCrLf_KeepTheNumbersOfLines() =>
        Assert.That(Parse($"# one\r\n\r\n  \t\r\n{Advance}\r\n#{Advance}\r\n{Advance}").Steps.Select(static s => s.Line), Is.EqualTo(new[] { 4, 6 }));

    [Test]
    public void Parse_ByteOrderMarkInFront_IsSkipped() => Assert.That(Parse("\ufeff" + Advance).Steps, Has.Count.EqualTo(1));

    [Test]
    public void Parse_ByteOrderMarkLater_IsRefused() => Assert.Throws<ScenarioException>(() => Parse(Advance + "\n\ufeff" + Advance));

    [Test]
    public void Parse_CommentThatIsIndented_IsRefused() => Assert.Throws<ScenarioException>(() => Parse(" # comment"));

    [TestCase("")]
    [TestCase("\n\n")]
    [TestCase("# nothing")]
    public void Parse_NoStep_IsAnEmptyScenario(string text) => Assert.That(Parse(text).Steps, Is.Empty);

    [TestCase("{\"do\":\"advance\",\"by\":\"1s\",\"note\":\"\xff\"}")]
    [TestCase("# \xc3 alone")]
    public void Parse_BadUtf8_IsRefused(string latin1)
    {
        var refused = Assert.Throws<ScenarioException>(() => ScenarioParser.Parse("f", Encoding.Latin1.GetBytes("\n" + latin1)))!;
        Assert.That(refused.Message, Is.EqualTo("f:2: not UTF-8"));
    }

    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":99999999999,"flags":-99999999999}""")]
    [TestCase("""{"do":"timerfd_create","ns":"a","fd":"t","clock":-1,"flags":"TFD_TIMER_ABSTIME"}""")]
    [TestCase("""{"do":"timerfd_settime","fd":"t","flags":64,"value":[-9223372036854775808,9223372036854775807],"interval":[-1,-1]}""")]
    [TestCase("""{"do":"set_ticks","fd":"","ticks":0}""")]
    [TestCase("""{"do":"namespace","ns":"","monotonic":"-99999d"}""")]
    public void Parse_ValuesThatACallRefuses_AreForTheCallToRefuse(string line) => Assert.That(Parse(line).Steps, Has.Count.EqualTo(1));

    [Test]
    public void Verbs_AreThoseOfTheFormat() => Assert.That(VerbTable.All.Select(static v => v.Name), Is.EquivalentTo(new[]
    {
        "host", "namespace", "set_offsets", "advance", "suspend", "clock_settime", "clock_gettime", "timerfd_create", "timerfd_settime",
        "timerfd_gettime", "read", "poll", "set_ticks", "fdinfo", "close", "subscribe", "unsubscribe", "freeze", "thaw", "checkpoint",
        "restore", "forecast",
    }));

    private static Scenario Parse(string text) => ScenarioParser.Parse("some.jsonl", Encoding.UTF8.GetBytes(text));
}
