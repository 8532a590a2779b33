using System.Text.RegularExpressions;

namespace TimeNs.Tests.Tidy;

/// <summary>The files of the repository, as the tidy tests read them.</summary>
internal static class Sources
{
    private static readonly string[] Skipped = ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", ".git"];

    /// <summary>Every file with this ending, relative to the root, with forward slashes; nothing that a build made.</summary>
    public static IReadOnlyList<string> Files(string pattern, string under = "") => [.. Walk(new DirectoryInfo(Path.Combine(Repository.Root, under)))
        .SelectMany(folder => folder.EnumerateFiles(pattern))
        .Select(static file => Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    /// <summary>The places where a pattern is found, as <c>file:line: text</c>.</summary>
    public static IEnumerable<string> Find(IEnumerable<string> files, Regex pattern, bool inComments) => files.SelectMany(file =>
        Read(file).Split('\n').Index()
            .Where(line => pattern.IsMatch(inComments ? line.Item : WithoutComment(line.Item)))
            .Select(line => $"{file}:{line.Index + 1}: {line.Item.Trim()}"));

    private static string WithoutComment(string line) => line.IndexOf("//", StringComparison.Ordinal) is var at and >= 0 ? line[..at] : line;

    private static IEnumerable<DirectoryInfo> Walk(DirectoryInfo folder) => folder.EnumerateDirectories()
        .Where(static d => !Skipped.Contains(d.Name, StringComparer.Ordinal))
        .SelectMany(Walk)
        .Prepend(folder);
}
