using System.Buffers;

namespace TimeNs.Images;

/// <summary>
/// Images as bytes: a framed binary format of its own, with a header that people can read, compact timer records and a checksum
/// (<c>docs/image-format.md</c>).
/// </summary>
/// <remarks>
/// Pure: no file is touched. One image has one sequence of bytes. Every version that was ever released is read; the newest is
/// written. From any thread.
/// </remarks>
public static class ImageFormat
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int Version = ImageFrame.CurrentVersion;

    /// <summary>Writes an image into a new array.</summary>
    /// <exception cref="ImageException">The image is impossible, so that nobody could read it, or longer than 2 GiB.</exception>
    public static byte[] Encode(NamespaceImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var writer = new ImageWriter(image);
        var bytes = GC.AllocateUninitializedArray<byte>(writer.Size);
        writer.Write(bytes);
        return bytes;
    }

    /// <summary>Writes an image. Nothing is written when it is refused.</summary>
    /// <exception cref="ImageException">The image is impossible, so that nobody could read it, or longer than 2 GiB.</exception>
    public static void Encode(NamespaceImage image, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new ImageWriter(image);
        writer.Write(output.GetSpan(writer.Size)[..writer.Size]);
        output.Advance(writer.Size);
    }

    /// <summary>Reads an image: all of it, or nothing (INV-8).</summary>
    /// <param name="file">The whole of an image file, from a source that need not be trusted.</param>
    /// <exception cref="ImageException">Damaged, unknown or impossible: the field, the reason and where it stands.</exception>
    public static NamespaceImage Decode(ReadOnlySpan<byte> file)
    {
        CheckVersion(file);
        return ImageReader.Read(file);
    }

    /// <summary>As <see cref="Decode"/>, of an array that nobody changes from now on: it becomes the image's.</summary>
    /// <inheritdoc cref="Decode"/>
    internal static NamespaceImage DecodeOwned(byte[] file)
    {
        CheckVersion(file);
        return ImageReader.Take(file);
    }

    private static void CheckVersion(ReadOnlySpan<byte> file)
    {
        switch (ImageFrame.ReadVersion(file))
        {
            case 1:
                return;
            case 0:
                throw new ImageException("version", "0 is no version", ImageFrame.VersionOffset);
            case var newer:
                throw new ImageException("version", $"written by a newer version {newer}, this one reads up to {Version}", ImageFrame.VersionOffset);
        }
    }
}
