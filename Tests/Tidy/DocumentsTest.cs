using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace TimeNs.Tests.Tidy;

/// <summary>Every relative link in a document leads somewhere: to a file, and to a heading where it names one.</summary>
[TestFixture]
public sealed class DocumentsTest
{
    private static readonly Regex Link = new(@"\]\((?<to>[^()\s]+)(\s+""[^""]*"")?\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    private static readonly Regex Fence = new(@"^(?<mark>```|~~~).*?^\k<mark>", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
    private static readonly Regex Code = new(@"`[^`\n]*`", RegexOptions.None, TimeSpan.FromSeconds(5));
    private static readonly Regex Heading = new(@"^#+\s+(?<title>.+?)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    public static IEnumerable<string> Documents => Sources.Files("*.md");

    [TestCaseSource(nameof(Documents))]
    public void Links_Resolve(string document)
    {
        var text = Code.Replace(Fence.Replace(Sources.Read(document), ""), "");
        Assert.That(Link.Matches(text).Select(static m => m.Groups["to"].Value).Where(to => !Resolves(document, to)), Is.Empty);
    }

    private static bool Resolves(string document, string link)
    {
        if (Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "mailto")
        {
            return true;
        }

        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0
            ? document
            : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, document, "..", Uri.UnescapeDataString(parts[0]))));
        var path = Path.Combine(Repository.Root, target);
        return target.StartsWith("..", StringComparison.Ordinal) is false
            && (File.Exists(path) || Directory.Exists(path))
            && (parts.Length == 1 || !target.EndsWith(".md", StringComparison.Ordinal) || Anchors(target).Contains(parts[1]));
    }

    /// <summary>As GitHub makes them: lower case, spaces to hyphens, the rest of the punctuation gone.</summary>
    private static IEnumerable<string> Anchors(string document) => Heading.Matches(Fence.Replace(Sources.Read(document), "")).Select(static m =>
        m.Groups["title"].Value.ToLowerInvariant().Replace(' ', '-')
            .Aggregate(new StringBuilder(), static (slug, c) => char.IsLetterOrDigit(c) || c is '-' or '_' ? slug.Append(c) : slug).ToString());
}
