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

    /// <summary>
    /// What is read must be writable, and in one way only; a refusal says why, and of what place. Any exception but an
    /// <see cref="ImageException"/> is let through.
    /// </summary>
    public static bool IsReadOrRefused(byte[] bytes)
    {
        try
        {
            var image = ImageFormat.Decode(bytes);
            return AreSame(ImageFormat.Decode(ImageFormat.Encode(image)), image)
                && ImageSurgery.Body(ImageFormat.Encode(image)).AsSpan().SequenceEqual(ImageSurgery.Body(bytes));
        }
        catch (ImageException wrong)
        {
            return wrong.Offset is >= 0 && wrong.Offset <= bytes.Length && wrong.Field.Length != 0 && wrong.Reason.Length != 0;
        }
    }

    private static object Header(NamespaceImage i) =>
        (i.Name, i.HostName, i.Offsets, i.Readings, i.Host, (i.WasFrozen, i.Absolute, i.HasHadTimers, i.NextTimerId, i.EphemeralTimers));
}
