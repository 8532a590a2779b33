using System.Buffers.Binary;
using System.Text;
using CsCheck;
using NUnit.Framework;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Images;

/// <summary>
/// Images that are changed where it matters, each with its lengths and its checksum put right again: every one is read or refused, and
/// takes memory in proportion to its bytes, never to what they claim (INV-8). A failure prints the seed and the changes.
/// </summary>
[TestFixture]
public sealed class ImageFuzzTest
{
    /// <summary>A record of 3 bytes becomes a timer of some 120, and a key; the rest is the parser's buffers for long texts.</summary>
    private const int BytesAByte = 64;

    /// <summary>What a refusal costs in itself: an exception with its message, and the parser's state.</summary>
    private const int BytesAtLeast = 65_536;

    private static readonly Gen<byte[]> Samples = ImageSamples.Possible.Select(static image => ImageFormat.Encode(image));

    [Test]
    public void Decode_ChangedHeader_IsReadOrRefused() => HeaderCases(20_000);

    [Test]
    public void Decode_ChangedRecords_IsReadOrRefused() => RecordCases(20_000);

    [Test]
    public void Decode_ChangedFrame_IsReadOrRefused() => FrameCases(10_000);

    [Test, Explicit("minutes"), Category("Long")]
    public void AnyLongSequence_OfChangedImages_IsReadOrRefused()
    {
        HeaderCases(1_000_000);
        RecordCases(1_000_000);
        FrameCases(300_000);
    }

    [Test]
    public void Records_SplitAndJoined_AreTheSame() => Samples.Sample(
        static file => RecordMutation.Split(ImageSurgery.Body(file)).SelectMany(static r => r).SequenceEqual(ImageSurgery.Body(file)), iter: 500);

    [TestCase(1_000_000_000L), TestCase(100_000_000_000L), TestCase(long.MaxValue)]
    public void Load_FileThatClaimsABillionTimers_AllocatesNothingForThem(long claimed)
    {
        var bytes = ImageSurgery.WithHeader(ImageFormat.Encode(ImageSamples.EveryField), "\"timers\":5", $"\"timers\":{claimed}");
        using var folder = new TestFolder();
        var path = folder.Write("claims.image", bytes);
        Assert.Throws<ImageException>(() => ImageFile.Load(path));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var wrong = Assert.Throws<ImageException>(() => ImageFile.Load(path))!;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(BytesAtLeast + (bytes.Length * BytesAByte)));
        Assert.That(wrong.Message, Does.Contain($"{claimed} timers cannot be in"));
        ToolRun.Of("image", "show", path).IsRefused($"{claimed} timers cannot be in");
    }

    private static void HeaderCases(int count) => Gen.Select(Samples, HeaderMutation.Any.Array[1, 3]).Sample(
        static (file, changes) =>
        {
            var header = changes.Aggregate(ImageSurgery.Header(file), static (json, change) => change.Of(json));
            return IsReadOrRefused(ImageSurgery.Build(header, ImageSurgery.Body(file)));
        },
        iter: count, print: Print);

    /// <summary>Half of them say how many records there are.</summary>
    private static void RecordCases(int count) => Gen.Select(Samples, RecordMutation.Any.Array[1, 4], Gen.Bool).Sample(
        static (file, changes, says) =>
        {
            var records = RecordMutation.Split(ImageSurgery.Body(file));
            var (header, before) = (ImageSurgery.Header(file), records.Count);
            Array.ForEach(changes, change => change.Change(records));
            header = says ? header.Replace($"\"timers\":{before},", $"\"timers\":{records.Count},", StringComparison.Ordinal) : header;
            return IsReadOrRefused(ImageSurgery.Build(header, [.. records.SelectMany(static r => r)]));
        },
        iter: count, print: static t => $"{string.Join(", ", t.Item2)}, says {t.Item3}: {Convert.ToHexString(t.Item1)}");

    /// <summary>Lengths, version and flags, with bytes left out or put in.</summary>
    private static void FrameCases(int count) => Gen.Select(Samples, Gen.Int[8, 23], Gen.Byte, Gen.Int[-40, 40], Gen.ULong).Sample(
        static (file, at, value, longer, length) =>
        {
            var changed = longer < 0 ? file[..^Math.Min(-longer, file.Length - 32)] : [.. file, .. new byte[longer]];
            if (value % 4 == 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(changed.AsSpan(ImageFrame.BodyLengthOffset), length >> (value % 64));
            }
            else
            {
                changed[at] = value;
            }

            return IsReadOrRefused(ImageSurgery.Reseal(changed));
        },
        iter: count);

    private static bool IsReadOrRefused(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _ = ImageFormat.Decode(bytes);
        }
        catch (ImageException)
        {
            // Refused; how is looked at below.
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= BytesAtLeast + ((long)bytes.Length * BytesAByte) && ImageAssert.IsReadOrRefused(bytes);
    }

    private static string Print((byte[] File, HeaderMutation[] Changes) t) =>
        $"{string.Join(", ", t.Changes)}: {Encoding.UTF8.GetString(t.File, ImageFrame.PrologueSize, ImageSurgery.HeaderLength(t.File))}";
}
