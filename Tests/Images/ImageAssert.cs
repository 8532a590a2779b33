using NUnit.Framework;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>Comparing images, and asking for the one exception that a bad one may give.</summary>
internal static class ImageAssert
{
    public static bool AreSame(NamespaceImage a, NamespaceImage b) => Header(a).Equals(Header(b)) && a.Timers.SequenceEqual(b.Timers);

    public static void Same(NamespaceImage actual, NamespaceImage expected)
    {
        Assert.That(Header(actual), Is.EqualTo(Header(expected)));
        Assert.That(actual.Timers.AsEnumerable(), Is.EqualTo(expected.Timers.AsEnumerable()));
    }

    /// <summary>Decodes what must be refused; anything but an <see cref="ImageException"/> fails the test.</summary>
    public static ImageException Refused(ReadOnlySpan<byte> file)
    {
        var bytes = file.ToArray();
        var wrong = Assert.Throws<ImageException>(() => ImageFormat.Decode(bytes))!;
        Assert.That(wrong.Offset, Is.InRange(0, bytes.Length), wrong.Message);
        return wrong;
    }

    public static void Refused(ReadOnlySpan<byte> file, string field, string reason)
    {
        var wrong = Refused(file);
        Assert.That(wrong.Field, Is.EqualTo(field), wrong.Message);
        Assert.That(wrong.Reason, Does.Contain(reason));
    }

    private static object Header(NamespaceImage i) =>
        (i.Name, i.HostName, i.Offsets, i.Readings, i.Host, (i.WasFrozen, i.Absolute, i.HasHadTimers, i.NextTimerId, i.EphemeralTimers));
}
