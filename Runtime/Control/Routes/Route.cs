using System.Text.Json.Serialization.Metadata;

namespace TimeNs.Control.Routes;

/// <summary>A call of the control interface: what the endpoint, the OpenAPI document and the tests know of it.</summary>
/// <param name="Id">Its name in the OpenAPI document.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">With parameters in braces.</param>
/// <param name="Role">What a client must be to make it.</param>
/// <param name="Summary">What it does, in a line.</param>
internal sealed record Route(string Id, string Method, string Path, Role Role, string Summary)
{
    /// <summary>The status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The JSON that it takes; null for none.</summary>
    public JsonTypeInfo? Request { get; init; }

    /// <summary>True when <see cref="Request"/> may be left out.</summary>
    public bool RequestIsOptional { get; init; }

    /// <summary>True when it takes an image.</summary>
    public bool TakesImage { get; init; }

    /// <summary>The JSON that it gives; null for none, or for another media type.</summary>
    public JsonTypeInfo? Response { get; init; }

    /// <summary>The media type of what it gives.</summary>
    public string ResponseType { get; init; } = "application/json";

    /// <summary>The parameters of its query.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>The kinds of problem that are its own, beside those of every call.</summary>
    public IReadOnlyList<ProblemKind> Problems { get; init; } = [];
}

/// <summary>A parameter in the query of a call; another one is refused.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it is, in a line.</param>
/// <param name="Words">The words that it may be; empty for free text.</param>
internal sealed record QueryParameter(string Name, string Summary, params string[] Words);
