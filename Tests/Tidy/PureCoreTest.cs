using System.Text.RegularExpressions;
using NUnit.Framework;

namespace TimeNs.Tests.Tidy;

/// <summary>Namespaces is arithmetic and state: no thread, no lock, no ambient clock, no Rx, nothing of the machine.</summary>
[TestFixture]
public sealed class PureCoreTest
{
    [TestCase(@"\block\s*\(", TestName = "Namespaces_TakesNoLock")]
    [TestCase(@"\b(Thread\w*|Monitor|Mutex|Semaphore\w*|Interlocked|Volatile|SpinLock|Lock)\b|\bvolatile\b", TestName = "Namespaces_KnowsNoThread")]
    [TestCase(@"\b(async|await)\b|\b(Value)?Task\b", TestName = "Namespaces_WaitsForNothing")]
    [TestCase(@"\b(DateTime|DateTimeOffset)\.\w*Now|\b(Stopwatch|SystemClock|TickCount\w*)\b|TimeProvider\.System", TestName = "Namespaces_AsksNoAmbientClock")]
    [TestCase(@"System\.Reactive|\bIObserv(able|er)\b|\bIScheduler\b", TestName = "Namespaces_KnowsNoRx")]
    [TestCase(@"\b(Environment|Console|Process|File|Directory|Socket)\.|\b(DllImport|LibraryImport)\b", TestName = "Namespaces_TouchesNoMachine")]
    [TestCase(@"\bRandom\b|Guid\.NewGuid", TestName = "Namespaces_IsDeterministic")]
    public void Namespaces_Sources(string banned) =>
        Assert.That(Sources.Find(Sources.Files("*.cs", "Namespaces"), new Regex(banned, RegexOptions.None, TimeSpan.FromSeconds(5)), inComments: false), Is.Empty);

    /// <summary>A hint to the processor takes an address; nothing is read or written by it.</summary>
    [Test]
    public void Namespaces_IsUnsafeInOneFileOnly() => Assert.That(
        Sources.Find(Sources.Files("*.cs", "Namespaces").Where(static f => !f.EndsWith("/Timers/Prefetch.cs", StringComparison.Ordinal)),
            new Regex(@"\bunsafe\b", RegexOptions.None, TimeSpan.FromSeconds(5)), inComments: false), Is.Empty);

    [Test]
    public void Namespaces_Assembly_RefersToNothingOfTheWorld()
    {
        var references = typeof(TimeNs.Clocks.ClockTime).Assembly.GetReferencedAssemblies().Select(static a => a.Name!).ToList();
        Assert.That(references.Where(static n =>
            n.StartsWith("System.Threading", StringComparison.Ordinal) || n.StartsWith("System.Reactive", StringComparison.Ordinal)
            || n.StartsWith("System.Net", StringComparison.Ordinal) || n.StartsWith("System.IO.FileSystem", StringComparison.Ordinal)
            || n.StartsWith("System.Diagnostics", StringComparison.Ordinal) || n.StartsWith("System.Console", StringComparison.Ordinal)
            || n.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || n.StartsWith("TimeNs", StringComparison.Ordinal)), Is.Empty);
        Assert.That(references, Does.Contain("NodaTime"), "or this looks at the wrong assembly");
    }
}
