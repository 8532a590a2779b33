using TimeNs.Clocks;
using TimeNs.Timers;

namespace TimeNs.Tests.Control;

/// <summary>Every refusal is a typed problem, and nothing has changed by it.</summary>
[CancelAfter(60_000)]
public class RefusalsTest
{
    private ControlRig _rig = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _rig = await ControlRig.StartAsync(static o => o.Limits.RequestBurst = 1_000_000);
        await _rig.MakeAsync();
        _rig.Runtime.CreateNamespace("frozen").Freeze();
        _rig.Runtime.CreateNamespace("absolute").CreateTimer(ClockId.Monotonic).Set(TimerSetting.At(new ClockTime(long.MaxValue - 1)));
    }

    [OneTimeTearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    [TestCase("GET", "/v1/nothing", null, 404, "no-such-path", null)]
    [TestCase("GET", "/v1/namespaces/web/timers/beat/x/y", null, 404, "no-such-path", null)]
    [TestCase("GET", "/v1/namespaces/nope", null, 404, "no-such-namespace", "ENOENT")]
    [TestCase("GET", "/v1/namespaces/nope/timers/1", null, 404, "no-such-namespace", "ENOENT")]
    [TestCase("GET", "/v1/namespaces/web/timers/99", null, 404, "no-such-timer", "ENOENT")]
    [TestCase("GET", "/v1/events?namespace=nope", null, 404, "no-such-namespace", "ENOENT")]
    [TestCase("GET", "/v1/events?namespace=web&timer=nope", null, 404, "no-such-timer", "ENOENT")]
    [TestCase("GET", "/v1/events?timer=1", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/events?read=true", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/events?read=yes", null, 400, "bad-argument", "EINVAL")]
    [TestCase("DELETE", "/v1/clocks", null, 405, "bad-method", null)]
    [TestCase("PUT", "/v1/namespaces/web", "{}", 405, "bad-method", null)]
    [TestCase("GET", "/v1/clocks?x=1", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/namespaces/web/timers?limit=1&limit=2", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/namespaces/web/timers?limit=0", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/namespaces/web/timers?limit=1001", null, 400, "bad-argument", "EINVAL")]
    [TestCase("GET", "/v1/namespaces/web/timers?after=-1", null, 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", null, 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", "", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", "null", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", "{", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", "{}", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":null}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":""}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"."}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":".."}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a\nb"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","name":"b"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","more":1}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","offsets":{"realtime":1.5}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","offsets":{"realtime":"soon"}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","offsets":{"monotonic":"2027-01-01T00:00:00Z"}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","offsets":{"monotonic":"-1001s"}}""", 422, "out-of-range", "ERANGE")]
    [TestCase("POST", "/v1/namespaces", """{"name":"a","offsets":{"realtime":"200000d"}}""", 422, "out-of-range", "ERANGE")]
    [TestCase("POST", "/v1/namespaces", """{"name":"web"}""", 409, "exists", "EEXIST")]
    [TestCase("POST", "/v1/namespaces", """{"name":"host"}""", 409, "exists", "EEXIST")]
    [TestCase("PATCH", "/v1/namespaces/web", """{}""", 400, "bad-argument", "EINVAL")]
    [TestCase("PATCH", "/v1/namespaces/web", """{"offsets":null}""", 400, "bad-argument", "EINVAL")]
    [TestCase("PATCH", "/v1/namespaces/web", """{"offsets":{"monotonic":"-1s"}}""", 409, "refused", "EACCES")]
    [TestCase("PATCH", "/v1/namespaces/web?dry_run=true", """{"offsets":{"monotonic":"-1s"}}""", 409, "refused", "EACCES")]
    [TestCase("PATCH", "/v1/namespaces/web?dry_run=true", """{"offsets":{"monotonic":"-2000s"}}""", 422, "out-of-range", "ERANGE")]
    [TestCase("PATCH", "/v1/namespaces/host", """{"offsets":{"realtime":"1s"}}""", 409, "refused", "EACCES")]
    [TestCase("DELETE", "/v1/namespaces/host", null, 409, "refused", "EBUSY")]
    [TestCase("POST", "/v1/namespaces/host/freeze", null, 409, "refused", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/frozen/freeze", null, 409, "frozen", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/thaw", null, 409, "frozen", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/frozen/thaw", """{"clocks":"none"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/frozen/thaw", """{"monotonic":"wall"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"tai"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"monotonic","name":"beat"}""", 409, "exists", "EEXIST")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"monotonic","name":"12"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"monotonic","set":{}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"monotonic","set":{"value":"1s","at":"2s"}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/web/timers", """{"clock":"monotonic","set":{"at":"2027-01-01T00:00:00Z"}}""", 400, "bad-argument", "EINVAL")]
    [TestCase("PUT", "/v1/namespaces/web/timers/beat", """{"value":"-1s"}""", 400, "bad-argument", "EINVAL")]
    [TestCase("PUT", "/v1/namespaces/web/timers/beat", """{"at":0}""", 400, "bad-argument", "EINVAL")]
    [TestCase("PUT", "/v1/namespaces/web/timers/beat", """{"value":1,"interval":-1}""", 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/host/checkpoint", null, 409, "refused", "EINVAL")]
    [TestCase("POST", "/v1/namespaces/absolute/checkpoint?absolute=refuse", null, 409, "refused", "EOPNOTSUPP")]
    [TestCase("POST", "/v1/namespaces/web/checkpoint?absolute=maybe", null, 400, "bad-argument", "EINVAL")]
    [TestCase("POST", "/v1/restore", "{}", 415, "bad-media-type", null)]
    [TestCase("POST", "/v1/forecast", null, 415, "bad-media-type", null)]
    public async Task Call(string method, string path, string? body, int status, string kind, string? errno)
    {
        var before = (await _rig.SendAsync("GET", "/v1/namespaces")).Text;
        var problem = (await _rig.SendAsync(method, path, body)).IsProblem(status, kind);
        Assert.That(problem.Errno, Is.EqualTo(errno));
        Assert.That((await _rig.SendAsync("GET", "/v1/namespaces")).Text, Is.EqualTo(before), "a refusal changes nothing");
    }

    [Test]
    public async Task BadMethod_SaysWhichAreAllowed()
    {
        using var response = await _rig.Http.DeleteAsync("/v1/clocks");
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "GET" }));
    }

    [Test]
    public async Task BadArgument_NamesTheParameter()
    {
        var problem = (await _rig.SendAsync("POST", "/v1/namespaces", """{"name":"a","offsets":{"monotonic":"x"}}""")).IsProblem(400, "bad-argument");
        Assert.That(problem.Parameter, Is.EqualTo("offsets.monotonic"));
        Assert.That(problem.Detail, Does.Contain("'x'").And.Contain("span"));
    }

    [Test]
    public async Task Json_OfAnotherMediaType_Is415()
    {
        var answer = await _rig.SendAsync("POST", "/v1/namespaces", change: static request => request.Content = new StringContent("""{"name":"a"}"""));
        answer.IsProblem(415, "bad-media-type");
    }

    [Test]
    public async Task Image_Damaged_SaysWhere()
    {
        var image = (await _rig.SendAsync("POST", "/v1/namespaces/web/checkpoint")).Has(200).Body;
        image[^1] ^= 1;
        var problem = (await _rig.SendImageAsync("/v1/restore?as=other", image)).IsProblem(422, "bad-image");
        Assert.That(problem.Field, Is.Not.Null.And.Not.Empty);
        Assert.That(problem.Reason, Is.Not.Null.And.Not.Empty);
        (await _rig.SendImageAsync("/v1/forecast", [])).IsProblem(422, "bad-image");
        (await _rig.SendImageAsync("/v1/forecast", [1, 2, 3])).IsProblem(422, "bad-image");
    }

    [Test]
    public async Task Image_RestoredUnderATakenName_IsRefused()
    {
        var image = (await _rig.SendAsync("POST", "/v1/namespaces/web/checkpoint")).Has(200).Body;
        (await _rig.SendImageAsync("/v1/restore", image)).IsProblem(409, "exists");
        (await _rig.SendImageAsync("/v1/restore?as=..", image)).IsProblem(400, "bad-argument");
        (await _rig.SendImageAsync("/v1/forecast?within=-1s", image)).IsProblem(400, "bad-argument");
        (await _rig.SendImageAsync("/v1/forecast?within=5", image)).IsProblem(400, "bad-argument");
        (await _rig.SendImageAsync("/v1/forecast?missed=all", image)).IsProblem(400, "bad-argument");
        (await _rig.SendImageAsync("/v1/restore?as=w", image, "text/plain")).IsProblem(415, "bad-media-type");
    }

    [Test]
    public async Task Namespace_ClosedByTheApplication_IsGone()
    {
        var ns = _rig.Runtime.CreateNamespace("brief");
        ns.Dispose();
        (await _rig.SendAsync("GET", "/v1/namespaces/brief")).IsProblem(404, "no-such-namespace");
    }
}
