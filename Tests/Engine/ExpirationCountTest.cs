using NUnit.Framework;
using TimeNs.Clocks;
using TimeNs.Runtime;
using TimeNs.Timers;

namespace TimeNs.Tests.Engine;

/// <summary>Each namespace counts the expirations of its own timers.</summary>
internal sealed class ExpirationCountTest : EngineTest
{
    [Test]
    public void Expirations_AreThoseOfTheNamespace_ReadOrNot()
    {
        var other = Runtime.CreateNamespace("other");
        Observe(Every(Ms(10)));
        Every(Ms(10), other);
        After(Ms(15), other);
        After(Ms(100), other);
        Advance(Ms(35));
        Assert.That((Ns.Look().Expirations, other.Look().Expirations, Runtime.Statistics.Expirations), Is.EqualTo((3L, 2L, 5L)), "an unread periodic timer expires once (F2)");
    }

    [Test]
    public void Expirations_OfARestoredNamespace_BeginAnew()
    {
        Observe(Every(Ms(10)));
        Advance(Ms(20));
        var image = Ns.Checkpoint(stop: true);
        Assert.That(Runtime.Restore(image).Look().Expirations, Is.Zero);
    }
}
