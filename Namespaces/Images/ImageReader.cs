using System.Runtime.CompilerServices;

namespace TimeNs.Images;

/// <summary>
/// Reads an image of version 1. It trusts nothing: what the checksum let through can still have been made by anyone.
/// </summary>
/// <remarks>
/// What is allocated is bounded by the bytes that are there, never by what they claim: the records stay as they are, once every rule has
/// been checked. A later version gets a reader of its own beside this one, which stays as it is.
/// </remarks>
internal static class ImageReader
{
    /// <exception cref="ImageException">Damaged or impossible: the first field found so.</exception>
    public static NamespaceImage Read(ReadOnlySpan<byte> file)
    {
        var (image, frame, timers, tally) = Check(file);
        var bytes = GC.AllocateUninitializedArray<byte>(frame.BodyLength + TimerRecords.Slack);
        file.Slice(frame.BodyOffset, frame.BodyLength).CopyTo(bytes);
        image.Hold(new TimerRecords(bytes, 0, frame.BodyLength, timers, tally));
        return image;
    }

    /// <summary>As <see cref="Read"/>, of a file that nobody else has: its records are used where they are.</summary>
    /// <inheritdoc cref="Read"/>
    public static NamespaceImage Take(byte[] file)
    {
        var (image, frame, timers, tally) = Check(file);
        image.Hold(new TimerRecords(file, frame.BodyOffset, frame.BodyLength, timers, tally));
        return image;
    }

    private static (NamespaceImage Image, ImageFrame Frame, int Timers, RecordTally Tally) Check(ReadOnlySpan<byte> file)
    {
        var frame = ImageFrame.Read(file);
        var header = ImageHeader.Parse(file.Slice(ImageFrame.PrologueSize, frame.HeaderLength), frame.BodyLength);
        var image = header.ToImage();
        var timers = (int)header.Timers;
        var reader = new RecordReader(file, frame.BodyOffset, frame.BodyEnd, image.Readings);
        var tally = CheckTimers(ref reader, timers, image);
        return reader.At == frame.BodyEnd
            ? (image, frame, timers, tally)
            : throw new ImageException("timers", $"{frame.BodyEnd - reader.At} bytes after the last of {timers} records", reader.At);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static RecordTally CheckTimers(ref RecordReader from, int timers, NamespaceImage image)
    {
        var reader = from;
        var tally = new RecordTally();
        var keys = Keys(timers, image.NextTimerId);
        for (var i = 0; i < timers; i++)
        {
            var start = reader.At;
            var isPlain = reader.TryReadPlain(out var plain);
            if (isPlain && keys.TryAdd(plain.Id))
            {
                tally.Add(plain.Kind, plain.Deadline);
                continue;
            }

            var timer = isPlain ? reader.Unpack(plain) : reader.ReadTimer();
            ImageRules.CheckTimer(timer, i, image, start);
            keys.Add(timer, i, start);
            tally.Add(timer);
        }

        from = reader;
        return tally;
    }

    /// <summary>The count has been held against the bytes that are there, but memory can still be short of it.</summary>
    private static TimerKeys Keys(int timers, long nextId)
    {
        try
        {
            return new TimerKeys(timers, nextId);
        }
        catch (OutOfMemoryException)
        {
            throw new ImageException("timers", $"{timers} timers do not fit into memory", ImageFrame.PrologueSize);
        }
    }
}
