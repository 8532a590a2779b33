using System.Buffers.Binary;
using System.IO.Hashing;

namespace TimeNs.Images;

/// <summary>The frame of an image file, version 1: what stands around the header and the timer records.</summary>
/// <remarks>
/// All numbers are little endian. The first twelve bytes mean the same in every version.
/// <code>
///   0        8         10      12              16            24
///   ├─ magic ┼ version ┼ flags ┼ header length ┼ body length ┼ header (JSON) ┼ body (records) ┼ XxHash3 ┤
///       8         2        2          4              8                                             8
/// </code>
/// The body's length stands here and not in the header, so that an image is written in one pass.
/// </remarks>
internal readonly record struct ImageFrame(int HeaderLength, int BodyLength)
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    public const int VersionOffset = 8;
    public const int FlagsOffset = 10;
    public const int HeaderLengthOffset = 12;
    public const int BodyLengthOffset = 16;

    /// <summary>Bytes before the header.</summary>
    public const int PrologueSize = 24;

    /// <summary>Bytes after the body.</summary>
    public const int ChecksumSize = 8;

    /// <summary>
    /// As PNG's: a byte above 127, the letters, and line ends of both kinds about a Ctrl-Z, so that whatever takes the file for text
    /// damages these first.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'T', (byte)'N', (byte)'S', 0x0D, 0x0A, 0x1A, 0x0A];

    public int BodyOffset => PrologueSize + HeaderLength;

    public int BodyEnd => BodyOffset + BodyLength;

    /// <summary>The version of an image. Nothing after it is looked at.</summary>
    /// <exception cref="ImageException">Not an image, or its first bytes are missing.</exception>
    public static int ReadVersion(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, Magic.Length)];
        if (!Magic.StartsWith(start))
        {
            throw new ImageException("magic", LooksLikeText(file) ? "damaged as if the file had been copied as text" : "not an image of a time namespace", 0);
        }

        if (file.Length < HeaderLengthOffset)
        {
            throw Truncated(file, PrologueSize + ChecksumSize);
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(file[VersionOffset..]);
    }

    /// <summary>Reads the frame of a version 1 file and checks all there is to check before the header is parsed.</summary>
    /// <exception cref="ImageException">Unknown flags, missing or surplus bytes, or a checksum that does not fit.</exception>
    public static ImageFrame Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < PrologueSize + ChecksumSize)
        {
            throw Truncated(file, PrologueSize + ChecksumSize);
        }

        var flags = BinaryPrimitives.ReadUInt16LittleEndian(file[FlagsOffset..]);
        if (flags != 0)
        {
            throw new ImageException("flags", $"0x{flags:x4} are unknown", FlagsOffset);
        }

        var header = BinaryPrimitives.ReadUInt32LittleEndian(file[HeaderLengthOffset..]);
        var body = BinaryPrimitives.ReadUInt64LittleEndian(file[BodyLengthOffset..]);
        var size = (UInt128)body + header + PrologueSize + ChecksumSize;
        if ((uint)file.Length < size)
        {
            throw Truncated(file, size);
        }

        if ((uint)file.Length > size)
        {
            throw new ImageException("file", $"{(uint)file.Length - size} bytes after the end", (long)size);
        }

        CheckSum(file);
        return new ImageFrame((int)header, (int)body);
    }

    /// <summary>Writes the frame about a header and a body that are in their places.</summary>
    public void Seal(Span<byte> file)
    {
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[VersionOffset..], CurrentVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(file[FlagsOffset..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file[HeaderLengthOffset..], (uint)HeaderLength);
        BinaryPrimitives.WriteUInt64LittleEndian(file[BodyLengthOffset..], (ulong)BodyLength);
        BinaryPrimitives.WriteUInt64LittleEndian(file[BodyEnd..], XxHash3.HashToUInt64(file[..BodyEnd]));
    }

    private static void CheckSum(ReadOnlySpan<byte> file)
    {
        var end = file.Length - ChecksumSize;
        var stored = BinaryPrimitives.ReadUInt64LittleEndian(file[end..]);
        var actual = XxHash3.HashToUInt64(file[..end]);
        if (stored != actual)
        {
            throw new ImageException("checksum", $"{stored:x16}, but the bytes before it give {actual:x16}: the image is damaged", end);
        }
    }

    private static ImageException Truncated(ReadOnlySpan<byte> file, UInt128 size) =>
        new("file", $"ends after {file.Length} of {size} bytes", file.Length);

    /// <summary>The letters are there, but not the bytes about them: a changed line end or a lost high bit.</summary>
    private static bool LooksLikeText(ReadOnlySpan<byte> file) => file.Length >= 4 && file[1..4].SequenceEqual(Magic[1..4]);
}
