using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using TimeNs.Tool.Reports;

namespace TimeNs.Tool.Client;

/// <summary>One run of a verb that asks the service: what was given, whom to ask, and where the answer goes.</summary>
internal sealed class Session(ParseResult parsed, ServiceClient service, Surroundings surroundings, bool isJson)
{
    public ServiceClient Service { get; } = service;

    public Surroundings Surroundings { get; } = surroundings;

    public TextWriter Output => parsed.InvocationConfiguration.Output;

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    public bool IsJson { get; } = isJson;

    public ParseResult Parsed => parsed;

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The answer, for programs or for people.</summary>
    public int Show<T>(T answer, JsonTypeInfo<T> type, Action<T> forPeople)
    {
        if (IsJson)
        {
            WireJson.Write(Output, answer, type);
        }
        else
        {
            forPeople(answer);
        }

        return CommandLine.Done;
    }
}
