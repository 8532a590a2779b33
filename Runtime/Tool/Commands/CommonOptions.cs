using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NodaTime;
using TimeNs.Control.Text;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Commands;

/// <summary>Arguments and options that several commands take, each with a message of its own for a value that it cannot be.</summary>
internal static class CommonOptions
{
    public const string UnknownOption = "Unknown option";

    /// <summary>Files. What looks like an option is none of them, but an option that does not exist.</summary>
    public static Argument<T> File<T>(string description, ArgumentArity arity)
    {
        var file = new Argument<T>("FILE") { Description = description, Arity = arity };
        file.Validators.Add(static result =>
        {
            if (result.Tokens.FirstOrDefault(static token => token.Value is ['-', _, ..]) is { } option)
            {
                result.AddError($"{UnknownOption} '{option.Value}' (a file of that name is ./{option.Value})");
            }
        });
        return file;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print JSON, complete, with times in nanoseconds." };

    public static Option<int> Limit() => new("--limit")
    {
        Description = "Rows to print at most.",
        HelpName = "N",
        DefaultValueFactory = static _ => 50,
        CustomParser = static result => Parse(result, "a whole number of at least 0", static (string text, out int limit) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)),
    };

    /// <summary>A duration of at least zero.</summary>
    public static Option<Duration?> Span(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = static result => Parse(result, "a duration of at least 0 such as 1h30m or 1.5s", static (string text, out Duration? span) =>
        {
            var known = DurationText.TryParse(text, out var value) && value >= Duration.Zero;
            span = value;
            return known;
        }),
    };

    public static Option<Instant?> Instant(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "INSTANT",
        CustomParser = static result => Parse(result, "an instant in UTC such as 2026-01-01T00:00:00Z", static (string text, out Instant? instant) =>
        {
            var known = InstantText.TryParse(text, out var value);
            instant = value;
            return known;
        }),
    };

    /// <summary>One word of a few; null when it is not given.</summary>
    public static Option<string?> Word<T>(string name, string description, (string Word, T Value)[] choices)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', choices.Select(static c => c.Word)) };
        var words = choices.Select(static c => c.Word).ToArray();
        option.CompletionSources.Add(words);
        option.Validators.Add(result => RefuseOthers(result, result.Tokens, name, words));
        return option;
    }

    /// <summary>
    /// Refuses what is none of a few words. <c>AcceptOnlyFromAmong</c> lets through what looks like an option, and what follows a
    /// double dash.
    /// </summary>
    public static void RefuseOthers(SymbolResult result, IReadOnlyList<Token> tokens, string name, string[] words)
    {
        if (tokens is [var token] && !words.Contains(token.Value, StringComparer.Ordinal))
        {
            result.AddError($"{name} must be one of {string.Join(", ", words)}, not '{token.Value}'");
        }
    }

    /// <summary>What a word of <see cref="Word"/> stands for.</summary>
    public static T Choose<T>(this ParseResult parsed, Option<string?> option, (string Word, T Value)[] choices, T absent) =>
        parsed.GetValue(option) is { } word ? Array.Find(choices, c => c.Word == word).Value : absent;

    private delegate bool TryRead<T>(string text, out T value);

    private static T? Parse<T>(ArgumentResult result, string wanted, TryRead<T> tryRead)
    {
        var text = result.Tokens[0].Value;
        if (tryRead(text, out var value))
        {
            return value;
        }

        result.AddError($"{((OptionResult)result.Parent!).IdentifierToken?.Value} must be {wanted}, not '{text}'");
        return default;
    }
}
