using System.Text.Json;

namespace TimeNs.Tool.Scenarios;

/// <summary>One line of a scenario, checked.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Verb">What it does.</param>
/// <param name="Arguments">With what.</param>
/// <param name="Expect">What must be in the result; null when nothing is asked of it.</param>
internal sealed record Step(int Line, Verb Verb, StepArguments Arguments, JsonElement? Expect);

/// <summary>A scenario file, checked.</summary>
internal sealed record Scenario(string File, IReadOnlyList<Step> Steps);

/// <summary>The arguments of a step under their names, each of the type that its <see cref="ArgumentKind"/> reads.</summary>
internal sealed class StepArguments(IReadOnlyDictionary<string, object> values)
{
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>An argument that the verb requires.</summary>
    public T Get<T>(string name) => (T)values[name];

    /// <summary>An argument, or what stands for it when it is left out.</summary>
    public T Get<T>(string name, T absent) => values.TryGetValue(name, out var value) ? (T)value : absent;
}
