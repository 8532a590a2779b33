using System.Text.Json;
using TimeNs.Control;
using TimeNs.Control.OpenApi;
using TimeNs.Control.Routes;
using TimeNs.Control.Service;
using TimeNs.Tests.Control.Service;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control;

/// <summary>The OpenAPI document and docs/operations.md have every call.</summary>
[CancelAfter(60_000)]
public class OpenApiTest
{
    [Test]
    public async Task Document_IsServed_AndHasEveryCall()
    {
        await using var rig = await ControlRig.StartAsync();
        Has((await rig.SendAsync("GET", "/v1/openapi.json")).Has(200), RouteTable.All);
    }

    /// <summary>What only <c>timens serve</c> has, and of that what is configured.</summary>
    [TestCase("{}", new[] { "GET /v1/state", "POST /v1/state" })]
    [TestCase("""{"metrics":{"prometheus":true}}""", new[] { "GET /metrics", "GET /v1/state", "POST /v1/state" })]
    public async Task Document_OfTheService_HasItsOwnCallsToo(string config, string[] own)
    {
        using var folder = new TestFolder();
        await using var rig = await ServiceRig.StartAsync(folder, config);
        Has((await rig.SendAsync("GET", "/v1/openapi.json")).Has(200), rig.Get<ControlService>().Routes);
        Assert.That(rig.Get<ControlService>().Routes.Except(RouteTable.All).Select(static r => $"{r.Method} {r.Path}"), Is.EquivalentTo(own));
        var refused = await rig.SendAsync("DELETE", "/v1/state");
        refused.IsProblem(405, "bad-method");
        var schemas = JsonDocument.Parse(OpenApiDocument.Of(rig.Get<ControlService>().Routes)).RootElement.GetProperty("components").GetProperty("schemas");
        Assert.That(schemas.GetProperty("StateInfo").GetProperty("properties").TryGetProperty("last_alive", out _), Is.True);
    }

    private static void Has(Answer answer, IReadOnlyList<Route> routes)
    {
        var document = JsonDocument.Parse(answer.Body).RootElement;
        Assert.That(document.GetProperty("openapi").GetString(), Does.StartWith("3.1."));
        var paths = document.GetProperty("paths");
        foreach (var route in routes)
        {
            var operation = paths.GetProperty(route.Path).GetProperty(route.Method.ToLowerInvariant());
            Assert.That(operation.GetProperty("operationId").GetString(), Is.EqualTo(route.Id));
            var responses = operation.GetProperty("responses").EnumerateObject().Select(static r => r.Name).ToArray();
            Assert.That(responses, Is.EquivalentTo(OpenApiDocument.ProblemsOf(route).Select(static p => $"{p.Status}").Append($"{route.Status}").Distinct()), route.Id);
            Assert.That(operation.TryGetProperty("requestBody", out _), Is.EqualTo(route.Request is not null || route.TakesImage), route.Id);
        }

        var calls = paths.EnumerateObject().Sum(static p => p.Value.EnumerateObject().Count());
        Assert.That(calls, Is.EqualTo(routes.Count));
    }

    [Test]
    public void Document_EveryReference_LeadsToASchema()
    {
        var document = JsonDocument.Parse(OpenApiDocument.Of([.. RouteTable.All, ServiceEndpoints.State, ServiceEndpoints.Save, ServiceEndpoints.Metrics])).RootElement;
        var references = References(document).Distinct().ToArray();
        Assert.That(references, Is.Not.Empty);
        foreach (var reference in references)
        {
            Assert.That(reference, Does.StartWith("#/components/schemas/"));
            Assert.That(document.GetProperty("components").GetProperty("schemas").TryGetProperty(reference["#/components/schemas/".Length..], out var schema), Is.True, reference);
            Assert.That(schema.GetProperty("properties").EnumerateObject().Count(), Is.Positive);
        }
    }

    [Test]
    public void Problems_AreInTheDocument_OrOfNoCall()
    {
        var known = RouteTable.All.SelectMany(OpenApiDocument.ProblemsOf).Append(ProblemKind.NoSuchPath).Append(ProblemKind.BadMethod).Distinct();
        Assert.That(known, Is.EquivalentTo(ProblemKind.All));
    }

    [Test]
    public void Operations_HasEveryCallAndEveryProblem()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs/operations.md"));
        Assert.Multiple(() =>
        {
            foreach (var route in RouteTable.All.Concat([ServiceEndpoints.State, ServiceEndpoints.Save, ServiceEndpoints.Metrics]))
            {
                Assert.That(text, Does.Contain($"`{route.Method} {route.Path}`"));
                foreach (var parameter in route.Query)
                {
                    Assert.That(text, Does.Contain($"`{parameter.Name}`"), route.Id);
                }
            }

            foreach (var problem in ProblemKind.All)
            {
                Assert.That(text, Does.Contain($"| {problem.Status} | `{problem.Name}` |"));
            }
        });
    }

    private static IEnumerable<string> References(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(static p => p.NameEquals("$ref") ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => at.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
