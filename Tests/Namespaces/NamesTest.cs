using NUnit.Framework;

namespace TimeNs.Tests.Namespaces;

/// <summary>What namespaces and timers may be called.</summary>
[TestFixture]
public sealed class NamesTest
{
    [TestCase("a")]
    [TestCase("web server 1")]
    [TestCase("день/日")]
    [TestCase("\U0001F550")]
    public void Fault_AnOrdinaryName_IsNone(string name)
    {
        Assert.That(Names.Fault(name), Is.Null);
        Assert.That(Names.Check(name, "name"), Is.EqualTo(name));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("  ")]
    [TestCase("\t")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [TestCase("a\u007f")]
    public void Check_AnImpossibleName_IsRefused(string? name)
    {
        Assert.That(Names.Fault(name), Is.Not.Null);
        Assert.That(() => Names.Check(name, "name"), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo("name"));
    }

    [Test]
    public void Check_UnpairedSurrogates_AreRefused()
    {
        // Built here: an attribute's text cannot hold them.
        foreach (var name in new[] { "a\ud800", "\udc00a", "\udc00\ud800", "\ud83d\ud83d\udd50" })
        {
            Assert.That(Names.Fault(name), Does.Contain("Unicode"));
        }
    }

    [Test]
    public void Fault_LengthIsAtMostTheMaximum()
    {
        Assert.That(Names.Fault(new string('n', Names.MaxLength)), Is.Null);
        Assert.That(Names.Fault(new string('n', Names.MaxLength + 1)), Does.Contain("128"));
    }
}
