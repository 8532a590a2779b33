using TimeNs.Control.Problems;
using TimeNs.Control.Routes;

namespace TimeNs.Control;

/// <summary>Names that can stand in a path. The engine takes some that cannot.</summary>
internal static class PathNames
{
    /// <exception cref="ArgumentException">The engine does not take the name, or a path cannot carry it.</exception>
    public static string CheckNamespace(string? name, string parameter) => CheckDots(Names.Check(name, parameter), parameter);

    /// <inheritdoc cref="CheckNamespace"/>
    public static string CheckTimer(string? name, string parameter)
    {
        CheckDots(Names.Check(name, parameter), parameter);
        return name!.All(char.IsAsciiDigit) ? throw new ArgumentException($"'{name}' would be taken for an id: a name must not be all digits.", parameter) : name!;
    }

    /// <summary>The parts of a path, decoded one by one, so that a name may have a slash in it.</summary>
    /// <exception cref="ControlException">400: a broken escape.</exception>
    public static string Part(string rawTarget, int fromEnd)
    {
        var path = rawTarget.AsSpan();
        var end = path.IndexOfAny('?', '#');
        path = end < 0 ? path : path[..end];
        path = path.TrimEnd('/');
        for (; fromEnd > 0; fromEnd--)
        {
            path = path[..Math.Max(0, path.LastIndexOf('/'))];
        }

        var part = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        return Names.IsWellFormed(part) && !part.Contains('\ufffd', StringComparison.Ordinal)
            ? part
            : throw new ControlException(ProblemKind.BadArgument, "A name in the path is not well-formed UTF-8.") { Errno = Errno.EINVAL };
    }

    private static string CheckDots(string name, string parameter) => name is "." or ".."
        ? throw new ArgumentException($"'{name}' cannot stand in a path: it cannot be a name here.", parameter)
        : name;
}
