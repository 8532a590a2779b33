namespace TimeNs.Images;

/// <summary>
/// Writes an image of version 1: header, then the records, then the frame about them. Every rule is checked before, so that whatever
/// was written can be read, and the size is known.
/// </summary>
internal readonly struct ImageWriter
{
    private readonly byte[] _header;
    private readonly TimerRecords _records;

    /// <exception cref="ImageException">An impossible image, or one of more than 2 GiB.</exception>
    public ImageWriter(NamespaceImage image)
    {
        ImageRules.Check(image);
        _header = ImageHeader.Of(image).ToJson();
        _records = image.Records;
        var size = (long)_records.Length + _header.Length + ImageFrame.PrologueSize + ImageFrame.ChecksumSize;
        if (size > Array.MaxLength)
        {
            throw new ImageException("timers", "more than fit into an image of 2 GiB");
        }

        Size = (int)size;
    }

    /// <summary>Of the file, in bytes.</summary>
    public int Size { get; }

    /// <param name="file">So many bytes.</param>
    public void Write(Span<byte> file)
    {
        var frame = new ImageFrame(_header.Length, _records.Length);
        _header.CopyTo(file[ImageFrame.PrologueSize..]);
        _records.Bytes.CopyTo(file[frame.BodyOffset..]);
        frame.Seal(file);
    }
}
