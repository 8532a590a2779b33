using System.Text.RegularExpressions;
using NUnit.Framework;

namespace TimeNs.Tests.Tidy;

/// <summary>What no source file may have, whatever it is about.</summary>
[TestFixture]
public sealed class SourceFilesTest
{
    private const int MaxLines = 450;

    /// <summary>In two halves, so that this file does not hold what it looks for.</summary>
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];

    [Test]
    public void Sources_AreShort() => Assert.That(
        Sources.Files("*.cs").Select(static f => (File: f, Lines: Sources.Read(f).Count(static c => c == '\n'))).Where(static f => f.Lines > MaxLines),
        Is.Empty, $"one noun a file, at most {MaxLines} lines");

    [Test]
    public void Sources_AreFinished() => Assert.That(
        Sources.Find(Sources.Files("*.cs"), Word($@"\b({string.Join('|', Unfinished)})\b"), inComments: true), Is.Empty);

    [Test]
    public void Sources_SleepOnlyInAKernel() => Assert.That(
        Sources.Find(Sources.Files("*.cs").Where(static f => !f.Contains("/Kernel/", StringComparison.Ordinal)), Word(@"\bThread\." + "Sleep"), inComments: false), Is.Empty);

    [Test]
    public void Sources_AreUtf8WithPlainLineEnds() => Assert.That(
        Sources.Files("*.cs").Where(static f => Sources.Read(f) is var text && (text.Contains('\r') || text.Contains('\ufeff') || !text.EndsWith('\n'))), Is.Empty);

    [Test]
    public void Sources_AreFound() => Assert.That(Sources.Files("*.cs"), Does.Contain("Tests/Tidy/SourceFilesTest.cs").And.Contain("Namespaces/TimeNamespace.cs"));

    private static Regex Word(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(5));
}
