using System.Globalization;

namespace TimeNs.Bench;

/// <summary>Options of a verb: some take a value, some do not.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _given = new(StringComparer.Ordinal);

    private Arguments()
    {
    }

    /// <summary>The value of an option; null when it was not given.</summary>
    public string? this[string name] => _given.GetValueOrDefault(name);

    public bool Has(string name) => _given.ContainsKey(name);

    /// <summary>A whole number from 1 to <paramref name="most"/>.</summary>
    /// <returns>False when it is none, which <paramref name="error"/> is told.</returns>
    public bool TryNumber(string name, int otherwise, int most, TextWriter error, out int number)
    {
        number = otherwise;
        if (this[name] is not { } text
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most))
        {
            return true;
        }

        error.WriteLine($"{name} {text}: a whole number from 1 to {most} is needed.");
        return false;
    }

    /// <returns>Null when an argument is unknown or a value is missing, which <paramref name="error"/> is told.</returns>
    public static Arguments? Parse(
        IReadOnlyList<string> args, IReadOnlyCollection<string> valued, IReadOnlyCollection<string> plain, TextWriter error)
    {
        var options = new Arguments();
        for (var i = 0; i < args.Count; i++)
        {
            if (plain.Contains(args[i]))
            {
                options._given[args[i]] = null;
            }
            else if (valued.Contains(args[i]) && i + 1 < args.Count)
            {
                options._given[args[i]] = args[++i];
            }
            else
            {
                error.WriteLine(valued.Contains(args[i]) ? $"{args[i]} needs a value." : $"{args[i]}: there is no such option.");
                return null;
            }
        }

        return options;
    }
}
