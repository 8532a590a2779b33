using System.Text.Json;
using TimeNs.Control.OpenApi;
using TimeNs.Control.Routes;

namespace TimeNs.Tests.Control;

/// <summary>The OpenAPI document and docs/operations.md have every call.</summary>
[CancelAfter(60_000)]
public class OpenApiTest
{
    [Test]
    public async Task Document_IsServed_AndHasEveryCall()
    {
        await using var rig = await ControlRig.StartAsync();
        var document = JsonDocument.Parse((await rig.SendAsync("GET", "/v1/openapi.json")).Has(200).Body).RootElement;
        Assert.That(document.GetProperty("openapi").GetString(), Does.StartWith("3.1."));
        var paths = document.GetProperty("paths");
        foreach (var route in RouteTable.All)
        {
            var operation = paths.GetProperty(route.Path).GetProperty(route.Method.ToLowerInvariant());
            Assert.That(operation.GetProperty("operationId").GetString(), Is.EqualTo(route.Id));
            var responses = operation.GetProperty("responses").EnumerateObject().Select(static r => r.Name).ToArray();
            Assert.That(responses, Is.EquivalentTo(OpenApiDocument.ProblemsOf(route).Select(static p => $"{p.Status}").Append($"{route.Status}").Distinct()), route.Id);
            Assert.That(operation.TryGetProperty("requestBody", out _), Is.EqualTo(route.Request is not null || route.TakesImage), route.Id);
        }

        var calls = paths.EnumerateObject().Sum(static p => p.Value.EnumerateObject().Count());
        Assert.That(calls, Is.EqualTo(RouteTable.All.Count));
    }

    [Test]
    public void Document_EveryReference_LeadsToASchema()
    {
        var document = JsonDocument.Parse(OpenApiDocument.Utf8).RootElement;
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
            foreach (var route in RouteTable.All)
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
