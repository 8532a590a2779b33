using System.Reflection;
using System.Text;
using TimeNs.Control;
using TimeNs.Control.Configuration;

namespace TimeNs.Tests.Control.Service;

public class ConfigParserTest
{
    [TestCase("{\n  \"prun\": true\n}", "2:3: $.prun: it is not known")]
    [TestCase("{\"prune\": true, \"prune\": true}", "1:17: $.prune: it is there twice")]
    [TestCase("{\"prune\": 1}", "1:11: $.prune: true or false is wanted, not a number")]
    [TestCase("[]", "1:1: $: an object is wanted, not an array")]
    [TestCase("", "1:1: $: this is no JSON")]
    [TestCase("{\"a\": tru}", "1:10: $.a: this is no JSON")]
    [TestCase("{} x", "1:4: $: this is no JSON")]
    [TestCase("{\"é\": 1}", "1:2: $['é']: it is not known")]
    [TestCase("{\"host_name\": \"é\", \"x\": 1}", "1:20: $.x: it is not known")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", "1:41: $.namespaces[1].name: the name 'a' is taken")]
    [TestCase("{\"namespaces\": [{\"name\": \"host\"}]}", "$.namespaces[0].name: 'host' is the host itself")]
    [TestCase("{\"namespaces\": [{}]}", "1:17: $.namespaces[0]: name is missing")]
    [TestCase("{\"namespaces\": [5]}", "1:17: $.namespaces[0]: an object is wanted, not a number")]
    [TestCase("{\"namespaces\": [{\"name\": 5}]}", "1:26: $.namespaces[0].name: a string is wanted, not a number")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"timers\": [{\"name\": \"t\"}]}]}", "1:42: $.namespaces[0].timers[0]: clock is missing")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"offsets\": {\"boottime\": 1.5}}]}", "$.namespaces[0].offsets.boottime: a string such as \"1h30m\" or an integer of nanoseconds is wanted, not 1.5")]
    [TestCase("{\"access\": {\"admin_groups\": [\"0\", \"no such group\"]}}", "1:35: $.access.admin_groups[1]: there is no group 'no such group'")]
    [TestCase("{\"access\": {\"token_file\": \"/no/such\"}}", "1:27: $.access.token_file: Could not find")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"offsets\": {\"realtime\": \"soon\"}}]}", "1:55: $.namespaces[0].offsets.realtime: 'soon' is not a span")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"offsets\": {\"boottime\": \"2027-01-01T00:00:00Z\"}}]}", "$.namespaces[0].offsets.boottime: '2027-01-01T00:00:00Z' is not a span")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"timers\": [{\"name\": \"1\", \"clock\": \"realtime\"}]}]}", "$.namespaces[0].timers[0].name: '1' would be taken for an id")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"timers\": [{\"name\": \"t\", \"clock\": \"tai\"}]}]}", "$.namespaces[0].timers[0].clock: 'tai' is none of")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"timers\": [{\"name\": \"t\", \"clock\": \"realtime\", \"set\": {\"value\": \"1s\", \"at\": \"1s\"}}]}]}", "$.namespaces[0].timers[0].set.value: Either value or at")]
    [TestCase("{\"namespaces\": [{\"name\": \"a\", \"timers\": [{\"name\": \"t\", \"clock\": \"realtime\", \"set\": {\"value\": \"1s\", \"interval\": \"-1s\"}}]}]}", "$.namespaces[0].timers[0].set.interval: The interval must not be negative")]
    [TestCase("{\"limits\": {\"json_bytes\": 255}}", "$.limits.json_bytes: a whole number from 256 to 16777216 is wanted, not 255")]
    [TestCase("{\"access\": {\"read_users\": [\"no such user\"]}}", "1:28: $.access.read_users[0]: there is no user 'no such user'")]
    [TestCase("{\"access\": {\"tcp_role\": \"root\"}}", "$.access.tcp_role: it is none of none, read, admin")]
    [TestCase("{\"state\": {\"interval\": \"1ms\"}}", "$.state.interval: '1ms' is no span from 1s to 1d")]
    [TestCase("{\"state\": {\"directory\": \"here\"}}", "$.state.directory: the path must be absolute")]
    [TestCase("{\"state\": {\"restore\": {\"missed\": \"all\"}}}", "$.state.restore.missed: 'all' is none of count, one, skip")]
    [TestCase("{\"http\": {\"listen\": \"localhost:1\"}}", "$.http.listen: an address and a port are wanted")]
    [TestCase("{\"http\": {\"listen\": \"0.0.0.0:1\"}}", "$.http.listen: this is no loopback address")]
    [TestCase("{\"metrics\": {\"otlp\": {\"endpoint\": \"ftp://x\"}}}", "$.metrics.otlp.endpoint: an http or https address is wanted")]
    public void Parse_AFault_IsToldWithItsPlace(string json, string fault)
    {
        var refused = Assert.Throws<ConfigException>(() => Parse(json));
        Assert.That(refused!.Message, Does.StartWith("f.json:").And.Contain(fault));
        Assert.That(refused.Faults, Has.Count.EqualTo(1), refused.Message);
    }

    [Test]
    public void Parse_ManyFaults_AreToldTogetherInTheirOrder()
    {
        var refused = Assert.Throws<ConfigException>(() => Parse("""{"limits": {"x": 1},"""
            + "\n" + """ "namespaces": [{"name": "a", "offsets": {"realtime": "x", "monotonic": "y"}}], "y": 1}"""));
        Assert.That(refused!.Message.Split('\n').Select(static l => l.Split(": ")[1]), Is.EqualTo(new[]
        {
            "$.limits.x", "$.namespaces[0].offsets.realtime", "$.namespaces[0].offsets.monotonic", "$.y",
        }));
    }

    [Test]
    public void Parse_CommentsAndTrailingCommas_AreTaken()
    {
        var config = Parse("""{ /* a */ "namespaces": [ {"name": "a", "offsets": {"realtime": 5,}, "timers": [{"name": "t", "clock": "monotonic", "set": {"value": "1s"}},]}, ], } // end""");
        Assert.That(config.Namespaces[0].Realtime?.Text, Is.EqualTo("5ns"));
        Assert.That(config.Namespaces[0].Timers[0].Set?.Value?.Text, Is.EqualTo("1s"));
    }

    /// <summary>Every byte cut off, and every byte changed: refused with a place, or taken; never anything else.</summary>
    [Test]
    public void Parse_DamagedFiles_AreRefusedOrTaken()
    {
        var good = Encoding.UTF8.GetBytes("""{"namespaces":[{"name":"wéb","offsets":{"realtime":"+3d","monotonic":1},"timers":[{"name":"b","clock":"boottime","set":{"at":"1s","interval":"1s","cancel_on_set":true}}]}],"limits":{"event_buffer":8}}""");
        var refused = 0;
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var damaged in new[] { good[..i], [.. good[..i], (byte)(good[i] ^ 0x5a), .. good[(i + 1)..]], [.. good[..i], 0xff, .. good[i..]] })
            {
                try
                {
                    ConfigParser.Parse(damaged, "f.json");
                }
                catch (ConfigException fault)
                {
                    refused++;
                    Assert.That(fault.Faults[0].Place.Line, Is.EqualTo(1), fault.Message);
                }
            }
        }

        Assert.That(refused, Is.GreaterThan(good.Length));
    }

    [Test]
    public void Limits_HaveTheRangesOfTheOptions_AndNoneIsMissing()
    {
        var properties = typeof(LimitOptions).GetProperties();
        Assert.That(LimitNames.All.Select(static l => l.Name), Is.EquivalentTo(properties.Select(static p => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))));
        foreach (var (name, least, most, set) in LimitNames.All)
        {
            var property = properties.Single(p => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name) == name);
            var range = property.GetCustomAttribute<System.ComponentModel.DataAnnotations.RangeAttribute>()!;
            var limits = new LimitOptions();
            set(limits, most);
            Assert.That((least, most, property.GetValue(limits)), Is.EqualTo(((int)range.Minimum, (int)range.Maximum, (object)most)), name);
        }
    }

    private static ServiceConfig Parse(string json) => ConfigParser.Parse(Encoding.UTF8.GetBytes(json), "f.json");
}
