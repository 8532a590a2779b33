using System.Text.Json.Nodes;

namespace TimeNs.Tool.Scenarios;

/// <summary>An argument that a verb takes.</summary>
internal sealed record ArgumentSpec(string Name, ArgumentKind Kind, bool IsRequired);

/// <summary>What a step can do: its name, its arguments, and how it is done on a host.</summary>
/// <param name="Name">The word after <c>do</c>.</param>
/// <param name="Run">Does it and gives the result; refusals are exceptions.</param>
/// <param name="Arguments">What it takes, and nothing else.</param>
internal sealed record Verb(string Name, Func<ScenarioHost, StepArguments, JsonObject> Run, params ArgumentSpec[] Arguments)
{
    public ArgumentSpec? Find(string argument) => Array.Find(Arguments, a => a.Name == argument);

    /// <summary>An argument that must be given.</summary>
    public static ArgumentSpec Required(string name, ArgumentKind kind) => new(name, kind, IsRequired: true);

    /// <summary>An argument that may be left out.</summary>
    public static ArgumentSpec Optional(string name, ArgumentKind kind) => new(name, kind, IsRequired: false);
}
