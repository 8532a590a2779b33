using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Control.Routes;
using TimeNs.Control.Wire;

namespace TimeNs.Control.OpenApi;

/// <summary>The interface as an OpenAPI 3.1 document, made from the route table, so that no call can be missing from it.</summary>
internal static class OpenApiDocument
{
    private static readonly ProblemKind[] OfEveryCall = [ProblemKind.BadArgument, ProblemKind.Unauthorised, ProblemKind.Forbidden, ProblemKind.MisdirectedHost, ProblemKind.Limit, ProblemKind.Internal, ProblemKind.Stopping];

    private static readonly JsonTypeInfo[] EventTypes =
        [ControlJson.Default.TickEvent, ControlJson.Default.ChangeEvent, ControlJson.Default.LifeEvent, ControlJson.Default.DroppedEvent];

    private static readonly ConditionalWeakTable<IReadOnlyList<Route>, byte[]> Texts = [];

    /// <summary>The document of these calls; made once for each list of them.</summary>
    public static ReadOnlyMemory<byte> Of(IReadOnlyList<Route> routes) => Texts.GetValue(routes, static r => Encode(Create(r)));

    /// <summary>The problems that a call can have.</summary>
    public static IEnumerable<ProblemKind> ProblemsOf(Route route)
    {
        IEnumerable<ProblemKind> always = route.Role == Role.None ? [ProblemKind.BadArgument, ProblemKind.Internal, ProblemKind.Stopping] : OfEveryCall;
        IEnumerable<ProblemKind> ofBody = route.Request is not null || route.TakesImage ? [ProblemKind.TooLarge, ProblemKind.BadMediaType] : [];
        return always.Concat(ofBody).Concat(route.Problems).Distinct().OrderBy(static p => p.Status);
    }

    private static byte[] Encode(JsonObject document)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, ControlJson.Plain))
        {
            document.WriteTo(writer);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static JsonObject Create(IReadOnlyList<Route> routes) => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject
        {
            ["title"] = "TimeNs control interface",
            ["version"] = ControlService.Version,
            ["description"] = "Time namespaces of a running service. Times are nanoseconds in fields that end in _ns.",
            ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = "http://localhost", ["description"] = "Over the Unix socket of the service." }),
        ["paths"] = Paths(routes),
        ["components"] = new JsonObject
        {
            ["schemas"] = Schemas(routes),
            ["securitySchemes"] = new JsonObject
            {
                ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "Over TCP only; over the Unix socket the kernel says who the client is." },
            },
        },
        ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["token"] = new JsonArray() }),
    };

    private static JsonObject Paths(IReadOnlyList<Route> routes)
    {
        var paths = new JsonObject();
        foreach (var route in routes)
        {
            if (paths[route.Path] is not JsonObject path)
            {
                paths[route.Path] = path = [];
            }

            path[route.Method.ToLowerInvariant()] = Operation(route);
        }

        return paths;
    }

    private static JsonObject Operation(Route route)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.Id,
            ["summary"] = route.Summary,
            ["description"] = route.Role == Role.None ? "Needs no role." : $"Needs the role {route.Role.ToString().ToLowerInvariant()}.",
            ["x-timens-role"] = route.Role.ToString().ToLowerInvariant(),
            ["parameters"] = new JsonArray([.. PathParameters(route), .. route.Query.Select(QueryParameter)]),
            ["responses"] = Responses(route),
        };
        if (route.Request is { } request)
        {
            operation["requestBody"] = Body(!route.RequestIsOptional, "application/json", Reference(request));
        }
        else if (route.TakesImage)
        {
            operation["requestBody"] = Body(true, RouteTable.ImageType, Binary());
        }

        return operation;
    }

    private static JsonObject Body(bool required, string mediaType, JsonObject schema) => new() { ["required"] = required, ["content"] = Content(mediaType, schema) };

    private static JsonObject Content(string mediaType, JsonObject schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    /// <summary>Bytes as they are: in OpenAPI 3.1 a schema without a type.</summary>
    private static JsonObject Binary() => [];

    private static IEnumerable<JsonNode> PathParameters(Route route) => route.Path.Split('/').Where(static p => p.StartsWith('{')).Select(static p => new JsonObject
    {
        ["name"] = p.Trim('{', '}'),
        ["in"] = "path",
        ["required"] = true,
        ["description"] = p == $"{{{RouteTable.TimerParameter}}}" ? "The timer's id or name, percent-encoded." : "The namespace's name, percent-encoded.",
        ["schema"] = new JsonObject { ["type"] = "string" },
    });

    private static JsonObject QueryParameter(QueryParameter parameter)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (parameter.Words.Length != 0)
        {
            schema["enum"] = new JsonArray([.. parameter.Words.Select(static w => (JsonNode)w)]);
        }

        return new JsonObject { ["name"] = parameter.Name, ["in"] = "query", ["required"] = false, ["description"] = parameter.Summary, ["schema"] = schema };
    }

    private static JsonObject Responses(Route route)
    {
        var success = new JsonObject { ["description"] = route.Summary };
        if (route.Status != 204)
        {
            success["content"] = Content(route.ResponseType, route.Response is { } response ? Reference(response) : Untyped(route));
        }

        if (route == RouteTable.Checkpoint)
        {
            success["headers"] = new JsonObject
            {
                [RouteTable.TimersHeader] = Header("How many timers are in the image."),
                [RouteTable.EphemeralTimersHeader] = Header("How many armed timers of delegates are not."),
            };
        }

        var responses = new JsonObject { [route.Status.ToString()] = success };
        foreach (var status in ProblemsOf(route).GroupBy(static p => p.Status))
        {
            responses[status.Key.ToString()] = new JsonObject
            {
                ["description"] = string.Join("; ", status.Select(static p => $"{p.Name}: {p.Title}")),
                ["content"] = Content(Problem.MediaType, Reference(ControlJson.Default.Problem)),
            };
        }

        return responses;
    }

    private static JsonObject Untyped(Route route) => route == RouteTable.Events
        ? new JsonObject { ["type"] = "string", ["description"] = "Events tick (TickEvent), change (ChangeEvent), created and closed (LifeEvent), dropped (DroppedEvent)." }
        : route == RouteTable.OpenApi ? new JsonObject { ["type"] = "object" }
        : route.ResponseType.StartsWith("text/", StringComparison.Ordinal) ? new JsonObject { ["type"] = "string" } : Binary();

    private static JsonObject Header(string description) => new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "integer" } };

    private static JsonObject Reference(JsonTypeInfo type) => new() { ["$ref"] = $"#/components/schemas/{type.Type.Name}" };

    private static JsonObject Schemas(IReadOnlyList<Route> routes)
    {
        var schemas = new JsonObject();
        var types = routes.SelectMany(static r => new[] { r.Request, r.Response }).OfType<JsonTypeInfo>().Concat(EventTypes).Append(ControlJson.Default.Problem);
        foreach (var type in types.DistinctBy(static t => t.Type))
        {
            schemas[type.Type.Name] = Schema(type);
        }

        return schemas;
    }

    private static JsonNode Schema(JsonTypeInfo type) => type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = static (context, schema) => context.TypeInfo.Type == typeof(TimeText) || context.TypeInfo.Type == typeof(TimeText?) ? Time(context.TypeInfo.Type == typeof(TimeText?)) : schema,
    });

    private static JsonObject Time(bool nullable) => new()
    {
        ["type"] = nullable ? new JsonArray("string", "integer", "null") : new JsonArray("string", "integer"),
        ["description"] = "A span such as \"1h30m\" or an integer of nanoseconds, an instant in UTC, or \"@host\".",
    };
}
