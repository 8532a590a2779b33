using System.CommandLine;
using System.CommandLine.Parsing;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;

namespace TimeNs.Tool.Commands;

/// <summary>Options whose value is a time as people write it. What cannot be one is told here; what it means is the service's to say.</summary>
internal static class TimeOptions
{
    private const string Span = "a span such as +3d, -90s, 1h30m or 5ns";
    private const string Instant = "an instant in UTC such as 2027-01-01T00:00:00Z";

    /// <summary>A span, forward or back.</summary>
    public static Option<TimeText?> OfSpan(string name, string description) => Create(name, description, "SPAN", Span, IsSpan);

    /// <summary>An instant, or a span since the clock's zero.</summary>
    public static Option<TimeText?> OfPoint(string name, string description) =>
        Create(name, description, "INSTANT|SPAN", $"{Instant}, or {Span} since the clock's zero", static text => IsInstant(text) || IsSpan(text));

    /// <summary>The offset of the wall clock.</summary>
    public static Option<TimeText?> OfRealtime(string name, string description) =>
        Create(name, description, "SPAN|INSTANT|@host", $"{Span}, {Instant}, or {TimeInput.AtHost}", static text => IsHost(text) || IsInstant(text) || IsSpan(text));

    /// <summary>The offset of another clock.</summary>
    public static Option<TimeText?> OfOffset(string name, string description) =>
        Create(name, description, "SPAN|@host", $"{Span}, or {TimeInput.AtHost}", static text => IsHost(text) || IsSpan(text));

    private static Option<TimeText?> Create(string name, string description, string helpName, string wanted, Func<string, bool> isOne) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Read(result, wanted, isOne),
    };

    private static TimeText? Read(ArgumentResult result, string wanted, Func<string, bool> isOne)
    {
        var text = result.Tokens[0].Value;
        if (isOne(text))
        {
            return new TimeText(text);
        }

        result.AddError($"{((OptionResult)result.Parent!).IdentifierToken?.Value} must be {wanted}, not '{text}'");
        return null;
    }

    private static bool IsHost(string text) => text == TimeInput.AtHost;

    private static bool IsSpan(string text) => TimeInput.TryParseSpan(text, out _);

    private static bool IsInstant(string text) => InstantText.TryParse(text, out _);
}

/// <summary><c>--realtime</c>, <c>--monotonic</c> and <c>--boottime</c> where they are offsets.</summary>
internal sealed class OffsetOptions
{
    private readonly Option<TimeText?> _realtime = TimeOptions.OfRealtime("--realtime", "What to add to the host's REALTIME, or what it is to read now.");
    private readonly Option<TimeText?> _monotonic = TimeOptions.OfOffset("--monotonic", "What to add to the host's MONOTONIC.");
    private readonly Option<TimeText?> _boottime = TimeOptions.OfOffset("--boottime", "What to add to the host's BOOTTIME.");

    public ReadOnlySpan<Symbol> All => new Symbol[] { _realtime, _monotonic, _boottime };

    /// <summary>What was given; null when nothing was.</summary>
    public OffsetsRequest? Read(ParseResult parsed)
    {
        var request = new OffsetsRequest { Realtime = parsed.GetValue(_realtime), Monotonic = parsed.GetValue(_monotonic), Boottime = parsed.GetValue(_boottime) };
        return request is { Realtime: null, Monotonic: null, Boottime: null } ? null : request;
    }
}
