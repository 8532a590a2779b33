using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TimeNs.Control.Calls;

namespace TimeNs.Tests.Control;

/// <summary>Each call leaves a trace, with its route and how it ended and without the names that clients give.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
[NonParallelizable] // a listener of traces hears of the whole process
public class TraceTest
{
    private readonly List<Activity> _traces = [];
    private ActivityListener _listener = null!;
    private ControlRig _rig = null!;

    [SetUp]
    public async Task Start()
    {
        _traces.Clear();
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == CallTrace.Source,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = trace =>
            {
                lock (_traces)
                {
                    _traces.Add(trace);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _rig = await ControlRig.StartAsync(services: static builder => builder.Logging.AddFakeLogging()); // a server that logs keeps an activity of its own
    }

    [TearDown]
    public async Task Stop()
    {
        await _rig.DisposeAsync();
        _listener.Dispose();
    }

    [Test]
    public async Task ACall_IsNamedByItsRoute_AndSaysWhoMadeItAndHowItEnded()
    {
        (await _rig.SendAsync("GET", "/v1/clocks", uid: 0)).Has(200);
        var trace = await TraceAsync();
        Assert.That((trace.Source.Name, trace.DisplayName, trace.Kind, trace.Status), Is.EqualTo(("TimeNs", "GET /v1/clocks", ActivityKind.Server, ActivityStatusCode.Unset)));
        Assert.That(trace.TagObjects.Select(static t => $"{t.Key}={t.Value}"), Is.EquivalentTo(new[]
        {
            "http.request.method=GET", "http.route=/v1/clocks", "timens.client=uid 0", "http.response.status_code=200",
        }));
    }

    [Test]
    public async Task ARefusal_HasItsKind_IsNoError_AndNamesNobody()
    {
        (await _rig.SendAsync("GET", "/v1/namespaces/private-name")).Has(404);
        var trace = await TraceAsync();
        Assert.That((trace.DisplayName, trace.GetTagItem("error.type"), trace.GetTagItem("http.response.status_code"), trace.Status),
            Is.EqualTo(("GET /v1/namespaces/{ns}", "no-such-namespace", 404, ActivityStatusCode.Unset)));
        Assert.That(trace.TagObjects.Select(static t => t.Value?.ToString()).Append(trace.DisplayName), Has.None.Contains("private-name"));
    }

    [Test]
    public async Task AFailureOfTheService_IsAnError()
    {
        _rig.Runtime.Dispose();
        Assert.That((await _rig.SendAsync("GET", "/v1/namespaces")).Status, Is.GreaterThanOrEqualTo(500));
        var trace = await TraceAsync();
        Assert.That((trace.Status, trace.GetTagItem("error.type"), trace.Events.Single().Name), Is.EqualTo((ActivityStatusCode.Error, "stopping", "exception")));
    }

    [Test]
    public async Task AnUnknownPath_IsNotNamed()
    {
        (await _rig.SendAsync("FROB", "/v1/made-up")).Has(404);
        var trace = await TraceAsync();
        Assert.That((trace.DisplayName, trace.GetTagItem("http.request.method"), trace.GetTagItem("http.route")), Is.EqualTo(("HTTP", "_OTHER", (object?)null)));
    }

    [Test]
    public async Task AClientsOwnTrace_IsGoneOnWith()
    {
        var id = ActivityTraceId.CreateRandom();
        (await _rig.SendAsync("GET", "/v1", change: request => request.Headers.Add("traceparent", $"00-{id}-00f067aa0ba902b7-01"))).Has(200);
        var trace = await TraceAsync();
        Assert.That((trace.TraceId, trace.ParentSpanId.ToHexString(), trace.HasRemoteParent), Is.EqualTo((id, "00f067aa0ba902b7", true)));
    }

    [Test]
    public async Task WithoutOne_ATraceHasNoParent()
    {
        (await _rig.SendAsync("GET", "/v1")).Has(200);
        Assert.That((await TraceAsync()).ParentId, Is.Null);
    }

    [Test]
    public async Task Probes_LeaveNoTrace()
    {
        (await _rig.SendAsync("GET", "/healthz")).Has(200);
        (await _rig.SendAsync("GET", "/v1/clocks")).Has(200);
        Assert.That((await TraceAsync()).DisplayName, Is.EqualTo("GET /v1/clocks"));
    }

    /// <summary>The one trace; it may end a moment after the answer was read, at the latest with the application.</summary>
    private async Task<Activity> TraceAsync()
    {
        await _rig.Application.StopAsync();
        lock (_traces)
        {
            return _traces.Single();
        }
    }
}
