using System.Buffers;
using System.Text;

namespace TimeNs;

/// <summary>What a namespace or a timer may be called.</summary>
internal static class Names
{
    public const int MaxLength = 128;

    /// <summary>Why a name cannot be used, or null when it can.</summary>
    public static string? Fault(string? name) =>
        string.IsNullOrWhiteSpace(name) ? "a name must not be empty or blank"
        : name.Length > MaxLength ? $"a name has at most {MaxLength} characters, this one {name.Length}"
        : name.Any(char.IsControl) ? "a name must not contain control characters"
        : !IsWellFormed(name) ? "a name must be well-formed Unicode"
        : null;

    /// <exception cref="ArgumentException">The name cannot be used.</exception>
    public static string Check(string? name, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        return Fault(name) is { } fault ? throw new ArgumentException($"'{Printable(name)}': {fault}.", parameter) : name;
    }

    private static string Printable(string name) => string.Concat(name.Select(static c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>Without half of a surrogate pair, which UTF-8 could not carry.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (Rune.DecodeFromUtf16(text, out _, out var taken) == OperationStatus.Done)
        {
            text = text[taken..];
        }

        return text.IsEmpty;
    }
}
