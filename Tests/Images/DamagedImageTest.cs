using System.Text;
using CsCheck;
using NUnit.Framework;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>INV-8: a damaged image is refused whole, with the field and the reason, and with no other exception.</summary>
public class DamagedImageTest
{
    private static readonly byte[] File = ImageFormat.Encode(ImageSamples.EveryField);

    [Test]
    public void Decode_EverySingleBitFlipped_IsRefused()
    {
        for (var bit = 0; bit < File.Length * 8; bit++)
        {
            var damaged = (byte[])File.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            ImageAssert.Refused(damaged);
        }
    }

    [Test]
    public void Decode_EveryTruncation_IsRefused()
    {
        for (var length = 0; length < File.Length; length++)
        {
            ImageAssert.Refused(File.AsSpan(0, length), "file", "ends after");
        }
    }

    [Test]
    public void Decode_TrailingByte_IsRefused() => ImageAssert.Refused([.. File, 0], "file", "1 bytes after the end");

    [Test]
    public void Decode_NotAnImage_IsRefused() => ImageAssert.Refused("{\"json\": true, \"long\": \"enough\"}"u8, "magic", "not an image");

    [Test]
    public void Decode_CopiedAsText_SaysSo()
    {
        var text = Encoding.Latin1.GetString(File).Replace("\r\n", "\n", StringComparison.Ordinal);
        ImageAssert.Refused(Encoding.Latin1.GetBytes(text), "magic", "copied as text");
    }

    [Test]
    public void Decode_NewerVersion_SaysWhichAreRead()
    {
        var newer = (byte[])File.Clone();
        newer[8] = 2;
        ImageAssert.Refused(ImageSurgery.Reseal(newer), "version", "written by a newer version 2, this one reads up to 1");
    }

    [Test]
    public void Decode_VersionZero_IsRefused()
    {
        var none = (byte[])File.Clone();
        none[8] = 0;
        ImageAssert.Refused(ImageSurgery.Reseal(none), "version", "0 is no version");
    }

    [Test]
    public void Decode_FutureFlags_AreRefused()
    {
        var flagged = (byte[])File.Clone();
        flagged[11] = 0x80;
        ImageAssert.Refused(ImageSurgery.Reseal(flagged), "flags", "0x8000");
    }

    [Test]
    public void Decode_LengthsBeyondAllBytes_AreRefused()
    {
        var huge = (byte[])File.Clone();
        huge.AsSpan(12, 12).Fill(0xFF);
        ImageAssert.Refused(ImageSurgery.Reseal(huge), "file", "ends after");
    }

    [Test]
    public void Decode_ABillionTimersClaimed_AllocatesNothingForThem()
    {
        var bytes = ImageSurgery.WithHeader(File, "\"timers\":5", "\"timers\":1000000000");
        ImageAssert.Refused(bytes, "timers", "1000000000 timers cannot be in");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageException>(() => ImageFormat.Decode(bytes));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(65_536));
    }

    [TestCase("\"timers\":-1")]
    [TestCase("\"timers\":9223372036854775807")]
    public void Decode_ImpossibleCount_IsRefused(string count) =>
        ImageAssert.Refused(ImageSurgery.WithHeader(File, "\"timers\":5", count), "timers", "cannot be in");

    [Test]
    public void Decode_CountTooSmall_IsRefused() =>
        ImageAssert.Refused(ImageSurgery.WithHeader(File, "\"timers\":5", "\"timers\":4"), "timers", "bytes after the last of 4 records");

    [Test]
    public void Decode_CountTooLarge_IsRefused() =>
        ImageAssert.Refused(ImageSurgery.WithHeader(File, "\"timers\":5", "\"timers\":6"), "timers[5].record", "needs 3 bytes where 0 are left");

    [Test]
    public void Decode_RandomBytes_AreRefused() => Gen.Byte.Array[0, 200].Sample(static bytes => ImageAssert.IsReadOrRefused(bytes), iter: 20_000);

    [Test]
    public void Decode_RandomBytesInAFrame_AreRefused() => Gen.Select(Gen.Byte.Array[0, 60], Gen.Byte.Array[0, 60])
        .Sample(static (header, body) => ImageAssert.IsReadOrRefused(ImageSurgery.Build(header, body)), iter: 20_000);

    [Test]
    public void Decode_RandomRecords_AreReadOrRefused() => Gen.Byte.Array[0, 90]
        .Sample(static body => ImageAssert.IsReadOrRefused(ImageSurgery.Build(ImageSurgery.Header(File), body)), iter: 50_000);

    [Test]
    public void Decode_ChangedBytesResealed_AreReadOrRefused() => Gen.Select(Gen.Int[8, File.Length - 9], Gen.Byte).List[1, 4]
        .Sample(
            static changes =>
            {
                var changed = (byte[])File.Clone();
                foreach (var (at, value) in changes)
                {
                    changed[at] = value;
                }

                return ImageAssert.IsReadOrRefused(ImageSurgery.Reseal(changed));
            },
            iter: 50_000);
}
