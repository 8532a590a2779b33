using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>Changes an image file and puts lengths and checksum right again, so that what lies behind the checksum is reached.</summary>
internal static class ImageSurgery
{
    public static int HeaderLength(ReadOnlySpan<byte> file) => (int)BinaryPrimitives.ReadUInt32LittleEndian(file[ImageFrame.HeaderLengthOffset..]);

    public static string Header(byte[] file) => Encoding.UTF8.GetString(file, ImageFrame.PrologueSize, HeaderLength(file));

    public static byte[] Body(byte[] file) => file[(ImageFrame.PrologueSize + HeaderLength(file))..^ImageFrame.ChecksumSize];

    public static byte[] Build(string header, byte[] body) => Build(Encoding.UTF8.GetBytes(header), body);

    public static byte[] Build(byte[] header, byte[] body)
    {
        var frame = new ImageFrame(header.Length, body.Length);
        var file = new byte[frame.BodyEnd + ImageFrame.ChecksumSize];
        header.CopyTo(file, ImageFrame.PrologueSize);
        body.CopyTo(file, frame.BodyOffset);
        frame.Seal(file);
        return file;
    }

    /// <summary>A file with a header in which one text is replaced by another.</summary>
    public static byte[] WithHeader(byte[] file, string old, string replacement)
    {
        var header = Header(file);
        if (!header.Contains(old, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The header has no '{old}': {header}", nameof(old));
        }

        return Build(header.Replace(old, replacement, StringComparison.Ordinal), Body(file));
    }

    /// <summary>A file with one timer's record, as these bytes. The id is 1 where the record has no bytes for it.</summary>
    public static byte[] WithRecord(params byte[] record) =>
        Build(Header(ImageFormat.Encode(ImageSamples.Image([ImageSamples.EveryField.Timers[0]]))), record);

    /// <summary>The checksum put right after a change in place.</summary>
    public static byte[] Reseal(byte[] file)
    {
        var end = file.Length - ImageFrame.ChecksumSize;
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(end), XxHash3.HashToUInt64(file.AsSpan(0, end)));
        return file;
    }
}
