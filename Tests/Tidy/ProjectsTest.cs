using System.Xml.Linq;
using NUnit.Framework;

namespace TimeNs.Tests.Tidy;

/// <summary>Arrows between projects point down only: Tool → Control → Engine → Namespaces; Bench and Tests stand above all of them.</summary>
[TestFixture]
public sealed class ProjectsTest
{
    public static IEnumerable<string> Projects => Sources.Files("*.csproj");

    [TestCaseSource(nameof(Projects))]
    public void References_PointDownOnly(string project)
    {
        foreach (var reference in Values(project, "ProjectReference"))
        {
            var target = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, project, "..", reference))).Replace('\\', '/');
            Assert.That(Projects, Does.Contain(target), $"{project} refers to {reference}");
            Assert.That(Level(target), Is.LessThan(Level(project)), $"{project} refers to {target}");
        }
    }

    [TestCaseSource(nameof(Projects))]
    public void Packages_HaveTheirVersionsInOnePlace(string project)
    {
        var references = XDocument.Parse(Sources.Read(project)).Descendants("PackageReference").ToList();
        Assert.That(references.Where(static r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null), Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Solution_HoldsEveryProject(string project) =>
        Assert.That(Sources.Read("TimeNs.sln").Replace('\\', '/'), Does.Contain($"\"{project}\""));

    [Test]
    public void Namespaces_NeedsNoMoreThanDatesAndHashes()
    {
        const string Core = "Namespaces/TimeNs.Namespaces.csproj";
        Assert.That(Values(Core, "ProjectReference"), Is.Empty);
        Assert.That(
            Values(Core, "PackageReference").Where(static p => !p.EndsWith("Analyzers", StringComparison.Ordinal)),
            Is.EquivalentTo(new[] { "NodaTime", "System.IO.Hashing" }));
    }

    private static IEnumerable<string> Values(string project, string element) =>
        XDocument.Parse(Sources.Read(project)).Descendants(element).Select(static e => e.Attribute("Include")!.Value);

    private static int Level(string project) => project.Split('/') switch
    {
        ["Namespaces", ..] => 0,
        ["Runtime", "Engine", ..] => 1,
        ["Runtime", "Control", ..] => 2,
        ["Runtime", ..] => 3,
        ["Bench", ..] => 4,
        ["Tests", ..] => 5,
        _ => throw new InvalidOperationException($"{project} has no place in the layout: see docs/architecture.md"),
    };
}
